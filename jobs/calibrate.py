"""Learning anew from people's scores, one criterion a job. A new model stands beside the old ones; proposals name theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain import calibration, consents, jobs, packing, proposal_records, proposals, proposing, wording
from domain.calibration import Vectors
from domain.measures import Encode, Measure
from domain.proposing import Lesson
from jobs import propose
from jobs.bench import Bench
from jobs.steps import Write
from models import Criterion, InterviewVersion, Job, Session


def calibrate(bench: Bench, job: Job) -> Write:
    """Learns the criterion `job.subject_id`. Too few scores: stores nothing."""
    with bench.sessions.open(job.employer_id) as db:
        criterion = db.get_one(Criterion, job.subject_id)
        lessons, counted = proposing.lessons(db, criterion, calibration.MOST), proposing.school(db, criterion).ready
        language = str(db.get_one(InterviewVersion, criterion.version_id).design.get("language", "en"))
    if len(lessons) < proposing.LEARN_FROM:
        return lambda _db, _now: []
    encode = propose.encoder.speaks(language)
    measure = Measure(proposals.rubric_of(lessons[0].asked), encode)
    answers, scores = [measure(lesson.asked.transcript) for lesson in lessons], [lesson.level for lesson in lessons]
    data = packing.pack(answers, scores, lessons[0].asked.rubric.levels, _elsewhere(lessons, encode))
    fitted = packing.unpack(data)
    sources = [lesson.session_id for lesson in lessons]
    values = {
        "encoder": propose.READ_BY,
        "n": len(lessons),
        "agreement": fitted.record.as_json(),
        "parameters": calibration.parameters(fitted) | {"counted": counted},
        "sources": sources,
        "data": data,
    }

    def write(db: Session, now: datetime) -> list[str]:
        if not consents.may_learn_from(db, sources):
            return []  # somebody took their agreement back, or was erased, while we learned; the next round learns without them
        proposal_records.store_model(db, job.employer_id, proposing.fingerprint(lessons[0].asked), values, now)
        return []

    return write


def _elsewhere(lessons: Sequence[Lesson], encode: Encode | None) -> Vectors | None:
    """What the same people said to other questions: a passage nearer to that than to this question's answers is out of place."""
    said = [sentence.of(lesson.elsewhere) for lesson in lessons for sentence in wording.sentences(lesson.elsewhere)]
    some = said[:: max(1, -(-len(said) // packing.KEPT_ELSEWHERE))]
    return encode(some) if encode and some else None


def line_up(bench: Bench) -> int:
    """A round of the sweeper: puts every criterion in line whose scores have grown, and of which enough can be read. Returns how many."""
    with bench.sessions.open() as db:
        criteria = proposing.to_learn(db, propose.READ_BY)
        for criterion in criteria:
            jobs.again(db, criterion.employer_id, "calibrate", criterion.id, bench.now())
        db.commit()
    if criteria:
        bench.queues.nudge("calibrate", len(criteria))
    return len(criteria)

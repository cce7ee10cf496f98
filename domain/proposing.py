"""From rows to what a proposer is asked, and back: whose turn it is, the words of a criterion, places of quotes, what to learn from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from domain import consents, jobs, proposal_records, transcripts, wording
from domain.evidence import Passage
from domain.proposals import Asked, Heard, RubricVersion
from models import (
    Answer,
    CandidateSession,
    Consent,
    Criterion,
    Employer,
    Interview,
    InterviewVersion,
    Job,
    Proposal,
    ProposalRun,
    ProposerModel,
    Question,
    Score,
    Scorecard,
    Take,
    Transcript,
)

BETWEEN: Final = "\n\n"
ONE_ROUND: Final = 50
LEARN_FROM: Final = 10
"""Scored answers from which a model is made: below, nothing it says would be shown anyway."""
RELEARN: Final = 1.15
"""A model is made anew when so many times more answers are scored."""


@dataclass(frozen=True)
class Piece:
    """One answer's words at `start` of the joined text."""

    take_id: str
    transcript: Transcript | None
    start: int
    text: str


@dataclass(frozen=True)
class Prepared:
    """One criterion of one session, ready to be asked.

    `pieces` say where its words came from; `elsewhere` holds the words said to other questions.
    """

    criterion: Criterion
    asked: Asked
    heard: Heard
    pieces: tuple[Piece, ...]
    elsewhere: str

    @property
    def transcripts(self) -> list[str]:
        return [piece.transcript.id if piece.transcript else piece.take_id for piece in self.pieces]


def due(db: Session) -> list[CandidateSession]:
    """Submitted sessions whose candidate agreed, whose interview is switched on, whose words are ready, and which have no run yet."""
    waiting = (
        sa.select(CandidateSession)
        .join(Interview, Interview.id == CandidateSession.interview_id)
        .join(Employer, Employer.id == Interview.employer_id)
    )
    found = waiting.where(
        CandidateSession.state == "submitted",
        CandidateSession.addendum_to_id.is_(None),
        Interview.proposals_on,
        Employer.proposals_stopped_at.is_(None),
        _agreed().is_(True),
        ~sa.exists().where(ProposalRun.session_id == CandidateSession.id),
        ~sa.exists().where(Job.kind == "propose", Job.subject_id == CandidateSession.id, Job.state != "done"),
    )
    sessions = list(db.scalars(found.order_by(CandidateSession.submitted_at).limit(ONE_ROUND)))
    ready = jobs.progress(db, [session.id for session in sessions])
    return [session for session in sessions if all(one.state in ("ready", "failed") for one in ready[session.id])]


def _agreed() -> sa.ScalarSelect[bool]:
    """What a candidate said last about the machine's use of their words."""
    said = sa.select(Consent.given).where(Consent.session_id == CandidateSession.id, Consent.purpose == "ai")
    return said.order_by(Consent.at.desc(), Consent.id.desc()).limit(1).correlate(CandidateSession).scalar_subquery()


def line_up(db: Session, session: CandidateSession, now: datetime) -> Job:
    """Puts a session in line, also one that was looked at before (a rerun)."""
    return jobs.again(db, session.employer_id, "propose", session.id, now)


def may_look(db: Session, session: CandidateSession) -> bool:
    """Switches on and the candidate's agreement standing, now."""
    return session.state == "submitted" and proposal_records.are_on(db, session) and consents.standing(db, session.id)["ai"]


def prepare(db: Session, session: CandidateSession) -> list[Prepared]:
    """Every criterion with its questions, its wording and the candidate's words, in the order of the rubric."""
    version = session.version
    pieces = {
        answer.question_id: (answer, transcripts.find_newest(db, answer.take_id) if answer.take_id else None)
        for answer in _answers(db, session.id)
    }
    return [_prepared(version, criterion, pieces) for criterion in version.criteria]


def _answers(db: Session, session_id: str) -> list[Answer]:
    return list(db.scalars(sa.select(Answer).where(Answer.session_id == session_id)))


def _prepared(version: InterviewVersion, criterion: Criterion, pieces: dict[str, tuple[Answer, Transcript | None]]) -> Prepared:
    questions = questions_of(version, criterion)
    joined, at, found = "", 0, []
    for question in questions:
        answer, transcript = pieces.get(question.id, (None, None))
        text = _words(answer, transcript)
        if answer is None or answer.take_id is None or not text:
            continue
        at = len(joined) + (len(BETWEEN) if joined else 0)
        joined = joined + (BETWEEN if joined else "") + text
        found.append(Piece(answer.take_id, transcript, at, text))
    asked = Asked(BETWEEN.join(question.prompt for question in questions), rubric_of(criterion), joined)
    elsewhere = [_words(*pieces[other.id]) for other in version.questions if other not in questions and other.id in pieces]
    heard = _heard(found, joined, str(version.design.get("language", "en")))
    return Prepared(criterion, asked, heard, tuple(found), BETWEEN.join(elsewhere))


def questions_of(version: InterviewVersion, criterion: Criterion) -> list[Question]:
    """The questions a criterion is judged on; no positions mean all."""
    return [
        question for question in version.questions if not criterion.question_positions or question.position in criterion.question_positions
    ]


def rubric_of(criterion: Criterion) -> RubricVersion:
    """The criterion as it is worded."""
    return RubricVersion(
        criterion.name, criterion.description, tuple((int(anchor["level"]), str(anchor["text"])) for anchor in criterion.anchors)
    )


def fingerprint(asked: Asked) -> str:
    """The same for every interview version whose questions and wording of this criterion are the same."""
    return hashlib.sha256(json.dumps([asked.question, asked.rubric.id]).encode()).hexdigest()


def _words(answer: Answer | None, transcript: Transcript | None) -> str:
    if transcript is not None:
        return transcript.text
    return (answer.take.text or "") if answer is not None and answer.take is not None else ""


def _heard(pieces: Sequence[Piece], joined: str, expected: str) -> Heard:
    spoken = [piece.transcript for piece in pieces if piece.transcript is not None]
    said = [word for transcript in spoken if transcript.author == "machine" for word in transcripts.words(transcript)]
    unsure = sum(word.is_low for word in said) / len(said) if said else 0.0
    languages = {transcript.language.split("-")[0] for transcript in spoken if transcript.language and transcript.text}
    language = expected if not languages - {expected.split("-")[0]} else sorted(languages - {expected.split("-")[0]})[0]
    longest = max((wording.count_words(piece.text) for piece in pieces), default=0)
    return Heard(wording.count_words(joined), unsure, language, expected, longest)


def cite(prepared: Prepared, passage: Passage) -> dict[str, Any]:
    """A quote's place in the stored words: take, transcript version, offsets, and seconds where it was spoken."""
    piece = next(p for p in reversed(prepared.pieces) if p.start <= passage.start)
    start, end = passage.start - piece.start, min(passage.end - piece.start, len(piece.text))
    moment = transcripts.moment_of(piece.transcript, start, end) if piece.transcript else None
    place = {"take_id": piece.take_id, "transcript_id": piece.transcript.id if piece.transcript else None, "start": start, "end": end}
    return place | {"start_seconds": moment[0] if moment else None, "end_seconds": moment[1] if moment else None}


def quote(db: Session, citation: dict[str, Any]) -> str:
    """The words a citation points at, cut from what is stored."""
    if citation["transcript_id"]:
        text = db.get_one(Transcript, citation["transcript_id"]).text
    else:
        text = db.get_one(Take, citation["take_id"]).text or ""
    return text[citation["start"] : citation["end"]]


@dataclass(frozen=True)
class Lesson:
    """One scored session: the candidate's words for a criterion and the mean level people gave before they saw any proposal."""

    session_id: str
    asked: Asked
    level: float
    elsewhere: str
    """The words the same person said to other questions."""


INDEPENDENT: Final = (Score.number == 1, Scorecard.submitted_at.is_not(None), Scorecard.saw_others.is_(False))
"""Scores that a person gave before they saw anybody else's: later ones may follow a proposal or a colleague."""


def lessons(db: Session, criterion: Criterion, most: int) -> list[Lesson]:
    """What people scored for this criterion as it is worded, oldest first. Only `INDEPENDENT` scores."""
    found: list[tuple[datetime, Lesson]] = []
    for twin in _twins(db, criterion):
        for session, level, at in _scored(db, twin):
            ready = next(p for p in prepare(db, session) if p.criterion.id == twin.id)
            if ready.heard.words and ready.heard.language.split("-")[0] == ready.heard.expected.split("-")[0]:
                found.append((at, Lesson(session.id, ready.asked, level, ready.elsewhere)))
    found.sort(key=lambda pair: (pair[0], pair[1].session_id))
    return [lesson for _, lesson in found][-most:]


def _twins(db: Session, criterion: Criterion) -> list[Criterion]:
    """The same criterion in every version of this employer's interviews where it is worded and asked alike."""
    wanted = mark_of(db, criterion)
    named = sa.select(Criterion).where(Criterion.employer_id == criterion.employer_id, Criterion.name == criterion.name)
    return [twin for twin in db.scalars(named) if mark_of(db, twin) == wanted]


def mark_of(db: Session, criterion: Criterion) -> str:
    """The fingerprint of a criterion as its version words it."""
    return fingerprint(_prepared(db.get_one(InterviewVersion, criterion.version_id), criterion, {}).asked)


@dataclass(frozen=True)
class School:
    """How many scored answers there are for a criterion as it is worded: to learn from (`ready`), and erased or not agreed to (`gone`)."""

    ready: int
    gone: int


def school(db: Session, criterion: Criterion) -> School:
    """What people scored so far, told apart by whether the machine may learn from it."""
    may = sa.and_(CandidateSession.erased_at.is_(None), sa.func.coalesce(_agreed(), sa.false()))
    scored = sa.select(CandidateSession.id, may).join(Scorecard, Scorecard.session_id == CandidateSession.id)
    counted = scored.join(Score, Score.scorecard_id == Scorecard.id).where(
        Score.criterion_id.in_([twin.id for twin in _twins(db, criterion)]),
        *INDEPENDENT,
        ~CandidateSession.is_test,
    )
    found = [bool(is_ready) for _, is_ready in db.execute(counted.distinct())]
    return School(sum(found), len(found) - sum(found))


def _scored(db: Session, criterion: Criterion) -> list[tuple[CandidateSession, float, datetime]]:
    """Sessions of candidates who agreed to the machine's use of their words, with the mean of people's first levels."""
    rows = db.execute(
        sa.select(CandidateSession, sa.func.avg(Score.level), sa.func.max(Score.at))
        .join(Scorecard, Scorecard.session_id == CandidateSession.id)
        .join(Score, Score.scorecard_id == Scorecard.id)
        .where(Score.criterion_id == criterion.id, *INDEPENDENT, ~CandidateSession.is_test)
        .group_by(CandidateSession.id)
    ).all()
    return [(session, float(level), _time(at)) for session, level, at in rows if consents.standing(db, session.id)["ai"]]


def _time(at: Any) -> datetime:
    return at if isinstance(at, datetime) else datetime.fromisoformat(str(at))


def wordings(db: Session) -> dict[tuple[str, str], Criterion]:
    """One criterion for each employer and wording (`fingerprint`) in switched-on interviews: that of the newest version."""
    on = (
        sa.select(Criterion)
        .join(InterviewVersion, InterviewVersion.id == Criterion.version_id)
        .join(Interview, Interview.id == InterviewVersion.interview_id)
    )
    open_ones = on.join(Employer, Employer.id == Interview.employer_id).where(
        Interview.proposals_on, Employer.proposals_stopped_at.is_(None)
    )
    found: dict[tuple[str, str], Criterion] = {}
    for criterion in db.scalars(open_ones.order_by(InterviewVersion.number, Criterion.position)):
        found[criterion.employer_id, mark_of(db, criterion)] = criterion
    return found


def to_learn(db: Session, encoder: str) -> list[Criterion]:
    """One criterion of each wording whose scored answers have grown enough for a new model, or that has none of this encoder."""
    return [criterion for (employer_id, mark), criterion in wordings(db).items() if _has_grown(db, employer_id, mark, criterion, encoder)]


def _has_grown(db: Session, employer_id: str, mark: str, criterion: Criterion, encoder: str) -> bool:
    """More than when the newest model was made; not by what it left out then (the oldest, another language)."""
    ready = school(db, criterion).ready
    fits = (ProposerModel.employer_id == employer_id, ProposerModel.fingerprint == mark, ProposerModel.encoder == encoder)
    last = sa.select(ProposerModel.parameters).where(*fits)
    known = (db.scalar(last.order_by(ProposerModel.version.desc()).limit(1)) or {}).get("counted", 0)
    return ready >= LEARN_FROM and ready >= RELEARN * known + 1 and _readable(db, criterion) >= LEARN_FROM


def _readable(db: Session, criterion: Criterion) -> int:
    """How many scored answers `lessons` would find, told without loading their words: in the interview's language alone."""
    return sum(_read_alike(db, twin) for twin in _twins(db, criterion))


def _read_alike(db: Session, criterion: Criterion) -> int:
    version, newer = db.get_one(InterviewVersion, criterion.version_id), aliased(Transcript)
    is_newest = ~sa.exists().where(newer.take_id == Transcript.take_id, newer.number > Transcript.number)
    heard = sa.and_(Transcript.take_id == Take.id, is_newest)
    said = sa.select(Answer.session_id, Transcript.language).distinct().join(Take, Take.id == Answer.take_id).outerjoin(Transcript, heard)
    asked = Answer.question_id.in_([question.id for question in questions_of(version, criterion)])
    scored = sa.select(CandidateSession.id).join(Scorecard, Scorecard.session_id == CandidateSession.id)
    scored = scored.join(Score, Score.scorecard_id == Scorecard.id).where(Score.criterion_id == criterion.id, *INDEPENDENT)
    agreed = scored.where(_agreed().is_(True), ~CandidateSession.is_test)
    has_words = sa.func.coalesce(Transcript.text, Take.text, "") != ""
    found: dict[str, set[str]] = {}
    for session_id, language in db.execute(said.where(asked, has_words, Answer.session_id.in_(agreed))):
        found.setdefault(session_id, set()).add((language or "").split("-")[0])
    own = str(version.design.get("language", "en")).split("-")[0]
    return sum(languages <= {"", own} for languages in found.values())


def silent_record(db: Session, criterion: Criterion, maker: Mapping[str, str]) -> list[tuple[float, float]]:
    """What a language model silently said (0-10) beside people's mean first level, for each session both looked at.

    `maker` names model and prompt: what another one said counts for nothing.
    """
    twins = _twins(db, criterion)
    said = sa.select(ProposalRun.session_id, Proposal.silent_value, Proposal.versions).join(Proposal, Proposal.run_id == ProposalRun.id)
    held = said.where(Proposal.criterion_id.in_([twin.id for twin in twins]), Proposal.proposer == "language_model")
    rows = db.execute(held.where(Proposal.silent_value.is_not(None)).order_by(ProposalRun.number)).all()
    values = {id: float(value or 0) for id, value, versions in rows if maker.items() <= versions.items()}
    return [(values[session.id], level) for twin in twins for session, level, _ in _scored(db, twin) if session.id in values]

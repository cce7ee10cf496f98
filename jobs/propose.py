"""The machine's look at a submitted session: evidence for each criterion, and a proposal where it has earned one.

The switches and the candidate's agreement are read before the work, between criteria, and once more in the commit that
stores it. People never wait for this: a session without a run is reviewed like any other.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from adapters import encoder as encoders
from adapters.encoder import Encoder, EncoderMissing, Floats
from adapters.language_model import Criterion, LanguageModel, ModelFailed, Reply, maker
from config import Settings
from domain import measures, packing, proposal_records, proposal_trust, proposals, proposing, wording
from domain.agreement import Agreement
from domain.calibration import Fitted
from domain.evidence import Passage
from domain.measures import Encode
from domain.proposal_records import Made
from domain.proposals import Asked, Floor, Outcome
from domain.proposing import Prepared
from jobs.bench import Bench, Failed
from jobs.steps import Write
from models import CandidateSession, Job, Session

log = structlog.get_logger()

FLOOR: Final = Floor()
MODELS_KEPT: Final = 32


class Speaks(Protocol):
    """A sentence encoder, or its fake."""

    def speaks(self, language: str) -> Callable[[Sequence[str]], Floats] | None: ...


class Answers(Protocol):
    """A language model, or its fake."""

    name: str

    def ask(self, question: str, criterion: Criterion, sentences: Sequence[str]) -> Reply: ...


encoder: Speaks = Encoder()
READ_BY: Final = f"{encoders.NAME}, measures {measures.VERSION}"
"""What turned words into numbers. What was learned from other numbers is learned anew."""
_fitted: OrderedDict[str, Fitted] = OrderedDict()
_lock = threading.Lock()


def propose(bench: Bench, job: Job) -> Write:
    """Looks at the session `job.subject_id`. Switched off or not agreed to: stores nothing."""
    with bench.sessions.open(job.employer_id) as db:
        prepared = _prepared(db, job.subject_id)
    made: list[Made] = []
    for one in prepared:
        with bench.sessions.open(job.employer_id) as db:
            if not proposing.may_look(db, db.get_one(CandidateSession, job.subject_id)):
                return lambda _db, _now: []
            known = _known(db, bench.settings, one)
        is_away = any(before.outcome.code == "no_answer" for before in made)
        made.append(_look(bench.settings, one, known, is_away))

    def write(db: Session, now: datetime) -> list[str]:
        session = db.get_one(CandidateSession, job.subject_id)
        if made and proposing.may_look(db, session):
            text = proposals.feedback([one.asked for one in prepared], [one.outcome for one in made])
            proposal_records.store(db, session, made, text, now)
        return []

    return write


def _prepared(db: Session, session_id: str) -> list[Prepared]:
    session = db.get_one(CandidateSession, session_id)
    return proposing.prepare(db, session) if proposing.may_look(db, session) else []


@dataclass(frozen=True)
class Known:
    """What was learned before for one criterion: the calibrated proposer with its version, or a language model's record."""

    fitted: Fitted | None = None
    version: str = ""
    record: Agreement | None = None


def _known(db: Session, settings: Settings, one: Prepared) -> Known:
    if settings.language_model_url:
        return Known(record=proposal_trust.spoken(db, one.criterion, maker(settings.language_model)))
    row = proposal_records.find_model(db, one.criterion.employer_id, proposing.fingerprint(one.asked), READ_BY)
    if row is None:
        return Known()
    with _lock:
        if row.id not in _fitted:
            _fitted[row.id] = packing.unpack(row.data)
        while len(_fitted) > MODELS_KEPT:
            _fitted.popitem(last=False)
        return Known(_fitted[row.id], f"{row.id} v{row.version}")


def _look(settings: Settings, one: Prepared, known: Known, is_away: bool) -> Made:
    """One criterion. Whatever breaks in the machine ends as withheld: it is nothing the candidate did.

    A language model that gave no answer to the criterion before (`is_away`) is not waited for again.
    """
    try:
        outcome = _outcome(settings, one, known, is_away)
    except EncoderMissing as missing:
        raise Failed("The sentence model is missing or was changed; `greenroom doctor` says how to mend it.") from missing
    except Exception as error:
        log.error("proposal_broke", error=type(error).__name__, exc_info=settings.log_level == "DEBUG")
        outcome = proposals.withheld("evidence", "failed", FLOOR)
    asked_model = maker(settings.language_model) if settings.language_model_url else {"model": known.version}
    versions = {"rubric": one.asked.rubric.id, "transcripts": one.transcripts, "encoder": READ_BY, **asked_model}
    return Made(one.criterion, outcome, [proposing.cite(one, passage) for passage in outcome.passages], versions, one.asked.sha256)


def _outcome(settings: Settings, one: Prepared, known: Known, is_away: bool) -> Outcome:
    code = proposals.unfit(one.asked, one.heard)
    if code in proposals.UNREAD:
        return proposals.withheld("evidence", code, FLOOR)
    encode = encoder.speaks(one.heard.language)
    found = proposals.passages(one.asked, encode)
    if code:
        return proposals.withheld("evidence", code, FLOOR, passages=found)
    if settings.language_model_url and is_away:
        return proposals.withheld("language_model", "no_answer", FLOOR, passages=found)
    if settings.language_model_url:
        return _by_model(settings, one.asked, known.record, encode, found)
    return proposals.calibrated(one.asked, encode, known.fitted, FLOOR, found)


def _by_model(settings: Settings, asked: Asked, record: Agreement | None, encode: Encode | None, found: tuple[Passage, ...]) -> Outcome:
    """The language model's turn. Its evidence replaces ours only when it is valid."""
    numbered = wording.sentences(asked.transcript)
    try:
        reply = open_model(settings).ask(asked.question, _told(asked), [sentence.of(asked.transcript) for sentence in numbered])
    except ModelFailed as failed:
        log.warning("language_model_failed", why=failed.why)
        return proposals.withheld("language_model", failed.code, FLOOR, passages=found, usage=failed.usage)
    outcome = proposals.accept(asked, reply.said, record, FLOOR, reply.usage, encode=encode)
    return outcome if outcome.passages else replace(outcome, passages=found)


def open_model(settings: Settings) -> Answers:
    """The endpoint the settings name."""
    return LanguageModel(settings.language_model_url, settings.language_model, settings.language_model_key, settings.language_model_seconds)


def _told(asked: Asked) -> Criterion:
    return Criterion(asked.rubric.name, asked.rubric.description, asked.rubric.anchors)


def line_up(bench: Bench) -> int:
    """A round of the sweeper: puts every session in line that is due. Returns how many."""
    with bench.sessions.open() as db:
        sessions = proposing.due(db)
        for session in sessions:
            proposing.line_up(db, session, bench.now())
        db.commit()
    if sessions:
        bench.queues.nudge("propose", len(sessions))
    return len(sessions)

"""The candidate's proof: what was received, to the byte, and what they were told about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import answers, consents, proposing, transcripts
from domain.audit import Actor
from domain.errors import Conflict, SessionEnded
from models import CandidateSession, Media, ProposalRun, Scorecard, Take, Transcript, Upload
from models.candidate import ENDED


@dataclass(frozen=True)
class Line:
    """One question of the receipt. `state` is the take's, `unreadable` when no picture or sound could be found in it, or `unanswered`."""

    position: int
    prompt: str
    kind: str | None
    seconds: float | None
    bytes: int | None
    sha256: str | None
    state: str


@dataclass(frozen=True)
class Receipt:
    """`reference` is short enough to be read out on the telephone; it opens nothing."""

    reference: str
    session: CandidateSession
    lines: list[Line]
    facts: list[dict[str, Any]]
    work: Work


@dataclass(frozen=True)
class Work:
    """What was done with the answers so far: positions that software turned into text, when it last proposed, when a person first
    finished scoring. None for what has not happened."""

    transcribed: list[int]
    proposed_at: datetime | None
    reviewed_at: datetime | None


@dataclass(frozen=True)
class Recording:
    """A take with its upload (None once given up long ago) and whether it can be played."""

    take: Take
    upload: Upload | None
    is_playable: bool


@dataclass(frozen=True)
class Words:
    """What was heard in the answer to the question at `position`: the newest version."""

    position: int
    transcript: Transcript


def write(db: Session, session: CandidateSession) -> Receipt:
    """The receipt of a session that has ended. Raises Conflict before."""
    if session.state not in ENDED:
        raise Conflict("This interview has not been submitted yet.", "Go on with it, then submit.")
    chosen = answers.list_answers(db, session)
    takes = {question_id: answer.take for question_id, answer in chosen.items()}
    unreadable = _unreadable(db, [take.id for take in takes.values() if take])
    lines = [_line(question.position, question.prompt, takes.get(question.id), unreadable) for question in session.version.questions]
    lines += _added(db, session, len(lines))
    notice = consents.find_notice(db, session.id)
    return Receipt(f"{session.id[-8:-4]}-{session.id[-4:]}".upper(), session, lines, notice.facts if notice else [], _work(db, session))


def _work(db: Session, session: CandidateSession) -> Work:
    heard = [words.position for words in list_words(db, session)]
    proposed = sa.select(sa.func.max(ProposalRun.created_at)).where(ProposalRun.session_id == session.id, ProposalRun.state == "proposed")
    reviewed = sa.select(sa.func.min(Scorecard.submitted_at)).where(Scorecard.session_id == session.id)
    return Work(heard, db.scalar(proposed), db.scalar(reviewed))


def _added(db: Session, session: CandidateSession, before: int) -> list[Line]:
    """What was asked back afterwards and answered, numbered on."""
    wanted = sa.select(CandidateSession).where(CandidateSession.addendum_to_id == session.id, CandidateSession.state == "submitted")
    lines = [line for added in db.scalars(wanted.order_by(CandidateSession.id)) for line in write(db, added).lines]
    return [replace(line, position=before + i) for i, line in enumerate(lines, 1)]


def _line(position: int, prompt: str, take: Take | None, unreadable: set[str]) -> Line:
    if take is None:
        return Line(position, prompt, None, None, None, None, "unanswered")
    state = "unreadable" if take.id in unreadable else take.state
    return Line(position, prompt, take.kind, take.seconds, take.bytes, take.sha256, state)


def _unreadable(db: Session, take_ids: list[str]) -> set[str]:
    rows = db.scalars(sa.select(Media).where(Media.take_id.in_(take_ids)))
    return {media.take_id for media in rows if "unreadable" in media.flags}


def list_recordings(db: Session, session: CandidateSession) -> list[Recording]:
    """Every recording of a session, oldest first."""
    rows = db.execute(
        sa.select(Take, Upload, Media)
        .outerjoin(Upload, Upload.take_id == Take.id)
        .outerjoin(Media, Media.take_id == Take.id)
        .where(Take.session_id == session.id, Take.kind != "text")
        .order_by(Take.created_at, Take.id)
    )
    return [Recording(take, upload, media is not None and media.playback_key is not None) for take, upload, media in rows]


def list_words(db: Session, session: CandidateSession) -> list[Words]:
    """The words of the answers that count, as far as there are any, in the order of the questions."""
    chosen = answers.list_answers(db, session)
    takes = [(question.position, chosen[question.id].take) for question in session.version.questions if question.id in chosen]
    found = [(position, transcripts.find_newest(db, take.id)) for position, take in takes if take is not None and take.kind != "text"]
    return [Words(position, transcript) for position, transcript in found if transcript is not None]


def correct_words(db: Session, session: CandidateSession, take_id: str, text: str, number: int, now: datetime) -> Words:
    """The candidate's own version, beside the machine's. What was proposed from the old words is looked at again.

    `number` is the version that was corrected. Raises NotFound, SessionEnded once erased, Conflict, Invalid.
    """
    take = answers.get_take(db, session, take_id)
    if session.state not in ("in_progress", "submitted") or session.erased_at is not None:
        raise SessionEnded
    made = transcripts.correct(db, Actor(session.employer_id, "candidate", session.id), take, text, number, now)
    if proposing.may_look(db, session):
        proposing.line_up(db, session, now)
    return Words(take.question.position, made)

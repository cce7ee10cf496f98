"""What a reviewer sees of a candidate session: each answer with what can be played and read of it.

Nothing here touches the table of accommodations: how somebody answered is not a reviewer's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, consents, jobs, proposing, transcripts
from domain.audit import Actor, Verb
from domain.errors import Conflict, NotFound
from domain.jobs import Progress
from models import Answer, CandidateSession, Criterion, Media, Member, Question, Take, Transcript, View
from models.review import STAGES


@dataclass(frozen=True)
class Reply:
    """One question with the take that counts (None: unanswered) and what was made of it. `is_opened`: by this member.

    `may_have_words`: the candidate was told that speech is turned into text.
    """

    question: Question
    take: Take | None
    media: Media | None
    transcript: Transcript | None
    progress: Progress | None
    is_opened: bool
    may_have_words: bool

    @property
    def can_play(self) -> bool:
        return self.media is not None and bool(self.media.playback_key)

    @property
    def is_in_work(self) -> bool:
        return self.progress is not None and self.progress.state in {"waiting", "preparing", "transcribing"}

    @property
    def has_failed(self) -> bool:
        return self.progress is not None and self.progress.state == "failed"


def get_session(db: Session, session_id: str) -> CandidateSession:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(CandidateSession).where(CandidateSession.id == session_id))
    if found is None:
        raise NotFound
    return found


def lock(db: Session, session: CandidateSession) -> None:
    """Makes others who change this session's review wait until we commit. Raises NotFound when it was erased meanwhile."""
    touched = sa.update(CandidateSession).where(CandidateSession.id == session.id).values(id=CandidateSession.id)
    if db.connection().execute(touched).rowcount == 0:
        raise NotFound
    db.refresh(session)


def questions(db: Session, version_id: str) -> list[Question]:
    """The questions of a version, in order."""
    return list(db.scalars(sa.select(Question).where(Question.version_id == version_id).order_by(Question.position)))


def criteria(db: Session, version_id: str) -> list[Criterion]:
    """The criteria of a version, in order."""
    return list(db.scalars(sa.select(Criterion).where(Criterion.version_id == version_id).order_by(Criterion.position)))


def replies(db: Session, session: CandidateSession, member: Member | None) -> list[Reply]:
    """Every question of the session in order, answered or not; without a member nobody's opening is looked up."""
    answers = db.scalars(sa.select(Answer).where(Answer.session_id == session.id))
    takes = {answer.question_id: answer.take for answer in answers}
    take_ids = [take.id for take in takes.values() if take is not None]
    media = {row.take_id: row for row in db.scalars(sa.select(Media).where(Media.take_id.in_(take_ids)))}
    words = newest_words(db, take_ids)
    work = {progress.take_id: progress for progress in jobs.progress(db, [session.id])[session.id]}
    views = sa.select(View.question_id).where(View.session_id == session.id, View.member_id == (member.id if member else ""))
    opened, told = set(db.scalars(views)) if member else set(), consents.may_transcribe(db, session.id)

    def reply(question: Question) -> Reply:
        take = takes.get(question.id)
        key = take.id if take else ""
        return Reply(question, take, media.get(key), words.get(key), work.get(key), question.id in opened, told)

    return [reply(question) for question in questions(db, session.version_id)]


def get_reply(db: Session, session: CandidateSession, member: Member, question_id: str) -> Reply:
    """The reply to one question. Raises NotFound when the interview does not ask it."""
    found = next((reply for reply in replies(db, session, member) if reply.question.id == question_id), None)
    if found is None:
        raise NotFound
    return found


def newest_words(db: Session, take_ids: Iterable[str]) -> dict[str, Transcript]:
    """The newest transcript of each take, by take."""
    found = db.scalars(sa.select(Transcript).where(Transcript.take_id.in_(list(take_ids))).order_by(Transcript.number))
    return {row.take_id: row for row in found}


def versions(db: Session, reply: Reply) -> list[tuple[Transcript, str]]:
    """Every version of an answer's words, the newest first, each with who made it."""
    made = transcripts.versions(db, reply.take.id) if reply.take else []
    by = {row.id: row.name for row in db.execute(sa.select(Member.id, Member.name).where(Member.id.in_([each.member_id for each in made])))}
    names = {"machine": "the machine", "candidate": "the candidate"}
    return [(each, by.get(each.member_id or "", names.get(each.author, "a reviewer"))) for each in reversed(made)]


def correct_words(db: Session, actor: Actor, session: CandidateSession, reply: Reply, text: str, number: int, now: datetime) -> None:
    """A reviewer's version beside the machine's. What was proposed from the old words is looked at again.

    `number` is the version that was corrected. Raises NotFound where there are no words, Conflict, Invalid.
    """
    if reply.take is None or reply.transcript is None:
        raise NotFound
    lock(db, session)
    transcripts.correct(db, actor, reply.take, text, number, now)
    if proposing.may_look(db, session):
        proposing.line_up(db, session, now)


def open_answer(db: Session, actor: Actor, session: CandidateSession, question_id: str, now: datetime, stage: str = "face") -> None:
    """Remembers that this member opened an answer, and how much of it; the first time at each stage counts, never a step back.

    Raises NotFound for a question not asked here.
    """
    asked = sa.select(Question.id).where(Question.id == question_id, Question.version_id == session.version_id)
    if db.scalar(asked) is None:
        raise NotFound
    lock(db, session)
    view = find_view(db, session.id, question_id, actor.id)
    if view is not None and STAGES.index(view.stage) >= STAGES.index(stage):
        return
    if view is None:
        view = View(employer_id=session.employer_id, session_id=session.id, question_id=question_id, member_id=actor.id, at=now)
        db.add(view)
    view.stage = stage
    db.flush()
    audit.append(db, actor, Verb.SESSION_VIEWED, ("session", session.id), {"question": question_id, "stage": stage}, now=now)


def find_view(db: Session, session_id: str, question_id: str, member_id: str) -> View | None:
    """What this member has seen of an answer."""
    seen = sa.select(View).where(View.session_id == session_id, View.question_id == question_id, View.member_id == member_id)
    return db.scalar(seen)


def require_take(db: Session, session: CandidateSession, take_id: str) -> None:
    """Raises NotFound unless this take counts as an answer of this session."""
    if db.scalar(sa.select(Answer.id).where(Answer.session_id == session.id, Answer.take_id == take_id)) is None:
        raise NotFound


def retry_work(db: Session, actor: Actor, session: CandidateSession, take_id: str, now: datetime) -> tuple[str, str]:
    """Another try of the work on a take that failed. Returns the question it answers and the kind of work, to be nudged.

    Raises NotFound for another session's take, Conflict when nothing failed.
    """
    work = next((found for found in jobs.progress(db, [session.id])[session.id] if found.take_id == take_id), None)
    if work is None:
        raise NotFound
    if work.job_id is None:
        raise Conflict("This is already being tried again.")
    job = jobs.get_job(db, work.job_id)
    jobs.retry(db, actor, job, now)
    return db.get_one(Take, take_id).question_id, job.kind

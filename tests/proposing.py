"""Submitted sessions with words and agreement, as the machine's look and its learning need them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.sets import constructed
from domain import jobs
from jobs import calibrate, propose
from jobs.bench import Bench
from jobs.run import run_next
from models import Answer, CandidateSession, Consent, Notice, Proposal, Score, Scorecard, Take, Transcript
from tests.factories import NOW, World, create_candidate_session

WORDS = (
    "She was furious about the late parcel. I let her finish her story without a word from me. "
    "Then I asked what had happened and wrote it down. "
    "I promised her a new one by Friday. Two days later I rang her to make sure."
)


def agree(db: Session, session: CandidateSession, given: bool = True) -> None:
    notice = db.scalar(sa.select(Notice).limit(1))
    if notice is None:
        facts: list[dict[str, Any]] = []
        notice = Notice(
            employer_id=session.employer_id,
            version_id=session.version_id,
            locale="en",
            number=1,
            facts=facts,
            sha256="0" * 64,
            created_at=NOW,
        )
        if hasattr(notice, "asks_ai"):
            notice.asks_ai = True
        db.add(notice)
        db.flush()
    db.add(Consent(employer_id=session.employer_id, session_id=session.id, notice_id=notice.id, purpose="ai", given=given, at=NOW))
    db.flush()


def answer(db: Session, session: CandidateSession, text: str, spoken: bool = True, language: str = "en", low: bool = False) -> None:
    """Words for the second question, which both criteria are judged on, spoken word by word or written."""
    for question in session.version.questions[1:2]:
        take = Take(
            employer_id=session.employer_id, session_id=session.id, question_id=question.id, client_id=f"{session.id}{question.id}"[-64:],
            kind="video" if spoken else "text", state="verified", text=None if spoken else text, created_at=NOW,
        )  # fmt: skip
        db.add(take)
        db.flush()
        db.add(Answer(employer_id=session.employer_id, session_id=session.id, question_id=question.id, take_id=take.id, saved_at=NOW))
        if spoken:
            pieces = [(" " if n else "") + word for n, word in enumerate(text.split())]
            words = [{"start": n * 0.5, "end": n * 0.5 + 0.4, "word": piece, "p": 0.9} for n, piece in enumerate(pieces)]
            segment = {"start": 0.0, "end": len(words) / 2, "text": "".join(pieces), "low": low, "words": words}
            values = {"author": "machine", "language": language, "text": segment["text"], "segments": [segment], "created_at": NOW}
            db.add(Transcript(employer_id=session.employer_id, take_id=take.id, number=1, **values))
            for kind in ("prepare", "transcribe"):
                jobs.add(db, session.employer_id, kind, take.id, NOW).state = "done"
    db.flush()


def submitted(db: Session, world: World, text: str = WORDS, agreed: bool = True, **how: Any) -> CandidateSession:
    session = create_candidate_session(db, world, "submitted")
    answer(db, session, text, **how)
    agree(db, session, agreed)
    db.commit()
    return session


def look(bench: Bench, db: Session) -> list[Proposal]:
    """One round: what is due is put in line and worked off."""
    propose.line_up(bench)
    while run_next(bench, "propose"):
        pass
    db.expire_all()
    return list(db.scalars(sa.select(Proposal).order_by(Proposal.position)))


def teach(db: Session, world: World, count: int) -> list[str]:
    """So many scored sessions of the constructed set, on the first criterion's own questions."""
    task = constructed(count + 10)[0]
    for text, level in list(zip(task.answers, task.levels, strict=True))[:count]:
        session = submitted(db, world, text, spoken=False)
        values = {"session_id": session.id, "member_id": world.reviewer.id, "created_at": NOW, "submitted_at": NOW}
        card = Scorecard(employer_id=world.employer.id, **values)
        db.add(card)
        db.flush()
        for criterion in world.version.criteria:
            db.add(Score(employer_id=world.employer.id, scorecard_id=card.id, criterion_id=criterion.id, level=level, at=NOW))
    db.commit()
    return task.answers[count:]


def learn(bench: Bench) -> None:
    calibrate.line_up(bench)
    while run_next(bench, "calibrate"):
        pass

"""How far sessions get and where they run into trouble: counts for the funnel, nothing about the person."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain.errors import TooMany
from models import CandidateSession, Step

MOST: Final = 500


def record(db: Session, session: CandidateSession, name: str, position: int | None, trouble: str | None, now: datetime) -> None:
    """Notes one step. Raises TooMany when a session has sent more than anybody could need."""
    noted = db.scalar(sa.select(sa.func.count()).select_from(Step).where(Step.session_id == session.id))
    if (noted or 0) >= MOST:
        raise TooMany
    db.add(Step(employer_id=session.employer_id, session_id=session.id, name=name, position=position, trouble=trouble, at=now))
    db.flush()

"""States of a candidate session: every move there is, by whom, and none besides."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import candidates
from domain.audit import Actor, Verb
from domain.candidates import MOVES
from domain.errors import NotFound, OtherTab, SessionEnded, TokenRevoked
from models import AuditEvent, serve
from models.candidate import ENDED, STATES
from tests.factories import NOW, World, create_candidate_session


@pytest.mark.parametrize("start", STATES)
@pytest.mark.parametrize("end", STATES)
@pytest.mark.parametrize("kind", ["candidate", "member", "system"])
def test_a_session_moves_only_as_the_table_says(db: Session, world: World, start: str, end: str, kind: str) -> None:
    session = create_candidate_session(db, world, start)
    actor = Actor(world.employer.id, kind, session.id)
    if MOVES.get((start, end)) == kind:
        assert candidates.move(db, actor, session, end, NOW)
        assert session.state == end
        assert (session.ended_at == NOW) is (end in ENDED)
    else:
        with pytest.raises(SessionEnded):
            candidates.move(db, actor, session, end, NOW)
        assert session.state == start


def test_nothing_leads_out_of_an_ended_state() -> None:
    assert {start for start, _ in MOVES} & set(ENDED) == set()


def test_every_end_is_told_to_the_audit_chain(db: Session, world: World) -> None:
    session = create_candidate_session(db, world)
    candidates.cancel(db, world.actor, session, "position filled", NOW)
    event = db.scalars(sa.select(AuditEvent).where(AuditEvent.subject_id == session.id)).one()
    assert (event.verb, event.data, event.actor_id) == (Verb.SESSION_ENDED, {"state": "cancelled"}, world.owner.id)


def test_cancelling_recalls_every_token(db: Session, world: World) -> None:
    session = create_candidate_session(db, world)
    claims = {"session": session.id, "version": session.resume_version}
    assert candidates.get_by_claims(db, claims).id == session.id
    candidates.cancel(db, world.actor, session, "", NOW)
    with pytest.raises(TokenRevoked):
        candidates.get_by_claims(db, claims)


def test_only_sessions_past_their_deadline_expire(db: Session, world: World) -> None:
    late = [create_candidate_session(db, world, state) for state in STATES]
    early = create_candidate_session(db, world)
    early.deadline = NOW + timedelta(days=15)
    db.flush()
    assert candidates.expire(db, NOW + timedelta(days=14)) == 2
    assert [one.state for one in late] == ["expired", "expired", *STATES[2:]]
    assert early.state == "in_progress"


def test_a_session_is_open_until_its_deadline(db: Session, world: World) -> None:
    session = create_candidate_session(db, world)
    candidates.require_open(session, session.deadline - timedelta(seconds=1))
    with pytest.raises(SessionEnded):
        candidates.require_open(session, session.deadline)


def test_a_new_tab_takes_over_from_the_old_one(db: Session, world: World) -> None:
    session = create_candidate_session(db, world)
    candidates.require_newest_tab(session, 1)
    candidates.take_over(db, session, NOW)
    candidates.require_newest_tab(session, 2)
    with pytest.raises(OtherTab):
        candidates.require_newest_tab(session, 1)


def test_a_rivals_session_does_not_exist(db: Session, world: World, rival: World) -> None:
    session = create_candidate_session(db, world)
    db.commit()
    session_id = session.id
    serve(db, rival.employer.id)
    db.expunge_all()
    with pytest.raises(NotFound):
        candidates.get_session(db, session_id)

"""Logins hold for as long as they should, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain import logins, members
from domain.errors import Conflict, Invalid, NotFound
from tests.factories import NOW, World


def test_it_finds_the_member_behind_a_login(db: Session, world: World) -> None:
    login = logins.sign_in(db, world.reviewer, "Firefox", NOW)
    assert logins.find_member(db, login.id, NOW) is world.reviewer
    assert logins.find_member(db, "nothing", NOW) is None


def test_use_keeps_it_alive_but_is_written_down_once_a_minute(db: Session, world: World) -> None:
    login = logins.sign_in(db, world.reviewer, "Firefox", NOW)
    logins.find_member(db, login.id, NOW + timedelta(seconds=59))
    assert login.seen_at == NOW
    logins.find_member(db, login.id, NOW + timedelta(hours=11))
    assert logins.find_member(db, login.id, NOW + timedelta(hours=22)) is world.reviewer


@pytest.mark.parametrize("gone", [timedelta(hours=12), timedelta(days=7)])
def test_it_ends_by_itself(db: Session, world: World, gone: timedelta) -> None:
    login = logins.sign_in(db, world.reviewer, "Firefox", NOW)
    login.seen_at = NOW + gone - timedelta(hours=12)
    assert logins.find_member(db, login.id, NOW + gone) is None


def test_a_disabled_member_is_out_and_not_found_again(db: Session, world: World) -> None:
    login = logins.sign_in(db, world.reviewer, "Firefox", NOW)
    world.reviewer.disabled_at = NOW
    db.flush()
    assert logins.find_member(db, login.id, NOW) is None
    assert logins.find_by_email(db, world.reviewer.email) is None


def test_ending_is_for_ones_own_logins(db: Session, world: World) -> None:
    login = logins.sign_in(db, world.reviewer, "Firefox", NOW)
    with pytest.raises(NotFound):
        logins.end(db, world.owner, login.id, NOW)
    logins.end(db, world.reviewer, login.id, NOW)
    assert logins.find_member(db, login.id, NOW) is None


def test_all_of_a_members_logins_end_together(db: Session, world: World) -> None:
    made = [logins.sign_in(db, world.reviewer, "Firefox", NOW) for _ in range(3)]
    assert logins.end_all(db, world.actor, world.reviewer, NOW) == 3
    assert [logins.find_member(db, login.id, NOW) for login in made] == [None] * 3


@pytest.mark.parametrize(("email", "role"), [("no address", "owner"), ("@", "owner"), ("new@acme.test", "king")])
def test_it_refuses_a_member_it_cannot_make(db: Session, world: World, email: str, role: str) -> None:
    with pytest.raises(Invalid):
        members.create_member(db, world.actor, email, "New", role, None, NOW)


def test_an_address_belongs_to_one_member_of_the_whole_installation(db: Session, world: World, rival: World) -> None:
    with pytest.raises(Conflict):
        members.create_member(db, world.actor, rival.owner.email.upper(), "Mallory", "owner", None, NOW)

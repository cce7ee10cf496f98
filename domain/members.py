"""The people who work for an employer: invited, given a role, shut out at once, and how they get a password."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from domain import audit, logins
from domain.audit import Actor, Verb
from domain.errors import Conflict, Forbidden, Invalid, NotFound, TokenRevoked
from domain.tokens import Tokens
from models import Interview, Login, Member, Onlooker, Seat
from models.employer import ROLES

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1000
PASSWORD_KINDS: Final = ("reset", "member_invite")
_COMMON: Final = {"password", "passwort", "greenroom", "12345678", "qwerty", "letmein"}


def create_member(db: Session, actor: Actor, email: str, name: str, role: str, password_hash: str | None, now: datetime) -> Member:
    """A new member of the actor's employer. Raises Invalid for an unknown role or address, Conflict for one in use."""
    email = email.strip().lower()
    _require_role(role)
    if email.count("@") != 1 or not all(email.split("@")) or len(email) > 320 or any(c.isspace() for c in email):
        raise Invalid("That is not an e-mail address.", {"email": "like name@example.com"})
    if db.connection().scalar(sa.select(Member.__table__.c.id).where(Member.__table__.c.email == email)) is not None:
        raise Conflict("This address is already in use.", "Use another address, or ask them to sign in.")
    if not name.strip() or len(name) > 200:
        raise Invalid("Give the person a name.", {"name": "1 to 200 characters"})
    member = Member(employer_id=actor.employer_id, email=email, name=name.strip(), role=role, password_hash=password_hash, created_at=now)
    db.add(member)
    db.flush()
    audit.append(db, actor, Verb.MEMBER_CREATED, ("member", member.id), {"role": role}, now=now)
    return member


def invite_member(db: Session, inviter: Member, email: str, name: str, role: str, now: datetime) -> Member:
    """As `create_member`, without a password: they choose one through a letter. Only owners make owners."""
    _require_may_give(inviter, role)
    return create_member(db, _actor(inviter), email, name, role, None, now)


def everybody(db: Session) -> Sequence[Member]:
    """Every member, those shut out last."""
    return db.scalars(sa.select(Member).order_by(Member.disabled_at.is_not(None), Member.name, Member.id)).all()


def get_member(db: Session, member_id: str) -> Member:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Member).where(Member.id == member_id))
    if found is None:
        raise NotFound
    return found


def change_role(db: Session, changer: Member, member: Member, role: str, now: datetime) -> None:
    """Gives another role. Raises Forbidden when an admin touches an owner, Conflict when no owner would be left."""
    _require_role(role)
    _require_may_give(changer, role)
    _require_may_touch(changer, member)
    if member.role == "owner" and role != "owner":
        _require_another_owner(db, member)
    if member.role == role:
        return
    before = _only_looks(db, member)
    if role in ("owner", "admin"):
        limit_to(db, changer, member, None, now)
    audit.append(db, _actor(changer), Verb.MEMBER_CHANGED, ("member", member.id), {"role": role, "before": member.role}, now=now)
    member.role = role
    remember_seeing(db, member, before - _only_looks(db, member), now)


def limit_to(
    db: Session, changer: Member, member: Member, interview_ids: Collection[str] | None, now: datetime, looks_only: Collection[str] = ()
) -> None:
    """Lets a reviewer or read-only member see only these interviews; None: all of them, also later ones.

    In those of `looks_only` a reviewer reads as a read-only member does and changes nothing.
    Raises Invalid for none at all, and for owners and admins, who design every interview; NotFound for an unknown interview.
    """
    _require_may_touch(changer, member)
    if interview_ids is not None and member.role in ("owner", "admin"):
        raise Invalid("Owners and admins see every interview. Make them a reviewer first.", {"interviews": "not for this role"})
    if interview_ids is not None and not interview_ids:
        raise Invalid("Choose at least one interview, or all of them.", {"interviews": "none chosen"})
    chosen = set(interview_ids or ())
    if len(chosen) != len(db.scalars(sa.select(Interview.id).where(Interview.id.in_(chosen))).all()):
        raise NotFound
    looks = chosen & set(looks_only)
    before, after = "all" if member.sees_all else sorted(seats(db, member)), "all" if interview_ids is None else sorted(chosen)
    if (before, looked_at(db, member)) == (after, looks):
        return
    looked = _only_looks(db, member)
    db.execute(sa.delete(Seat).where(Seat.member_id == member.id))
    seat = {"employer_id": member.employer_id, "member_id": member.id}
    db.add_all(Seat(**seat, interview_id=one, looks_only=one in looks) for one in sorted(chosen))
    member.sees_all = interview_ids is None
    db.flush()
    remember_seeing(db, member, looked - _only_looks(db, member), now)
    about = {"interviews": after, "before": before, **({"looks_only": sorted(looks)} if looks else {})}
    audit.append(db, _actor(changer), Verb.MEMBER_CHANGED, ("member", member.id), about, now=now)
    db.flush()


def seats(db: Session, member: Member) -> set[str]:
    """Ids of the interviews a member was given; without meaning while they see all."""
    return set(db.scalars(sa.select(Seat.interview_id).where(Seat.member_id == member.id)))


def looked_at(db: Session, member: Member) -> set[str]:
    """Ids of the interviews in which a member may only look."""
    if member.sees_all:
        return set()
    return set(db.scalars(sa.select(Seat.interview_id).where(Seat.member_id == member.id, Seat.looks_only)))


def _only_looks(db: Session, member: Member) -> set[str]:
    """Ids of the interviews that a member sees but may not score in: nothing there is kept from them."""
    if member.role != "read_only":
        return looked_at(db, member)
    return set(db.scalars(sa.select(Interview.id))) if member.sees_all else seats(db, member)


def remember_seeing(db: Session, member: Member, interview_ids: Collection[str], until: datetime) -> None:
    """They may score there one day: what others had scored by `until` they could see before that. One statement, so that two
    tabs at once do not collide; the later time stays."""
    if not interview_ids:
        return
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    who = {"employer_id": member.employer_id, "member_id": member.id, "until": until}
    made = insert(Onlooker).values([{**who, "interview_id": one} for one in sorted(interview_ids)])
    later, known = {"until": made.excluded.until}, [Onlooker.member_id, Onlooker.interview_id]
    db.execute(made.on_conflict_do_update(index_elements=known, set_=later, where=Onlooker.until < made.excluded.until))


def may_score(db: Session, member: Member, interview_id: str) -> bool:
    """Whether somebody who sees this interview may score, note and decide there."""
    return member.role != "read_only" and interview_id not in looked_at(db, member)


def require_scores(db: Session, member: Member, interview_ids: Collection[str]) -> None:
    """Raises Conflict when one of these interviews is not theirs to see, or only to look at."""
    if not member.sees_all and set(interview_ids) - (seats(db, member) - looked_at(db, member)):
        how = "only looks at" if set(interview_ids) <= seats(db, member) else "does not see"
        raise Conflict(f"{member.name} {how} this interview.", "Choose somebody else, or give them the interview under Members.")


def disable(db: Session, changer: Member, member: Member, now: datetime) -> None:
    """Shuts somebody out: every login of theirs ends now. What they wrote and scored stays, with their name."""
    _require_may_touch(changer, member)
    if member.role == "owner":
        _require_another_owner(db, member)
    if member.disabled_at is None:
        member.disabled_at = now
        logins.end_all(db, _actor(changer), member, now)
        audit.append(db, _actor(changer), Verb.MEMBER_CHANGED, ("member", member.id), {"disabled": True}, now=now)


def enable(db: Session, changer: Member, member: Member, now: datetime) -> None:
    """Lets somebody in again."""
    _require_may_touch(changer, member)
    if member.disabled_at is not None:
        member.disabled_at = None
        audit.append(db, _actor(changer), Verb.MEMBER_CHANGED, ("member", member.id), {"disabled": False}, now=now)


def end_logins(db: Session, changer: Member, member: Member, now: datetime) -> int:
    """Ends every login of somebody, as when a laptop was lost; they may sign in again. Returns how many."""
    _require_may_touch(changer, member)
    return logins.end_all(db, _actor(changer), member, now)


def start_password(db: Session, changer: Member, member: Member, now: datetime) -> str:
    """Somebody who may hands a link for choosing a password to a member. Returns the kind of link."""
    _require_may_touch(changer, member)
    if member.disabled_at is not None:
        raise Conflict(f"{member.name} is shut out.", "Let them in again first.")
    audit.append(db, _actor(changer), Verb.MEMBER_CHANGED, ("member", member.id), {"password_link": True}, now=now)
    return "reset" if member.password_hash else "member_invite"


def current_logins(db: Session, member: Member, now: datetime) -> list[Login]:
    """The browsers somebody is signed in with."""
    return logins.current(db, member, now)


def mint(tokens: Tokens, member: Member, kind: str, now: datetime) -> str:
    """A link's token for choosing a password (`reset`, `member_invite`); it dies with the password that stands now."""
    return tokens.mint(kind, {"member": member.id, "mark": _mark(member)}, now)


def get_by_claims(db: Session, claims: Mapping[str, Any]) -> Member:
    """Who may choose a password. Raises TokenRevoked when it was used, or they are shut out."""
    member = db.scalar(sa.select(Member).where(Member.id == str(claims["member"]), Member.disabled_at.is_(None)))
    if member is None or claims["mark"] != _mark(member):
        raise TokenRevoked("This link was used already, or is no longer valid.", "Ask for a new one at “Forgot your password?”.")
    return member


def set_password(db: Session, member: Member, password_hash: str, now: datetime) -> None:
    """The member's new password; every login of theirs ends."""
    member.password_hash = password_hash
    logins.end_all(db, _actor(member), member, now)
    audit.append(db, _actor(member), Verb.MEMBER_CHANGED, ("member", member.id), {"password": True}, now=now)


def require_good_password(password: str, member: Member) -> None:
    """Length is what counts. Raises Invalid."""
    lowered = password.lower()
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(f"Take at least {SHORTEST_PASSWORD} characters; a sentence is easy to remember.", {"password": "too short"})
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(f"At most {LONGEST_PASSWORD} characters.", {"password": "too long"})
    if (
        lowered in {member.email, member.name.lower()}
        or len(set(password)) < 5
        or any(lowered.strip("0123456789!.") == word for word in _COMMON)
    ):
        raise Invalid("That is one of the first things somebody would try.", {"password": "too easy to guess"})


def _mark(member: Member) -> str:
    """Changes with the password, so that a link works once. Says nothing about it."""
    return hashlib.sha256(f"{member.id}:{member.password_hash or ''}".encode()).hexdigest()[:16]


def _actor(member: Member) -> Actor:
    return Actor(member.employer_id, "member", member.id)


def _require_role(role: str) -> None:
    if role not in ROLES:
        raise Invalid("Choose one of the roles.", {"role": f"one of {', '.join(ROLES)}"})


def _require_may_give(giver: Member, role: str) -> None:
    if role == "owner" and giver.role != "owner":
        raise Forbidden("Only an owner makes somebody an owner.")


def _require_may_touch(changer: Member, member: Member) -> None:
    if member.role == "owner" and changer.role != "owner":
        raise Forbidden("Only an owner changes an owner.")


def _require_another_owner(db: Session, member: Member) -> None:
    """Locks the employer's owners first, so that two who demote each other do not both succeed."""
    others = sa.select(Member.id).where(Member.role == "owner", Member.disabled_at.is_(None), Member.id != member.id).with_for_update()
    if not db.scalars(others).all():
        raise Conflict("This is the last owner.", "Make somebody else an owner first.")

"""People: invited with a role, given another, shut out at once, let in again; and what each of them may do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import interviews, mail, members
from domain.errors import Conflict, Invalid
from models import Member, db
from models.employer import ROLES
from views import guards, pages, tables

door = Blueprint("members", __name__, url_prefix="/members")
guards.members_only(door, *guards.MANAGERS)

WHAT_ROLES_DO = {
    "owner": "everything, and names other owners",
    "admin": "designs interviews, invites, manages people and settings",
    "reviewer": "watches, scores, writes notes, decides",
    "read_only": "looks, changes nothing",
}


@door.get("")
def index() -> Response:
    return _list()


@door.post("")
def create() -> AnyResponse:
    """A new person; they choose their own password through a link, by letter or handed over."""
    form = request.form
    try:
        made = members.invite_member(
            db.session(), guards.member(), form.get("email", ""), form.get("name", ""), form.get("role", ""), clock.now()
        )
        if chosen := form.getlist("interview"):
            members.limit_to(db.session(), guards.member(), made, chosen, clock.now())
    except (Invalid, Conflict) as refused:
        db.session.rollback()
        return _list(refused.status, refused=refused, typed={**form.to_dict(), "ticked": form.getlist("interview")})
    if _can_mail():
        mail.to_member(db.session(), made, "member_invite", clock.now())
    db.session.commit()
    guards.queues().nudge("mail")
    return pages.go(url_for("members.show", member_id=made.id), f"{made.name} is a member now.")


@door.post("/export")
def export() -> Response:
    """The list of people as CSV or JSON."""
    heads = ["name", "email", "role", "interviews", "shut out", "has password", "second factor"]
    rows = [
        [
            one.name, one.email, one.role, "all" if one.sees_all else "some", one.disabled_at is not None,
            one.password_hash is not None, one.totp_secret is not None,
        ]
        for one in members.everybody(db.session())
    ]  # fmt: skip
    return tables.take_away("members", heads, rows)


@door.get("/<member_id>")
def show(member_id: str) -> Response:
    return _show(members.get_member(db.session(), member_id))


@door.post("/<member_id>/role")
def change_role(member_id: str) -> AnyResponse:
    member = members.get_member(db.session(), member_id)
    members.change_role(db.session(), guards.member(), member, request.form.get("role", ""), clock.now())
    db.session.commit()
    return pages.go(url_for("members.show", member_id=member.id), "The role holds from the next click on.")


@door.post("/<member_id>/interviews")
def limit(member_id: str) -> AnyResponse:
    """Which interviews a reviewer or read-only member sees: all, or the ticked ones; and in which of them a reviewer only looks."""
    member = members.get_member(db.session(), member_id)
    chosen = request.form.getlist("interview") if request.form.get("sees") == "some" else None
    try:
        members.limit_to(db.session(), guards.member(), member, chosen, clock.now(), request.form.getlist("looks_only"))
    except Invalid as refused:
        db.session.rollback()
        return _show(member, status=refused.status, refused=refused)
    db.session.commit()
    return pages.go(url_for("members.show", member_id=member.id), "This holds from the next click on.")


@door.post("/<member_id>/disable")
def disable(member_id: str) -> AnyResponse:
    member = members.get_member(db.session(), member_id)
    members.disable(db.session(), guards.member(), member, clock.now())
    db.session.commit()
    return pages.go(url_for("members.index"), f"{member.name} is out; every login of theirs has ended.")


@door.post("/<member_id>/enable")
def enable(member_id: str) -> AnyResponse:
    member = members.get_member(db.session(), member_id)
    members.enable(db.session(), guards.member(), member, clock.now())
    db.session.commit()
    return pages.go(url_for("members.show", member_id=member.id), f"{member.name} may sign in again.")


@door.post("/<member_id>/logins/end")
def end_logins(member_id: str) -> AnyResponse:
    member = members.get_member(db.session(), member_id)
    count = members.end_logins(db.session(), guards.member(), member, clock.now())
    db.session.commit()
    return pages.go(url_for("members.show", member_id=member.id), f"{count} ended. {member.name} may sign in again.")


@door.post("/<member_id>/link")
def link(member_id: str) -> AnyResponse:
    """A fresh link for choosing a password: by letter when there is a mail server, else shown once to hand over."""
    member = members.get_member(db.session(), member_id)
    kind = members.start_password(db.session(), guards.member(), member, clock.now())
    if _can_mail():
        mail.to_member(db.session(), member, kind, clock.now())
        db.session.commit()
        guards.queues().nudge("mail")
        return pages.go(url_for("members.show", member_id=member.id), "The link is on its way by e-mail.")
    token = members.mint(guards.tokens(), member, kind, clock.now())
    db.session.commit()
    return _show(member, link=f"{guards.settings().public_url}/password#{token}")


def _can_mail() -> bool:
    return bool(guards.settings().smtp_url)


def _list(status: int = 200, **said: Any) -> Response:
    values: dict[str, Any] = {"refused": None, "typed": {}, **said}
    found = members.everybody(db.session())
    listed = interviews.overview(db.session()) if guards.member().role in guards.MANAGERS else []
    return pages.page("members/index.html", status, members=found, interviews=listed, **_shared(), **values)


def _show(member: Member, link: str = "", status: int = 200, refused: Invalid | None = None) -> Response:
    seats = members.seats(db.session(), member)
    put_away = [row for row in interviews.overview(db.session(), archived=True) if row.interview.id in seats]
    values = {
        "logins": members.current_logins(db.session(), member, clock.now()),
        "interviews": [*interviews.overview(db.session()), *put_away],
        "seats": seats,
        "looked_at": members.looked_at(db.session(), member),
    }
    return pages.page("members/show.html", status, member=member, link=link, refused=refused, **values, **_shared())


def _shared() -> dict[str, Any]:
    may_change = guards.member().role in guards.MANAGERS
    may_give = [role for role in ROLES if role != "owner" or guards.member().role == "owner"]
    return {"may_change": may_change, "roles": may_give, "what": WHAT_ROLES_DO, "can_mail": _can_mail()}

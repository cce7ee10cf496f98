"""Inviting candidates, one or many from a CSV file; reminding, giving more time, withdrawing; and how their letters fared."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import interviews, invite_lists, invites, mail, stages
from domain.errors import Invalid
from domain.invite_lists import Row
from domain.snippets import hosted_link
from models import CandidateSession, Interview, Invite, db
from views import guards, pages, tables

door = Blueprint("invites", __name__)
guards.members_only(door, *guards.MANAGERS)

PAGE = 100


@door.get("/interviews/<interview_id>/invites")
def index(interview_id: str) -> Response:
    return _list(interviews.get_interview(db.session(), interview_id))


@door.post("/interviews/<interview_id>/invites")
def create(interview_id: str) -> AnyResponse:
    """One candidate: the same plan as for a table of one row."""
    interview = interviews.get_interview(db.session(), interview_id)
    row = Row(1, " ".join(request.form.get("name", "").split()), request.form.get("email", "").strip())
    [planned] = invite_lists.plan(db.session(), interview, [row])
    try:
        if planned.outcome != "invite":
            raise Invalid(planned.reason, {"email": planned.reason})
        made = invite_lists.carry_out(db.session(), guards.actor(), interview, [planned], _days(), clock.now(), by_mail=_by_mail())
    except Invalid as refused:
        db.session.rollback()
        return _list(interview, refused.status, refused=refused, typed=request.form.to_dict())
    db.session.commit()
    guards.queues().nudge("mail")
    return pages.go(url_for("invites.show", invite_id=made[0].id), "Invited.")


@door.post("/interviews/<interview_id>/invites/export")
def export(interview_id: str) -> AnyResponse:
    """Who was invited and how the letters fared: the delivery log, one row a letter, as CSV or JSON."""
    interview = interviews.get_interview(db.session(), interview_id)
    return tables.take_away("invitations", invites.LOG, invites.delivery_log(db.session(), interview), interview)


@door.post("/interviews/<interview_id>/invites/plan")
def plan(interview_id: str) -> AnyResponse:
    """What a CSV file would do, row by row, before anybody is invited."""
    interview = interviews.get_interview(db.session(), interview_id)
    file = request.files.get("file")
    content = file.stream.read(invite_lists.LARGEST + 1) if file and file.filename else request.form.get("rows", "").encode()
    try:
        planned = invite_lists.plan(db.session(), interview, invite_lists.read(content))
    except Invalid as refused:
        return _list(interview, refused.status, refused=refused, typed={**request.form.to_dict(), "file": "1"})
    values: dict[str, Any] = {
        "rows": invite_lists.write(one.row for one in planned),
        "days": request.form.get("days", ""),
        "by_mail": _by_mail(),
    }
    return pages.page("invites/plan.html", interview=interview, planned=planned, can_mail=_can_mail(), **values)


@door.post("/interviews/<interview_id>/invites/many")
def create_many(interview_id: str) -> AnyResponse:
    """Carries the plan out. It is made again, so that pressing twice invites nobody twice."""
    interview = interviews.get_interview(db.session(), interview_id)
    planned = invite_lists.plan(db.session(), interview, invite_lists.read(request.form.get("rows", "").encode()))
    made = invite_lists.carry_out(db.session(), guards.actor(), interview, planned, _days(), clock.now(), by_mail=_by_mail())
    db.session.commit()
    guards.queues().nudge("mail", min(len(made), 64))
    skipped = len(planned) - len(made)
    return pages.go(
        url_for("invites.index", interview_id=interview.id), f"{len(made)} invited" + (f", {skipped} left out." if skipped else ".")
    )


@door.post("/interviews/<interview_id>/invites/advanced")
def create_advanced(interview_id: str) -> AnyResponse:
    """Everybody who was advanced before this stage was published."""
    interview = interviews.get_interview(db.session(), interview_id)
    count = stages.invite_waiting(db.session(), guards.actor(), interview, clock.now())
    db.session.commit()
    guards.queues().nudge("mail", min(count, 64))
    return pages.go(url_for("invites.index", interview_id=interview.id), f"{count} invited." if count else "Nobody was waiting any more.")


@door.get("/invites/<invite_id>")
def show(invite_id: str) -> Response:
    return _show(invites.get_invite(db.session(), invite_id))


@door.post("/invites/<invite_id>/remind")
def remind(invite_id: str) -> AnyResponse:
    invite = invites.get_invite(db.session(), invite_id)
    letter = invites.remind(db.session(), guards.actor(), invite, clock.now())
    db.session.commit()
    if letter is None:
        return pages.go(
            url_for("invites.show", invite_id=invite.id), "Not sent: there was a letter within a day, or nothing is open.", "warn"
        )
    guards.queues().nudge("mail")
    return pages.go(url_for("invites.show", invite_id=invite.id), "A reminder is on its way.")


@door.post("/invites/<invite_id>/extend")
def extend(invite_id: str) -> AnyResponse:
    invite = invites.get_invite(db.session(), invite_id)
    try:
        session = invites.extend(db.session(), guards.actor(), invite, _days() or 0, clock.now())
        if _by_mail():
            mail.to_candidate(db.session(), session, "extended", clock.now())
    except Invalid as refused:
        db.session.rollback()
        return _show(invite, refused.status, refused)
    db.session.commit()
    guards.queues().nudge("mail")
    return pages.go(url_for("invites.show", invite_id=invite.id), "More time given.")


@door.post("/invites/<invite_id>/revoke")
def revoke(invite_id: str) -> AnyResponse:
    invite = invites.get_invite(db.session(), invite_id)
    invites.revoke(db.session(), guards.actor(), invite, clock.now())
    db.session.commit()
    return pages.go(url_for("invites.index", interview_id=invite.interview_id), "Withdrawn. The link is refused from now on.")


def _days() -> int | None:
    """Days until the deadline; None is the interview's own. Raises Invalid."""
    text = request.form.get("days", "").strip()
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text[:6]) <= invites.LONGEST_DAYS:
        raise Invalid(f"Give 1 to {invites.LONGEST_DAYS} days.", {"days": f"1 to {invites.LONGEST_DAYS}"})
    return int(text)


def _by_mail() -> bool:
    return "mail" in request.form and _can_mail()


def _can_mail() -> bool:
    return bool(guards.settings().smtp_url)


def _list(interview: Interview, status: int = 200, **said: Any) -> Response:
    lines = invites.of_interview(db.session(), interview, request.args.get("before", "")[:26], PAGE)
    values: dict[str, Any] = {"refused": None, "typed": {}, **said}
    return pages.page(
        "invites/index.html",
        status,
        interview=interview,
        published=interviews.find_published(db.session(), interview.id),
        lines=lines,
        older=lines[-1].invite.id if len(lines) == PAGE else "",
        can_mail=_can_mail(),
        may_change=guards.member().role in guards.MANAGERS,
        now=clock.now(),
        waiting=len(stages.waiting(db.session(), interview)) if interview.stage > 1 else 0,
        **values,
    )


def _show(invite: Invite, status: int = 200, refused: Invalid | None = None) -> Response:
    """The link is a key to somebody's interview: only those who may invite see it."""
    interview = interviews.get_interview(db.session(), invite.interview_id)
    session: CandidateSession = invites.session_of(db.session(), invite)
    may_change = guards.member().role in guards.MANAGERS
    token = invites.mint(guards.tokens(), invite, clock.now()) if may_change else ""
    return pages.page(
        "invites/show.html",
        status,
        interview=interview,
        invite=invite,
        session=session,
        link=hosted_link(guards.settings().public_url, token) if token else "",
        letters=mail.log(db.session(), [session.id]).get(session.id, []),
        can_mail=_can_mail(),
        may_change=may_change,
        refused=refused,
        now=clock.now(),
    )

"""Server time of the employer's pages at 100,000 candidate sessions: `python -m bench.inbox [count] [folder] [database url]`.

Fills a throw-away database (once, when a folder is named), then asks each page 40 times and prints a table in Markdown: statements,
median and 95th percentile on the clock, processor time of this process, size of the page.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from adapters import clock
from app import create_app
from bench.crowd import Crowd
from config import Settings
from domain import logins, reviews
from models import EVERY_EMPLOYER, Answer, Base, Candidate, CandidateSession, InterviewVersion, Invite, Mail, Member, db, serve

ROUNDS = 40
LISTS = ("Inbox", "Search")


def main() -> None:
    """Fills, measures, prints a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as throw_away:
        folder = Path(sys.argv[2] if len(sys.argv) > 2 else throw_away)
        url = sys.argv[3] if len(sys.argv) > 3 else ""
        app = create_app(Settings(data=folder, database_url=url, redis_url="redis://127.0.0.1:1/0", keys="k" * 40))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            serve(db.session(), EVERY_EMPLOYER)
            if db.session.scalar(sa.select(sa.func.count()).select_from(Candidate)) == 0:
                started = time.perf_counter()
                Crowd().fill(count)
                print(f"filled {count:,} in {time.perf_counter() - started:.0f} s")
            name, pages = db.engine.dialect.name, [(_client(app, role), _addresses(role)) for role in ("reviewer", "owner")]
        gc.collect()
        gc.freeze()  # as `greenroom web` does
        print(f"\n{count:,} sessions on {name}, load {os.getloadavg()[0]:.1f} at the beginning\n")
        print("| Page | Statements | Median ms | p95 ms | Processor p95 ms | kB |\n|---|---:|---:|---:|---:|---:|")
        for client, addresses in pages:
            for page, address in addresses.items():
                _measure(client, page, address)
        print(f"\nload {os.getloadavg()[0]:.1f} at the end")


def _addresses(role: str) -> dict[str, str]:
    """What a reviewer lives in, and what an owner opens besides."""
    version = db.session.scalars(sa.select(InterviewVersion)).one()
    ids = {"interview": version.interview_id, "question": reviews.questions(db.session(), version.id)[0].id}
    return _reviewers(ids, _complete()) if role == "reviewer" else _owners(ids)


def _reviewers(ids: dict[str, str], complete: list[str]) -> dict[str, str]:
    waiting, *scored = complete
    interview = ids["interview"]
    return {
        "Inbox, oldest promise first": "/",
        "Inbox, unscored first": "/?order=unscored",
        "Inbox, to decide, newest": "/?view=to_decide&order=newest",
        "Inbox, decided": "/?view=decided",
        "Inbox, in progress": "/?view=open",
        "Inbox, ended, newest": "/?view=ended&order=newest",
        "Inbox, one interview": f"/?interview={interview}",
        "Inbox, random sample": "/?order=sample&seed=77",
        "Inbox, mine": "/?assignee=me",
        "Inbox, a rare tag": "/?tag=second+look",
        "Inbox, a common tag": "/?tag=phone+screen",
        "Inbox, rows alone": "/inbox/rows",
        "Search, rare words": "/?q=carla+tara",
        "Search, common word": "/?q=customer",
        "Review, before own scores": f"/sessions/{waiting}",
        "Review, after own scores": f"/sessions/{scored[0]}",
        "Ask back": f"/sessions/{waiting}/ask",
        "Hand-off": f"/sessions/{scored[0]}/packet",
        "One question": f"/questions/{ids['question']}",
        "Shortlists": "/shortlist",
        "Shortlist": f"/shortlist/{interview}",
        "Compare four": f"/shortlist/{interview}/compare?" + "&".join(f"s={session_id}" for session_id in scored),
        "Figures": "/figures",
        "Figures of one interview": f"/figures/{interview}",
    }


def _owners(ids: dict[str, str]) -> dict[str, str]:
    interview = f"/interviews/{ids['interview']}"
    invite = db.session.scalar(sa.select(Invite.id).join(Mail, Mail.session_id == Invite.session_id).limit(1))
    member = db.session.scalar(sa.select(Member.id).where(Member.role == "reviewer"))
    return {
        "Inbox, as an owner": "/",
        "Shortlist, as an owner": f"/shortlist/{ids['interview']}",
        "Interviews": "/interviews",
        "New interview": "/interviews/new",
        "Designer": interview,
        "Versions": f"{interview}/versions",
        "One version": f"{interview}/versions/1",
        "Welcome clip": f"{interview}/clips/welcome",
        "Embed": f"{interview}/embed",
        "Invitations": f"{interview}/invites",
        "One invitation": f"/invites/{invite}",
        "Rubrics": "/rubrics",
        "Members": "/members",
        "One member": f"/members/{member}",
        "Requests": "/inquiries",
        "People and machine": "/proposals",
        "Settings": "/settings",
        "Your logins": "/account",
    }


def _complete() -> list[str]:
    """The sessions with recordings: first the one that waits, then those with scores."""
    answered = sa.select(CandidateSession.id).where(CandidateSession.id.in_(sa.select(Answer.session_id)))
    return list(db.session.scalars(answered.order_by(CandidateSession.scorecard_count, CandidateSession.id)))


def _client(app: Flask, role: str) -> FlaskClient:
    member = db.session.scalars(sa.select(Member).where(Member.role == role)).one()
    login = logins.sign_in(db.session(), member, "bench", clock.now())
    db.session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["login"] = login.id
    return client


def _measure(client: FlaskClient, name: str, address: str) -> None:
    statements = 0

    def counted(*_: Any) -> None:
        nonlocal statements
        statements += 1

    client.get(address)
    sa.event.listen(sa.Engine, "before_cursor_execute", counted)
    response = client.get(address)
    sa.event.remove(sa.Engine, "before_cursor_execute", counted)
    assert response.status_code == 200, f"{name}: {response.status_code}"
    measured = [_timed(client, address) for _ in range(ROUNDS)]
    walls, cpus = (sorted(times) for times in zip(*measured, strict=True))
    median, p95, cpu = walls[ROUNDS // 2], walls[int(ROUNDS * 0.95)], cpus[int(ROUNDS * 0.95)]
    missed = " missed" if p95 >= (50 if name.startswith(LISTS) else 200) else ""
    print(f"| {name} | {statements} | {median:.0f} | {p95:.0f}{missed} | {cpu:.0f} | {len(response.data) / 1000:.0f} |", flush=True)


def _timed(client: FlaskClient, address: str) -> tuple[float, float]:
    """Milliseconds on the clock, and of this process alone: what counts on a machine that does other things too."""
    started, worked = time.perf_counter(), time.process_time()
    client.get(address)
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)


if __name__ == "__main__":
    main()

"""Server time of the reviewers' pages at 100,000 candidate sessions: `python -m bench.inbox [count] [folder] [database url]`.

Fills a throw-away database (once, when a folder is named), then asks each page 40 times: median, p95, statements, size.
"""

from __future__ import annotations

import gc
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from adapters import clock
from app import create_app
from config import Settings
from domain import logins, reviews
from models import (
    EVERY_EMPLOYER,
    Base,
    Candidate,
    CandidateSession,
    InterviewVersion,
    Member,
    Score,
    Scorecard,
    SearchEntry,
    Step,
    Tag,
    db,
    new_id,
    serve,
)
from models.search import fold
from tests import factories
from tests.factories import World

ROUNDS = 40
NAMES = "Ada Ben Carla Dora Emil Finn Greta Hana Ivo Jana Kofi Lena Mia Nils Olga Piet Quinn Rosa Sven Tara".split()  # noqa: SIM905
WORDS = "customer order broken called listened offered courier manager planned week list priority team project wrote calm".split()  # noqa: SIM905


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
                _fill(factories.create_world(db.session()), count)
                print(f"filled {count:,} in {time.perf_counter() - started:.0f} s on {db.engine.dialect.name}")
            client, addresses = _client(app), _addresses()
        gc.collect()
        gc.freeze()  # as `greenroom web` does
        for name, address in addresses.items():
            _measure(client, name, address)


def _addresses() -> dict[str, str]:
    version = db.session.scalars(sa.select(InterviewVersion)).one()
    interview, question = version.interview_id, reviews.questions(db.session(), version.id)[0].id
    one = db.session.scalar(sa.select(CandidateSession.id).where(CandidateSession.desk == "waiting").limit(1))
    return {
        "inbox": "/",
        "inbox, unscored first": "/?order=unscored",
        "inbox, newest, to decide": "/?view=to_decide&order=newest",
        "inbox, decided": "/?view=decided",
        "inbox, ended": "/?view=ended&order=newest",
        "inbox, one interview": f"/?interview={interview}",
        "inbox, sample": "/?order=sample&seed=77",
        "search, rare word": "/?q=carla+tara",
        "search, common word": "/?q=customer",
        "inbox, rare tag": "/?tag=second+look",
        "inbox, common tag": "/?tag=phone+screen",
        "inbox, mine": "/?assignee=me",
        "review": f"/sessions/{one}",
        "ask back": f"/sessions/{one}/ask",
        "hand-off": f"/sessions/{one}/packet",
        "shortlists": "/shortlist",
        "shortlist": f"/shortlist/{interview}",
        "compare four": f"/shortlist/{interview}/compare?" + "&".join(f"s={session_id}" for session_id in _four()),
        "question": f"/questions/{question}",
        "figures, all": "/figures",
        "figures": f"/figures/{interview}",
    }


def _four() -> list[str]:
    return list(db.session.scalars(sa.select(CandidateSession.id).where(CandidateSession.scorecard_count > 0).limit(4)))


def _fill(world: World, count: int) -> None:
    """Inserts in bulk. One of 20 sessions has words; a third is undecided, as in a large employer's busy season."""
    rng, now = random.Random(1), datetime.now(UTC)
    criteria = reviews.criteria(db.session(), world.version.id)
    base = {"employer_id": world.employer.id}
    for start in range(0, count, 5000):
        models = (Candidate, CandidateSession, SearchEntry, Scorecard, Score, Step, Tag)
        rows: dict[type[Any], list[dict[str, Any]]] = {model: [] for model in models}
        for n in range(start, min(count, start + 5000)):
            _one(rows, base, world, criteria, rng, now, n)
        for model, values in rows.items():
            if values:
                db.session.execute(sa.insert(model.__table__), values)
        db.session.commit()
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


def _one(
    rows: dict[type[Any], list[dict[str, Any]]], base: dict[str, Any], world: World, criteria: list[Any], rng: Any, now: Any, n: int
) -> None:
    person, session = new_id(), new_id()
    name = f"{rng.choice(NAMES)} {rng.choice(NAMES)} {n}"
    state = rng.choices(["submitted", "expired", "in_progress", "withdrawn"], [80, 12, 5, 3])[0]
    verdict = rng.choices(["", "advance", "decline", "hold"], [40, 15, 40, 5])[0] if state == "submitted" else ""
    scored = state == "submitted" and (verdict != "" or rng.random() < 0.3)
    assignee = world.reviewer.id if n % 50 == 0 else None
    device = {"kind": rng.choice(("phone", "computer"))}
    at = now - timedelta(minutes=rng.randrange(500_000))
    rows[Candidate].append({**base, "id": person, "name": name, "email": f"p{n}@home.test", "created_at": at})
    rows[CandidateSession].append(
        {
            **base, "id": session, "interview_id": world.interview.id, "version_id": world.version.id, "candidate_id": person,
            "is_test": False, "assignee_id": assignee,
            "channel": "one_way", "locale": "en", "time_zone": "UTC", "device": device, "tab": 0, "resume_version": 1,
            "ended_reason": "", "state": state, "verdict": verdict, "scorecard_count": int(scored), "shuffle": rng.randrange(1 << 30),
            "created_at": at, "started_at": at, "submitted_at": at if state == "submitted" else None,
            "promise_at": at + timedelta(days=10) if state == "submitted" else None, "deadline": at + timedelta(days=14),
        }
    )  # fmt: skip
    if n % 10 == 0:
        rows[Tag].append({**base, "id": new_id(), "session_id": session, "name": "phone screen"})
    if n % 1000 == 0:
        rows[Tag].append({**base, "id": new_id(), "session_id": session, "name": "second look"})
    for position in range(1, rng.randrange(5)):
        step = {"session_id": session, "name": "question", "position": position, "trouble": None, "at": at}
        rows[Step].append({**base, "id": new_id(), **step})
    text = f"{name} p{n}@home.test"
    rows[SearchEntry].append({**base, "session_id": session, "source_id": session, "kind": "name", "text": fold(text)})
    if n % 20 == 0:
        said = " ".join(rng.choices(WORDS, k=250))
        rows[SearchEntry].append({**base, "session_id": session, "source_id": new_id(), "kind": "transcript", "text": said})
    if scored:
        card = new_id()
        levels = [rng.randint(1, 5) for _ in criteria]
        overall = round(sum((level - 1) * 2.5 * c.weight for level, c in zip(levels, criteria, strict=True)) / 100, 2)
        who = world.owner.id if rng.random() < 0.5 else world.reviewer.id
        rows[Scorecard].append(
            {
                **base,
                "id": card,
                "session_id": session,
                "member_id": who,
                "overall": overall,
                "created_at": at,
                "submitted_at": at + timedelta(days=2),
            }
        )
        for level, criterion in zip(levels, criteria, strict=True):
            rows[Score].append(
                {
                    **base,
                    "id": new_id(),
                    "scorecard_id": card,
                    "criterion_id": criterion.id,
                    "number": 1,
                    "level": level,
                    "reason": "",
                    "at": at,
                }
            )


def _client(app: Flask) -> FlaskClient:
    reviewer = db.session.scalars(sa.select(Member).where(Member.role == "reviewer")).one()
    login = logins.sign_in(db.session(), reviewer, "bench", clock.now())
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
    measured = [_timed(client, address) for _ in range(ROUNDS)]
    walls, cpus = (sorted(times) for times in zip(*measured, strict=True))
    median, p95, cpu = walls[ROUNDS // 2], walls[int(ROUNDS * 0.95)], cpus[int(ROUNDS * 0.95)]
    figures = f"{median:6.1f} ms  p95 {p95:6.1f} ms (cpu {cpu:5.1f})  {statements:3} statements  {len(response.data) / 1000:6.1f} kB"
    print(f"{name:28} {response.status_code}  {figures}", flush=True)


def _timed(client: FlaskClient, address: str) -> tuple[float, float]:
    """Milliseconds on the clock, and of this process alone: what counts on a machine that does other things too."""
    started, worked = time.perf_counter(), time.process_time()
    client.get(address)
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)


if __name__ == "__main__":
    main()

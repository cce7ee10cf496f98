"""A large employer's busy season in a throw-away database: many candidate sessions with all that hangs on them, inserted in bulk."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain import invites, mail, notes, reviews
from domain.invites import Invited
from domain.notes import NoteDraft
from models import (
    Candidate,
    CandidateSession,
    Decision,
    Invite,
    Score,
    Scorecard,
    SearchEntry,
    Step,
    Tag,
    db,
    new_id,
)
from models.search import fold
from tests import factories, reviewing
from tests.factories import World

NAMES = "Ada Ben Carla Dora Emil Finn Greta Hana Ivo Jana Kofi Lena Mia Nils Olga Piet Quinn Rosa Sven Tara".split()  # noqa: SIM905
WORDS = "customer order broken called listened offered courier manager planned week list priority team project wrote calm".split()  # noqa: SIM905
TABLES = (Candidate, CandidateSession, Invite, SearchEntry, Scorecard, Score, Decision, Step, Tag)
BATCH = 5000

Rows = dict[type[Any], list[dict[str, Any]]]


class Crowd:
    """One of 20 sessions has words, half came by invitation, 40 % of the submitted are undecided, one scored in five by two people."""

    def __init__(self) -> None:
        self.world: World = factories.create_world(db.session())
        self.criteria = reviews.criteria(db.session(), self.world.version.id)
        self.rng, self.now = random.Random(1), datetime.now(UTC)

    def fill(self, count: int) -> None:
        """Inserts so many sessions, and a few with recordings and transcripts: four scored by two people, one that nobody scored."""
        self._complete()
        for start in range(0, count, BATCH):
            rows: Rows = {model: [] for model in TABLES}
            for n in range(start, min(count, start + BATCH)):
                self._one(rows, n)
            for model, values in rows.items():
                if values:
                    db.session.execute(sa.insert(model.__table__), values)
            db.session.commit()
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()

    def _complete(self) -> None:
        session, world = db.session(), self.world
        reviewing.create_submitted(session, world, "Waldo Waiting", self.now)
        for name in ("Xena", "Yara", "Zoe", "Zora"):
            made = reviewing.create_submitted(session, world, f"{name} Complete", self.now + timedelta(days=1))
            for member, levels in ((world.owner, (4, 2)), (world.reviewer, (3, 4))):
                reviewing.score(session, made, member, *levels)
            notes.write(session, reviewing.actor(world.reviewer), made, NoteDraft(text="Asked before offering."), self.now)
        invite = invites.create(session, world.actor, world.interview, Invited("Ines", "ines@home.test"), self.now)
        mail.to_candidate(session, invites.session_of(session, invite), "invite", self.now)
        session.commit()

    def _one(self, rows: Rows, n: int) -> None:
        world, rng = self.world, self.rng
        base, at = {"employer_id": world.employer.id}, self.now - timedelta(minutes=rng.randrange(500_000))
        person, session = new_id(), new_id()
        name = f"{rng.choice(NAMES)} {rng.choice(NAMES)} {n}"
        state = rng.choices(["submitted", "expired", "in_progress", "withdrawn"], [80, 12, 5, 3])[0]
        verdict = rng.choices(["", "advance", "decline", "hold"], [40, 15, 40, 5])[0] if state == "submitted" else ""
        scored = state == "submitted" and (verdict != "" or rng.random() < 0.3)
        cards = (2 if rng.random() < 0.2 else 1) if scored else 0
        levels = [rng.randint(1, 5) for _ in self.criteria] if scored else []
        overall = round(sum((level - 1) * 2.5 * c.weight for level, c in zip(levels, self.criteria, strict=False)) / 100, 2)
        rows[Candidate].append({**base, "id": person, "name": name, "email": f"p{n}@home.test", "created_at": at})
        rows[CandidateSession].append(
            {
                **base, "id": session, "interview_id": world.interview.id, "version_id": world.version.id, "candidate_id": person,
                "is_test": False, "assignee_id": world.reviewer.id if n % 50 == 0 else None,
                "channel": "one_way", "locale": "en", "time_zone": "UTC", "device": {"kind": rng.choice(("phone", "computer"))},
                "tab": 0, "resume_version": 1, "ended_reason": "", "state": state, "verdict": verdict,
                "scorecard_count": cards, "overall": overall if scored else None, "shuffle": rng.randrange(1 << 30),
                "created_at": at, "started_at": at, "submitted_at": at if state == "submitted" else None,
                "promise_at": at + timedelta(days=10) if state == "submitted" else None, "deadline": at + timedelta(days=14),
            }
        )  # fmt: skip
        self._around(rows, {**base, "session_id": session}, n, at, f"{name} p{n}@home.test")
        if scored:
            self._scored(rows, {**base, "session_id": session}, cards, levels, at)
        if verdict:
            given = {"verdict": verdict, "reason": "Enough to go on.", "at": at + timedelta(days=rng.randrange(14))}
            rows[Decision].append({**base, "id": new_id(), "session_id": session, "member_id": world.owner.id, **given})

    def _around(self, rows: Rows, base: dict[str, Any], n: int, at: datetime, text: str) -> None:
        """Tags, steps, the invitation, and what search finds."""
        for name, every in (("phone screen", 10), ("second look", 1000)):
            if n % every == 0:
                rows[Tag].append({**base, "id": new_id(), "name": name})
        for position in range(1, self.rng.randrange(5)):
            rows[Step].append({**base, "id": new_id(), "name": "question", "position": position, "trouble": None, "at": at})
        if n % 2 == 0:
            way_in = {"interview_id": self.world.interview.id, "created_at": at, "expires_at": at + timedelta(days=14)}
            rows[Invite].append({**base, "id": new_id(), **way_in})
        rows[SearchEntry].append({**base, "source_id": base["session_id"], "kind": "name", "text": fold(text)})
        if n % 20 == 0:
            said = " ".join(self.rng.choices(WORDS, k=250))
            rows[SearchEntry].append({**base, "source_id": new_id(), "kind": "transcript", "text": said})

    def _scored(self, rows: Rows, base: dict[str, Any], cards: int, levels: list[int], at: datetime) -> None:
        """So many people's scorecards, all with these levels."""
        for member in self.rng.sample([self.world.owner, self.world.reviewer], cards):
            card = {"id": new_id(), "member_id": member.id, "created_at": at, "submitted_at": at + timedelta(days=2)}
            rows[Scorecard].append({**base, **card})
            for level, criterion in zip(levels, self.criteria, strict=True):
                score = {"scorecard_id": card["id"], "criterion_id": criterion.id, "number": 1, "level": level, "reason": "", "at": at}
                rows[Score].append({"employer_id": base["employer_id"], "id": new_id(), **score})

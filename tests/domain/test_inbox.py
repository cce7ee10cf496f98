"""The list: what is in which view, in which order, page after page, for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import decisions, inbox, jobs, notes, search, transcripts
from domain.audit import Actor
from domain.errors import NotFound
from domain.inbox import Filter
from models import Candidate, Note, SearchEntry, Take, serve
from models.search import fold
from tests.factories import NOW, World, create_candidate_session
from tests.reviewing import SAID, actor, create_submitted, score


def names(db: Session, world: World, **wanted: object) -> list[str]:
    return [row.name for row in inbox.page(db, world.reviewer, Filter(**wanted)).rows]  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _fenced(db: Session, world: World, rival: World) -> None:
    serve(db, world.employer.id)


def test_each_session_is_in_the_view_it_waits_in(db: Session, world: World) -> None:
    create_submitted(db, world, "New")
    mine, theirs = create_submitted(db, world, "Mine"), create_submitted(db, world, "Theirs")
    score(db, mine, world.reviewer, 3, 3)
    score(db, theirs, world.owner, 3, 3)
    done = create_submitted(db, world, "Done")
    score(db, done, world.owner, 3, 3)
    decisions.decide(db, actor(world.owner), done, "decline", "No example.", "", NOW)
    for state in ("invited", "in_progress", "expired"):
        create_candidate_session(db, world, state, state)
    found = {view: sorted(names(db, world, view=view)) for view in inbox.VIEWS}
    assert found == {
        "to_score": ["New", "Theirs"],
        "to_decide": ["Mine", "Theirs"],
        "decided": ["Done"],
        "open": ["in_progress", "invited"],
        "ended": ["expired"],
    }
    assert inbox.counts(db, world.reviewer, Filter()) == {view: len(rows) for view, rows in found.items()}


def test_it_shows_whose_recordings_are_in_work_and_whose_need_another_try(db: Session, world: World) -> None:
    made = {name: create_submitted(db, world, name) for name in ("ready", "at_work", "failed", "given up")}
    for name, session in made.items():
        for n, take in enumerate(db.scalars(select(Take).where(Take.session_id == session.id, Take.kind != "text"))):
            for kind in ("prepare", "transcribe"):
                job = jobs.add(db, take.employer_id, kind, take.id, NOW)
                job.state = "done" if n == 0 or name == "ready" else "parked" if name in ("failed", "given up") else "waiting"
            take.state = "discarded" if name == "given up" and n else take.state
    db.flush()
    shown = {row.name: row.work for row in inbox.page(db, world.reviewer, Filter()).rows}
    assert shown == {"ready": "", "at_work": "at_work", "failed": "failed", "given up": ""}


def test_search_follows_the_newest_version_of_the_words(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    take = db.scalars(select(Take).where(Take.session_id == session.id, Take.kind == "video")).one()
    said = SAID.replace("everything", "whatever mattered")
    transcripts.correct(db, Actor(world.employer.id, "candidate", session.id), take, said, 1, NOW)
    assert [len(names(db, world, text=word)) for word in ("everything", "whatever", "First")] == [0, 1, 1]


def test_a_hold_still_waits_for_a_decision(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    score(db, session, world.reviewer, 3, 3)
    decisions.decide(db, actor(world.owner), session, "hold", "Ask again.", "", NOW)
    assert names(db, world, view="to_decide") == ["Carla Candidate"]


def test_test_sessions_are_in_no_view(db: Session, world: World) -> None:
    create_submitted(db, world).is_test = True
    db.flush()
    assert names(db, world) == []
    assert inbox.counts(db, world.reviewer, Filter())["to_score"] == 0


def test_a_rival_sees_nothing(db: Session, world: World, rival: World) -> None:
    create_submitted(db, world)
    serve(db, rival.employer.id)
    assert inbox.page(db, rival.owner, Filter()).rows == []
    assert inbox.page(db, rival.owner, Filter(text="Carla")).rows == []


@pytest.mark.parametrize(("order", "expected"), [("due", ["B", "A", "C"]), ("newest", ["C", "B", "A"]), ("unscored", ["B", "C", "A"])])
def test_orders(db: Session, world: World, order: str, expected: list[str]) -> None:
    for at, (name, promise) in enumerate((("A", 5), ("B", 2), ("C", 9))):
        session = create_submitted(db, world, name, NOW + timedelta(days=promise))
        session.submitted_at = NOW + timedelta(hours=at)
        if name == "A":
            score(db, session, world.owner, 3, 3)
    db.flush()
    assert names(db, world, order=order) == expected


@pytest.mark.parametrize("order", ["due", "newest", "unscored"])
def test_pages_follow_each_other_without_gap_or_repeat(db: Session, world: World, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PAGE", 3)
    for n in range(8):
        create_submitted(db, world, f"N{n}", NOW + timedelta(days=n % 3))
    seen, after = [], ""
    while True:
        page = inbox.page(db, world.reviewer, Filter(order=order, after=after))
        seen += [row.id for row in page.rows]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 8


@pytest.mark.parametrize("after", ["x", "W10=", "WyJhIiwiYiJd", "é", "bnVsbA=="])
def test_a_cursor_that_was_tampered_with_starts_from_the_top(db: Session, world: World, after: str) -> None:
    create_submitted(db, world)
    assert names(db, world, after=after) == ["Carla Candidate"]


def test_a_random_sample_is_the_same_for_the_same_seed(db: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "SAMPLE", 5)
    for n in range(20):
        create_submitted(db, world, f"N{n}")
    one, two = (names(db, world, order="sample", seed=seed) for seed in (7, inbox.SHUFFLE - 1))
    assert one == names(db, world, order="sample", seed=7)
    assert len(set(one)) == len(set(two)) == 5


def test_next_for_me_is_mine_first_then_the_oldest_promise(db: Session, world: World) -> None:
    later, sooner = create_submitted(db, world, "Later", NOW + timedelta(days=9)), create_submitted(db, world, "Sooner", NOW)
    assert inbox.find_next(db, world.reviewer) == sooner.id
    inbox.assign(db, actor(world.owner), [later.id], world.reviewer.id, NOW)
    assert inbox.find_next(db, world.reviewer) == later.id
    assert inbox.find_next(db, world.reviewer, later) == sooner.id


def test_assigning_counts_what_changed_and_stays_at_home(db: Session, world: World, rival: World) -> None:
    session = create_submitted(db, world)
    assert inbox.assign(db, actor(world.owner), [session.id, "nothing"], world.reviewer.id, NOW) == 1
    assert inbox.assign(db, actor(world.owner), [session.id], world.reviewer.id, NOW) == 0
    assert names(db, world, assignee="me") == ["Carla Candidate"]
    with pytest.raises(NotFound):
        inbox.assign(db, actor(world.owner), [session.id], rival.owner.id, NOW)


def test_beside_shows_who_waits_around(db: Session, world: World) -> None:
    made = [create_submitted(db, world, f"N{n}", NOW + timedelta(days=n)) for n in range(6)]
    assert [row.name for row in inbox.beside(db, world.reviewer, made[4])] == ["N1", "N2", "N3", "N5"]


@pytest.mark.parametrize("text", ["zoe", "ZOË kru", "krug", "tell everyth", "customers love", "doing broke"])
def test_search_finds_names_words_notes_and_written_answers(db: Session, world: World, text: str) -> None:
    session = create_submitted(db, world, "Zoë Krüger")
    create_submitted(db, world, "Somebody Else").is_test = True
    notes.write(db, actor(world.reviewer), session, notes.NoteDraft(text="Customers loved it"), NOW)
    assert names(db, world, text=text) == ["Zoë Krüger"]


@pytest.mark.parametrize("text", ["nobody", '"', "*", "' OR 1=1", "zq:zx (", "AND", "-- ;", "zoe nobody"])
def test_search_finds_nothing_and_breaks_on_nothing(db: Session, world: World, text: str) -> None:
    create_submitted(db, world, "Zoë Krüger")
    assert names(db, world, text=text, view="ended") == []


@pytest.mark.parametrize(
    ("said", "text", "is_found"),
    [
        ("面接のご案内をいただきました", "案内", True),
        ("面接のご案内をいただきました", "案面", False),
        ("東京タワーで ABC社 に勤めました", "abc社", True),
        ("在上海工作了三年", "工作", True),
        ("मैंने ग्राहक को शांत किया", "ग्राहक", True),
        ("मैंने ग्राहक को शांत किया", "ग्राहि", False),
        ("저는 고객을 진정시켰습니다", "고객", True),
        ("Ich habe die Straße gefegt", "strasse", False),
        ("Ça s’est très bien passé", "passe tres", True),
        ("Я успокоил клиента", "клиент", True),
    ],
)
def test_search_knows_words_of_other_scripts(db: Session, world: World, said: str, text: str, is_found: bool) -> None:
    session = create_submitted(db, world)
    notes.write(db, actor(world.owner), session, notes.NoteDraft(text=said), NOW)
    assert search.sessions_with(db, world.owner, text) == ([session.id] if is_found else [])
    if is_found:
        excerpt = search.excerpts(db, world.owner, [session.id], text)[session.id]
        assert fold(excerpt.found) == search.words_of(text)[0]
        assert "".join(excerpt) == said, "as it was written"


def test_search_follows_a_new_name_and_forgets_on_erasure(db: Session, world: World) -> None:
    session = create_submitted(db, world, "Before")
    db.get_one(Candidate, session.candidate_id).name = "After"
    db.flush()
    assert (names(db, world, text="before"), names(db, world, text="after")) == ([], ["After"])
    search.forget(db, session.id)
    assert names(db, world, text="after") == []
    assert db.scalars(select(SearchEntry)).all() == []


def test_a_deleted_note_is_found_no_more(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    note = notes.write(db, actor(world.reviewer), session, notes.NoteDraft(text="peculiar"), NOW)
    db.delete(db.get_one(Note, note.id))
    db.flush()
    assert names(db, world, text="peculiar") == []


def test_an_excerpt_shows_where_it_was_found(db: Session, world: World) -> None:
    create_submitted(db, world)
    row = inbox.page(db, world.reviewer, Filter(text="everything")).rows[0]
    assert row.excerpt == ("First I let her tell me ", "everything", "")


def test_an_excerpt_of_a_long_text_cuts_no_word_in_two(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    said = "Unforgettably furious " * 9 + "She RANG twice. " + "Afterwards " * 9
    notes.write(db, actor(world.owner), session, notes.NoteDraft(text=said), NOW)
    row = inbox.page(db, world.owner, Filter(text="rang")).rows[0]
    assert row.excerpt == (
        "…furious Unforgettably furious Unforgettably furious She ",
        "RANG",
        " twice. " + "Afterwards " * 3 + "Afterwards…",
    )


def test_an_excerpt_between_joined_signs_is_where_it_was_written(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    notes.write(db, actor(world.owner), session, notes.NoteDraft(text="お客様が Zoom で怒っていた。まず話を聞きました。"), NOW)
    for text, found in (("zoom", "Zoom"), ("話を", "話を")):
        excerpt = search.excerpts(db, world.owner, [session.id], text)[session.id]
        assert (excerpt.found, "".join(excerpt)) == (found, "お客様が Zoom で怒っていた。まず話を聞きました。")


def test_a_filter_reaches_what_was_found_behind_many_others(db: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "AT_ONCE", 2)
    made = [create_submitted(db, world, f"Same {n}") for n in range(5)]
    made[0].assignee_id = world.reviewer.id
    db.flush()
    found = inbox.page(db, world.reviewer, Filter(text="same", assignee="me"))
    assert [row.id for row in found.rows] == [made[0].id]
    assert len(inbox.page(db, world.reviewer, Filter(text="same")).rows) == 5

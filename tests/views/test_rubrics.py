"""The rubric library: taking, keeping, refusing, importing, exporting."""

from __future__ import annotations

import io
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import rubrics
from domain.library import STARTERS
from models import Rubric
from tests.factories import NOW, World
from tests.views.forms import form_of


@pytest.fixture
def rubric(world: World, db: Session) -> Rubric:
    made = rubrics.create(db, world.actor, rubrics.draft_of("Ours", STARTERS[0].criteria), NOW)
    db.commit()
    return made


def test_the_library_shows_five_ready_rubrics(alice: FlaskClient) -> None:
    page = alice.get("/rubrics").text
    assert all(starter.name in page for starter in STARTERS)


def test_an_interviews_rubric_is_kept_for_the_next_interview(alice: FlaskClient, world: World, db: Session) -> None:
    form = form_of(alice, f"/rubrics/new?interview={world.interview.id}", "/rubrics", name="Support, second line")
    assert alice.post("/rubrics", data=form).status_code == 303
    kept = db.scalars(select(Rubric)).one()
    assert [criterion["name"] for criterion in kept.criteria] == ["Listening", "Planning"]
    assert "Support, second line" in alice.get(f"/interviews/{world.interview.id}").text


def test_a_refused_word_is_not_kept_and_nothing_typed_is_lost(alice: FlaskClient, rubric: Rubric, db: Session) -> None:
    address = f"/rubrics/{rubric.id}"
    form = form_of(alice, address, **{"criteria-0-anchor-5": "Keeps eye contact throughout"})
    response = alice.post(address, data=form)
    assert response.status_code == 422
    assert "“eye contact” cannot be judged" in response.text
    assert "Keeps eye contact throughout" in response.text
    db.expire_all()
    assert rubric.revision == 1


def test_weights_of_zero_are_refused(alice: FlaskClient, rubric: Rubric) -> None:
    weights = {f"criteria-{n}-weight": "0" for n in range(4)}
    response = alice.post(f"/rubrics/{rubric.id}", data=form_of(alice, f"/rubrics/{rubric.id}", **weights))
    assert response.status_code == 422
    assert "add up to zero" in response.text


def test_a_stale_editor_is_told(alice: FlaskClient, rubric: Rubric, db: Session) -> None:
    address = f"/rubrics/{rubric.id}"
    mine = form_of(alice, address, name="Mine")
    alice.post(address, data=form_of(alice, address, name="Theirs"))
    response = alice.post(address, data=mine)
    assert response.status_code == 409
    assert 'value="Mine"' in response.text
    db.expire_all()
    assert rubric.name == "Theirs"


def test_criteria_are_added_and_removed_without_saving(alice: FlaskClient, rubric: Rubric, db: Session) -> None:
    address = f"/rubrics/{rubric.id}"
    page = alice.post(address, data=form_of(alice, address, do="remove-criterion-0"))
    assert page.status_code == 200
    assert "Finds the problem" not in page.text
    db.expire_all()
    assert len(rubric.criteria) == 4


@pytest.mark.parametrize("key", [starter.key for starter in STARTERS])
def test_what_is_exported_comes_back_the_same(alice: FlaskClient, key: str, db: Session) -> None:
    file = alice.get(f"/rubrics/export/{key}")
    assert "attachment" in file.headers["Content-Disposition"]
    assert sum(criterion["share"] for criterion in json.loads(file.data)["criteria"]) == 100
    page = alice.post("/rubrics/import", data={"file": (io.BytesIO(file.data), "rubric.json")})
    assert page.status_code == 200
    for criterion in json.loads(file.data)["criteria"]:
        assert criterion["name"] in page.text
    assert db.scalars(select(Rubric)).all() == [], "a file is read before it is kept"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "line 1"),
        (b"not json", "line 1"),
        (b"[]", "list “criteria”"),
        (b'{"criteria": [1]}', "list “criteria”"),
        (b'{"criteria": [{"name": "x"}]}', "anchors"),
        (b'{"criteria": [{"name": "x", "anchors": [{"level": 9, "text": "y"}]}]}', "anchors"),
        (b"\xff\xfe\x00", "list “criteria”"),
        (b"[" * 100_000, "list “criteria”"),
        (b" " * 300_000, "at most 200 kB"),
    ],
)
def test_what_is_no_rubric_is_refused_in_words(alice: FlaskClient, content: bytes, says: str) -> None:
    response = alice.post("/rubrics/import", data={"file": (io.BytesIO(content), "x.json")})
    assert response.status_code == 422
    assert says.lower() in response.text.lower()


def test_an_archived_rubric_leaves_the_library_and_interviews_keep_their_copy(alice: FlaskClient, world: World, rubric: Rubric) -> None:
    address = f"/interviews/{world.interview.id}"
    alice.post(address, data=form_of(alice, address, do="use-rubric", rubric=rubric.id))
    alice.post(f"/rubrics/{rubric.id}/archive")
    assert alice.get(f"/rubrics/{rubric.id}").status_code == 404
    assert "Finds the problem" in alice.get(address).text

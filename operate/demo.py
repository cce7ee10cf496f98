"""The demonstration: an employer with an interview, and its careers page on an origin of its own."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import requests
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters import clock, passwords
from config import Settings
from domain import embeds, employers, interviews, snippets
from domain.audit import Actor
from domain.designs import InterviewDesign, QuestionDesign
from domain.library import support
from domain.tokens import Tokens
from models import Embed, Session, one_session
from operate import ROOT

EMPLOYER: Final = "Hazel & Finch"
OWNER: Final = ("owner@hazelfinch.example", "Olive Owner")
CONTACT: Final = ("Olive Owner", "jobs@hazelfinch.example")


@dataclass
class Demo:
    """What a second start must find again. `embeds` maps a careers origin to its embed; `test_embed` is for scripts."""

    email: str
    password: str
    employer_id: str
    interview_id: str
    test_embed: str
    embeds: dict[str, str] = field(default_factory=dict)


def provide(settings: Settings, careers_origin: str) -> Demo:
    """The demo employer, made on the first start and found again on every later one; its snippet allows this origin."""
    place = settings.data / "demo.json"
    with one_session(settings.database) as db:
        now = clock.now()
        demo = Demo(**json.loads(place.read_text())) if place.exists() else _create(db, now)
        if careers_origin not in demo.embeds:
            demo.embeds[careers_origin] = _embed(db, demo, [careers_origin], now).id
        db.commit()
    _keep(place, demo)
    return demo


def _create(db: Session, now: datetime) -> Demo:
    password = secrets.token_urlsafe(9)
    employer = employers.create_employer(db, EMPLOYER, *CONTACT, now)
    employers.create_owner(db, EMPLOYER, *OWNER, passwords.hash_password(password), now)
    actor = Actor(employer.id, "system")
    interview = interviews.create(db, actor, design(), now)
    interviews.publish(db, actor, interview, now)
    demo = Demo(OWNER[0], password, employer.id, interview.id, "")
    demo.test_embed = _embed(db, demo, [], now, is_test=True).id
    return demo


def _embed(db: Session, demo: Demo, allowed: list[str], now: datetime, *, is_test: bool = False) -> Embed:
    interview = interviews.get_interview(db, demo.interview_id)
    return interviews.create_embed(db, Actor(demo.employer_id, "system"), interview, allowed, now, is_test=is_test)


def _keep(place: Path, demo: Demo) -> None:
    """The file holds a password: only this user may read it."""
    fresh = place.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(demo), file)
    fresh.replace(place)


def design() -> InterviewDesign:
    """Three questions of the support screen: two to record, one to write, with its rubric."""
    kinds = (["video", "audio"], ["video", "audio"], ["text"])
    chosen = [support.STARTER.questions[n] for n in (0, 1, 3)]
    questions = [QuestionDesign.model_validate({**q.model_dump(), "kinds": k}) for q, k in zip(chosen, kinds, strict=True)]
    criteria = [_on_demo(criterion.model_dump()) for criterion in support.STARTER.criteria if criterion.name != "Explains in plain words"]
    starter = support.STARTER
    whole = {"title": starter.title, "opening": starter.opening, "welcome": starter.welcome, "questions": questions, "criteria": criteria}
    return InterviewDesign.model_validate(whole)


def _on_demo(criterion: dict[str, Any]) -> dict[str, Any]:
    """The starter's fourth question is the demo's third; its own third is left out."""
    place = {1: 1, 2: 2, 4: 3}
    return {**criterion, "questions": [place[n] for n in criterion["questions"] if n in place]}


def embed_token(settings: Settings, demo: Demo, origin: str) -> str:
    """The public token in the careers page's snippet."""
    return _token_of(settings, demo.embeds[origin])


def _token_of(settings: Settings, embed_id: str) -> str:
    with one_session(settings.database) as db:
        return embeds.token_of(Tokens(*settings.signing_keys()), embeds.get_embed(db, embed_id))


def start_test_session(settings: Settings, demo: Demo, local_url: str) -> str:
    """A candidate token of a fresh session marked as test, got through the same door candidates use."""
    token = _token_of(settings, demo.test_embed)
    came = {"token": token, "host_origin": None, "locale": "en"}
    opened = _post(f"{local_url}/c/open", came)
    agreed = {"notice_hash": opened["notice"]["hash"], "consent": {"recording": True, "ai": False}}
    said = {**agreed, "name": "Test", "email": "test@example.com"}
    device = {"time_zone": "UTC", "device": {"kind": "computer", "engine": "script"}}
    return str(_post(f"{local_url}/c/start", {**came, **said, **device})["token"])


def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = requests.post(url, json=body, timeout=30)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def ready(settings: Settings, demo: Demo, careers_url: str, local_url: str) -> dict[str, Any]:
    """What a script needs to drive the product from outside."""
    with one_session(settings.database) as db:
        questions = interviews.get_interview(db, demo.interview_id).versions[-1].questions
        question = next(question.id for question in questions if "video" in question.kinds)
    # Names no take, so each upload a script makes with it is a new one.
    metadata = {"question": question, "kind": "video", "filetype": "video/webm"}
    bearer = {"Authorization": f"Bearer {start_test_session(settings, demo, local_url)}"}
    return {
        "careers_url": careers_url,
        "inbox_url": f"{settings.public_url}/",
        "owner": {"email": demo.email, "password": demo.password},
        "embed_token": embed_token(settings, demo, careers_url.rstrip("/")),
        "interview_id": demo.interview_id,
        "tus": {"url": f"{settings.public_url}/c/uploads", "headers": bearer, "metadata": metadata},
        "api_url": f"{settings.public_url}/api",
        "data": str(settings.data.resolve()),
    }


def write_page(settings: Settings, demo: Demo, origin: str) -> None:
    """The careers page, as an employer would have it: their own markup, and the snippet as it was handed out."""
    templates = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined)
    snippet = Markup(snippets.snippet(settings.public_url, embed_token(settings, demo, origin)))  # noqa: S704 - made by us
    (settings.data / "careers.html").write_text(templates.get_template("demo/careers.html").render(snippet=snippet))

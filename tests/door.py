"""A candidate at the API of the candidate's door, without a browser: what the frame would send, in as few words."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from adapters import clock
from domain.tokens import mint_embed
from models import Embed
from tests.factories import ORIGIN

Json = dict[str, Any]
BODY = "application/offset+octet-stream"
CLIP = b"\x1aE\xdf\xa3" + bytes(range(256)) * 40


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def metadata(**values: object) -> str:
    return ",".join(f"{key} {coded(str(value))}" for key, value in values.items())


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def embed_token(app: Flask, embed: Embed) -> str:
    return mint_embed(app.extensions["tokens"], embed.id, embed.interview_id, embed.origins, clock.now())


@dataclass
class Door:
    """One tab of one candidate. `token` is the bearer token after `start`."""

    app: Flask
    embed: str
    token: str = ""
    opened: Json = field(default_factory=dict)
    session: Json = field(default_factory=dict)
    resume: str = ""

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None, **headers: str) -> TestResponse:
        """A JSON call; underscores in header names become hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if path.startswith("/c/uploads"):
            sent = {"Tus-Resumable": "1.0.0"} | sent
        bearer = self.token if token is None else token
        if bearer:
            sent["Authorization"] = f"Bearer {bearer}"
        return self.app.test_client().open(path, method=method, json=body, headers=sent)

    def tus(self, method: str, path: str, data: bytes | None = None, /, **headers: str) -> TestResponse:
        """A call of the upload protocol."""
        sent = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {self.token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        path = path.removeprefix("http://greenroom.test")
        return self.app.test_client().open(path, method=method, data=data, headers={k: v for k, v in sent.items() if v != "-"})

    def open(self, token: str | None = None, host_origin: str | None = ORIGIN, locale: str = "en") -> TestResponse:
        answer = self.ask("POST", "/c/open", {"token": token or self.embed, "host_origin": host_origin, "locale": locale}, token="")
        if answer.status_code == 200:
            self.opened = answer.json or {}
            self.token, self.session = self.opened["token"] or self.token, self.opened["session"] or self.session
        return answer

    def begin(self, token: str | None = None, /, **changes: Any) -> TestResponse:
        """Asks to start, with everything right unless `changes` says otherwise."""
        body = {
            "token": token or self.embed,
            "host_origin": ORIGIN,
            "locale": "en",
            "notice_hash": self.opened["notice"]["hash"],
            "consent": {"recording": True, "ai": False},
            "name": "Carla Candidate",
            "email": "carla@home.test",
            "time_zone": "Europe/Lisbon",
            "device": {"kind": "phone", "engine": "webkit"},
        }
        answer = self.ask("POST", "/c/start", body | changes, token="")
        if answer.status_code == 201:
            given = answer.json or {}
            self.token, self.resume, self.session = given["token"], given["resume"], given["session"]
        return answer

    def start(self, token: str | None = None, **changes: Any) -> Door:
        assert self.open(token).status_code == 200
        answer = self.begin(token, **changes)
        assert answer.status_code == 201, answer.text
        return self

    def question(self, position: int) -> str:
        return str(self.opened["interview"]["questions"][position - 1]["id"])

    def create(self, position: int = 1, kind: str = "video", take: str = "take-1", length: int | None = None, **more: Any) -> TestResponse:
        said = {"question": self.question(position), "kind": kind, "filetype": f"{kind}/webm;codecs=vp9,opus", "take": take, **more}
        size = {"Upload_Defer_Length": "1"} if length is None else {"Upload_Length": str(length)}
        return self.tus("POST", "/c/uploads", Upload_Metadata=metadata(**said), **size)

    def patch(self, url: str, data: bytes, offset: int = 0, **headers: str) -> TestResponse:
        return self.tus("PATCH", url, data, **{"Upload_Offset": str(offset), "Content_Type": BODY, **headers})

    def take(self, take: str = "take-1") -> Json:
        rows: list[Json] = (self.ask("GET", "/c/session").json or {})["takes"]
        return next(row for row in rows if row["client_id"] == take)

    def close(self, take: str = "take-1", data: bytes = CLIP, **changes: Any) -> TestResponse:
        body = {"bytes": len(data), "sha256": sha256(data), "seconds": 3.5, "reason": "stopped", **changes}
        return self.ask("POST", f"/c/takes/{self.take(take)['id']}/close", body)

    def record(self, position: int = 1, kind: str = "video", take: str = "take-1", data: bytes = CLIP, **more: Any) -> Json:
        """A whole recording: created, sent, closed and chosen as the answer."""
        created = self.create(position, kind, take, **more)
        assert created.status_code == 201, created.text
        assert self.patch(created.headers["Location"], data).status_code == 204
        closed = self.close(take, data)
        assert closed.status_code == 200, closed.text
        chosen = self.ask("PUT", f"/c/answers/{self.question(position)}", {"take_id": (closed.json or {})["id"]})
        assert chosen.status_code == 200, chosen.text
        return closed.json or {}

    def write(self, position: int = 3, text: str = "I would ask what happened.") -> TestResponse:
        return self.ask("PUT", f"/c/answers/{self.question(position)}", {"text": text})

    def answer_all(self) -> Door:
        self.record(1, "video", "one")
        self.record(2, "audio", "two")
        assert self.write(3).status_code == 200
        return self

    def submit(self, answers: list[Json] | None = None) -> TestResponse:
        return self.ask("POST", "/c/submit", {"answers": answers or []})


def code(answer: TestResponse) -> str:
    """The refusal's code."""
    return str((answer.json or {})["error"]["code"])

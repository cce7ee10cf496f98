"""A stand-in for the server behind the candidate's door: docs/candidate-api.md in memory, with tus, for browser tests.

`FakeGreenroom` serves the frame, its modules and the API on localhost and a careers page on 127.0.0.1: two sites, as in life.
`faults` makes it misbehave on purpose. Nothing here is used by the product.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from widget import document, files

ROOT = Path(__file__).resolve().parents[2]
EMBED = "emb_demo~signed.by.the.server"


def question(position: int, prompt: str, **changes: Any) -> dict[str, Any]:
    base = {
        "id": f"q{position}",
        "position": position,
        "prompt": prompt,
        "meaning": "We mean a real situation from your work or life. Any size is fine.",
        "kinds": ["video", "audio", "text"],
        "thinking_seconds": None,
        "answer_seconds": 120,
        "hard_seconds": 240,
        "retakes": 2,
        "preview": True,
        "characters": 5000,
        "clip": None,
    }
    return base | changes


INTERVIEW: dict[str, Any] = {
    "title": "Customer support lead",
    "locale": "en",
    "minutes": 12,
    "is_test": False,
    "opening": "You would lead a team of six people who help our customers by chat and phone.",
    "welcome": "Thank you for taking the time. There are no trick questions.",
    "deadline": None,
    "days_open": 14,
    "welcome_clip": None,
    "contact": {"name": "Ana Souza", "email": "ana@acme.example"},
    "criteria": [
        {"name": "Listening", "description": "Finds out what the customer needs before acting."},
        {"name": "Clarity", "description": "Says the important thing first, in plain words."},
    ],
    "limits": {"slice_seconds": 1, "upload_bytes": 500_000_000},
    "questions": [
        question(1, "Tell us about a customer you could help although it was difficult."),
        question(2, "How do you decide what to do first when everything is urgent?"),
        question(3, "What would you write to a customer whose parcel is lost?", kinds=["text"], characters=2000),
    ],
}
NOTICE: dict[str, Any] = {
    "hash": "n1",
    "version": 1,
    "locale": "en",
    "ai_consent_asked": True,
    "facts": [
        {
            "question": "Does a person review my answers?",
            "answer": "Yes. A person at Acme watches or reads every answer before any decision.",
        },
        {"question": "Is any score automated?", "answer": "No. Software may propose ratings from the text; people give every score."},
        {"question": "How long is it kept?", "answer": "Recordings are deleted 180 days after the decision."},
    ],
}


class Refused(Exception):
    def __init__(self, status: int, code: str, **extra: Any) -> None:
        self.status, self.code, self.extra = status, code, extra


class FakeGreenroom:
    """State, faults and the two HTTP servers. Use as a context manager."""

    def __init__(self, **interview: Any) -> None:
        self.interview = json.loads(json.dumps(INTERVIEW | interview))
        self.notice = json.loads(json.dumps(NOTICE))
        self.person: dict[str, str] | None = None
        self.sessions: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.inquiries: list[dict[str, Any]] = []
        self.clips: dict[str, tuple[str, bytes]] = {}
        self.calls: list[str] = []
        self.bodies: list[int] = []
        self.faults: dict[str, Any] = {}
        self.host_headers: dict[str, str] = {}
        self.host_body: str | None = None
        self.lock, self.line = threading.RLock(), threading.Lock()

    def __enter__(self) -> FakeGreenroom:
        self.api = ThreadingHTTPServer(("127.0.0.1", 0), type("Api", (ApiHandler,), {"room": self}))
        self.site = ThreadingHTTPServer(("127.0.0.1", 0), type("Site", (SiteHandler,), {"room": self}))
        for server in (self.api, self.site):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.origin = f"http://localhost:{self.api.server_port}"
        self.careers_url = f"http://127.0.0.1:{self.site.server_port}/jobs/1"
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self.api, self.site):
            server.shutdown()
            server.server_close()

    # What tests ask for
    def take_bytes(self, take: dict[str, Any]) -> bytes:
        return bytes(self.uploads[take["upload"]]["bytes"])

    @property
    def only_session(self) -> dict[str, Any]:
        assert len(self.sessions) == 1, f"{len(self.sessions)} sessions"
        return next(iter(self.sessions.values()))

    # What the API does
    def open(self, body: dict[str, Any]) -> dict[str, Any]:
        token = body["token"]
        session = None
        if token.startswith(("resume.", "receipt.")):
            session = self.sessions.get(token.split(".")[1])
            if not session:
                raise Refused(401, "token_expired")
        elif token.split("~")[0] != "emb_demo" and not token.startswith("invite."):
            raise Refused(401, "token_invalid")
        answer: dict[str, Any] = {
            "state": "new",
            "employer": {"name": "Acme Support"},
            "interview": self.shown(session),
            "notice": self.notice,
            "person": self.person,
            "token": None,
            "resume": None,
            "session": None,
        }
        if session:
            answer |= {
                "state": session["state"],
                "person": session["person"],
                "token": self.give_token(session),
                "resume": f"resume.{session['id']}",
                "session": self.view(session),
            }
        return answer

    def shown(self, session: dict[str, Any] | None) -> dict[str, Any]:
        shown = json.loads(json.dumps(self.interview))
        for one in shown["questions"]:
            if not session and not one["preview"]:
                one["prompt"] = ""
        return shown  # type: ignore[no-any-return]

    def give_token(self, session: dict[str, Any]) -> str:
        session["tokens"].append(f"candidate.{session['id']}.{len(session['tokens'])}")
        return str(session["tokens"][-1])

    def start(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["notice_hash"] != self.notice["hash"]:
            raise Refused(409, "notice_changed")
        if not body["consent"]["recording"]:
            raise Refused(422, "consent_needed")
        session = {
            "id": uuid.uuid4().hex[:12],
            "state": "in_progress",
            "locale": body["locale"],
            "tokens": [],
            "answers": {},
            "takes": [],
            "deadline": self.interview["deadline"],
            "time_factor": 1,
            "extra_retakes": 0,
            "other_kinds": False,
            "consent": body["consent"],
            "person": {"name": body["name"], "email": body["email"]},
            "started": body,
            "inquiries": [],
            "transcripts": [],
        }
        self.sessions[session["id"]] = session
        if body.get("accommodation"):
            self.accommodate(session, body["accommodation"])
        return {
            "token": self.give_token(session),
            "resume": f"resume.{session['id']}",
            "session": self.view(session),
            "interview": self.shown(session),
        }

    def view(self, session: dict[str, Any]) -> dict[str, Any]:
        takes = [
            {
                **{key: take[key] for key in ("id", "client_id", "question_id", "kind", "technical", "state", "bytes", "seconds")},
                "offset": len(self.uploads[take["upload"]]["bytes"]),
                "upload_url": f"/c/uploads/{take['upload']}",
                "media_url": None,
            }
            for take in session["takes"]
        ]
        keep = ("id", "state", "locale", "deadline", "time_factor", "extra_retakes", "other_kinds", "consent")
        return {**{key: session[key] for key in keep}, "answers": list(session["answers"].values()), "takes": takes}

    def session_of(self, token: str | None, lenient: bool = False) -> dict[str, Any]:
        if not token:
            raise Refused(401, "token_missing")
        session = self.sessions.get(token.split(".")[1]) if "." in token else None
        if not session or (self.faults.get("expire") and self.faults["expire"] == token):
            raise Refused(401, "token_expired")
        if token.startswith("candidate.") and token != session["tokens"][-1] and not lenient:
            raise Refused(409, "other_tab")
        return session

    def close(self, session: dict[str, Any], take_id: str, body: dict[str, Any]) -> dict[str, Any]:
        take = self.take_of(session, take_id)
        held = bytes(self.uploads[take["upload"]]["bytes"])
        if body["bytes"] != len(held):
            raise Refused(409, "conflict", offset=len(held))
        digest = hashlib.sha256(held).hexdigest()
        good = body["sha256"] in (digest, None)
        take |= {
            "state": "verified" if good else "damaged",
            "bytes": len(held),
            "seconds": body["seconds"],
            "sha256": digest,
            "reason": body["reason"],
        }
        return next(one for one in self.view(session)["takes"] if one["id"] == take_id)

    def take_of(self, session: dict[str, Any], take_id: str) -> dict[str, Any]:
        for take in session["takes"]:
            if take["id"] == take_id:
                return take  # type: ignore[no-any-return]
        raise Refused(404, "not_found")

    def answer(self, session: dict[str, Any], question_id: str, body: dict[str, Any]) -> dict[str, Any]:
        if "take_id" in body:
            take = self.take_of(session, body["take_id"])
            answer = {"question_id": question_id, "take_id": take["id"], "kind": take["kind"], "text": None}
        else:
            answer = {"question_id": question_id, "take_id": None, "kind": "text", "text": body["text"]}
        session["answers"][question_id] = answer
        return answer

    def submit(self, session: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        missing = []
        for one in self.interview["questions"]:
            answer = session["answers"].get(one["id"])
            if not answer:
                missing.append({"question_id": one["id"], "reason": "unanswered"})
            elif answer["take_id"] and self.take_of(session, answer["take_id"])["state"] != "verified":
                missing.append({"question_id": one["id"], "reason": "incomplete"})
        proofs = {one["question_id"]: one for one in body["answers"]}
        for row in self.receipt(session)["answers"] if not missing else []:
            proof = proofs[f"q{row['position']}"]
            if proof["sha256"] not in (None, row["sha256"]) or proof["bytes"] not in (None, row["bytes"]):
                missing.append({"question_id": f"q{row['position']}", "reason": "mismatch"})
        if missing:
            raise Refused(409, "not_complete", missing=missing)
        session["state"] = "submitted"
        session["proofs"] = body["answers"]
        return self.receipt(session)

    def receipt(self, session: dict[str, Any]) -> dict[str, Any]:
        rows = []
        for one in self.interview["questions"]:
            answer = session["answers"][one["id"]]
            if answer["take_id"]:
                take = self.take_of(session, answer["take_id"])
                held, seconds = self.take_bytes(take), take["seconds"]
            else:
                held, seconds = answer["text"].encode(), None
            rows.append(
                {
                    "position": one["position"],
                    "prompt": one["prompt"],
                    "kind": answer["kind"],
                    "seconds": seconds,
                    "bytes": len(held),
                    "sha256": hashlib.sha256(held).hexdigest(),
                    "state": "verified",
                }
            )
        now = datetime.now(UTC)
        return {
            "reference": "GR-7F3K",
            "submitted_at": now.isoformat(),
            "receipt_token": f"receipt.{session['id']}",
            "answers": rows,
            "facts": self.notice["facts"],
            "promise_at": (now + timedelta(days=7)).isoformat(),
            "transcribed": [one["position"] for one in session["transcripts"]],
            "proposed_at": None,
            "reviewed_at": None,
            "inquiries": session["inquiries"],
        }

    def inquire(self, body: dict[str, Any]) -> dict[str, Any]:
        token = body["token"]
        session = self.sessions.get(token.split(".")[1]) if token.startswith(("resume.", "receipt.")) else None
        made = {"kind": body["kind"], "asked_at": datetime.now(UTC).isoformat(), "done_at": None}
        self.inquiries.append(body)
        if session:
            session["inquiries"].append(made)
        return made

    def correct(self, session: dict[str, Any], take_id: str, body: dict[str, Any]) -> dict[str, Any]:
        words = next(one for one in session["transcripts"] if one["take_id"] == take_id)
        if words["number"] != body["number"]:
            raise Refused(409, "conflict")
        words |= {"number": words["number"] + 1, "author": "candidate", "text": body["text"]}
        return words  # type: ignore[no-any-return]

    def accommodate(self, session: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        session["time_factor"] = None if body["more_time"] else 1
        session["other_kinds"] = body["other_kinds"]
        session["extra_retakes"] = 5 if body["more_retakes"] else 0
        if body.get("message"):
            self.inquiries.append({"kind": "help", "message": body["message"]})
        return self.view(session)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    room: FakeGreenroom

    def log_message(self, *_: Any) -> None:
        pass

    def reply(self, status: int, body: bytes = b"", kind: str = "application/json", /, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class SiteHandler(Handler):
    """The employer's careers page: another site than ours."""

    def do_GET(self) -> None:
        room = self.room
        body = room.host_body or (
            f'<h1>Careers at Acme</h1><p>We are hiring.</p><script async src="{room.origin}/embed.js"></script>'
            f'<greenroom-interview token="{EMBED}"></greenroom-interview><p><a href="#more" id="after">More jobs</a></p>'
        )
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>Careers</title></head><body>{body}</body></html>"
        )
        self.reply(200, page.encode(), "text/html; charset=utf-8", **room.host_headers)


class ApiHandler(Handler):
    """Our origin: loader, frame, modules, JSON, tus."""

    def handle_any(self) -> None:
        path = urlsplit(self.path).path
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        self.room.calls.append(f"{self.command} {path}")
        try:
            time.sleep(self.room.faults.get("latency", 0))
            fault = self.room.faults.get("before")
            if fault:
                fault(self.command, path)
            if path.startswith("/c/uploads"):
                with self.room.lock:
                    self.tus(path, body)
            elif path.startswith("/c/"):
                with self.room.lock:
                    status, answer = self.json(path, json.loads(body or b"{}"))
                self.reply(status, b"" if status == 204 else json.dumps(answer).encode())
            else:
                self.static(path)
        except Refused as refused:
            error = {"error": {"code": refused.code, "message": f"Refused: {refused.code}.", "action": "Try again."}, **refused.extra}
            wait = {"Retry_After": str(refused.extra["wait"])} if "wait" in refused.extra else {}
            self.reply(refused.status, json.dumps(error).encode(), **wait)
        except (BrokenPipeError, ConnectionResetError):
            pass

    do_GET = do_POST = do_PUT = do_PATCH = do_HEAD = do_DELETE = do_OPTIONS = handle_any  # noqa: N815

    @property
    def bearer(self) -> str | None:
        given = self.headers.get("Authorization") or ""
        return given.removeprefix("Bearer ") or None

    def static(self, path: str) -> None:
        if path == "/embed.js":
            return self.file(files.read(files.LOADER))
        if path == "/i" or path.startswith("/frame/"):
            site = self.room.faults.get("ancestors") or f"http://127.0.0.1:{self.room.site.server_port}"
            return self.document("'none'" if path == "/i" else site)
        if path.startswith("/media/"):
            return self.media(path.split("/")[2])
        found = files.find(path.removeprefix("/widget/1/"))
        if path.startswith("/widget/1/") and found:
            return self.file(found)
        raise Refused(404, "not_found")

    def file(self, found: files.Served) -> None:
        if self.room.faults.get("latency"):
            with self.room.line:  # one line for all: 200 kB/s
                time.sleep(len(found.packed) / 200_000)
        self.reply(
            200,
            found.packed,
            found.kind,
            Cross_Origin_Resource_Policy="cross-origin",
            Content_Encoding="gzip",
            Cross_Origin_Embedder_Policy="require-corp",
            Cache_Control="no-cache",
            Access_Control_Allow_Origin="*",
        )

    def document(self, ancestors: str) -> None:
        from jinja2 import Environment, FileSystemLoader

        pages = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True)
        page = pages.get_template("widget/frame.html").render(**document.parts("en") | {"place": "/widget/1"}, opened=self.opened())
        self.reply(
            200,
            page.encode(),
            "text/html; charset=utf-8",
            Content_Security_Policy=document.content_policy(ancestors),
            Referrer_Policy="no-referrer",
            Cross_Origin_Resource_Policy="cross-origin",
            Cross_Origin_Embedder_Policy="require-corp",
        )

    def opened(self) -> dict[str, Any] | None:
        """What comes along with the document for somebody new."""
        return self.room.open({"token": EMBED}) if self.path.startswith("/frame/") else None

    def media(self, name: str) -> None:
        if name in self.room.clips:
            return self.reply(200, self.room.clips[name][1], self.room.clips[name][0])
        for session in self.room.sessions.values():
            for take in session["takes"]:
                if take["id"] == name:
                    return self.reply(200, self.room.take_bytes(take), take["filetype"].split(";")[0])
        raise Refused(404, "not_found")

    def json(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        room = self.room
        if path == "/c/open":
            return 200, room.open(body)
        if path == "/c/start":
            return 201, room.start(body)
        if path == "/c/inquiries":
            return 201, room.inquire(body)
        lenient = path == "/c/session" or path.endswith("/close")
        session = room.session_of(self.bearer, lenient)
        if found := re.fullmatch(r"/c/takes/(\w+)/(close|media)", path):
            if found[2] == "media":
                return 200, {"url": f"/media/{found[1]}"}
            return 200, room.close(session, found[1], body)
        if found := re.fullmatch(r"/c/transcripts/(\w+)", path):
            return 200, room.correct(session, found[1], body)
        if found := re.fullmatch(r"/c/answers/(\w+)", path):
            return 200, room.answer(session, found[1], body)
        return self.simple(session, path, body)

    def simple(self, session: dict[str, Any], path: str, body: dict[str, Any]) -> tuple[int, Any]:
        room = self.room
        if path == "/c/events":
            room.events.append(body)
            return 204, None
        if path == "/c/extend":
            if session.setdefault("extensions", 0) >= 10:
                raise Refused(409, "conflict")
            session["extensions"] += 1
            session["deadline"] = (datetime.fromisoformat(session["deadline"]) + timedelta(minutes=15)).isoformat()
            return 200, room.view(session)
        if path == "/c/withdraw":
            session["state"] = "withdrawn"
            return 200, room.view(session)
        if path == "/c/consent":
            session["consent"]["ai"] = body["ai"]
            return 200, room.view(session)
        ways: dict[str, Any] = {
            "/c/session": lambda: room.view(session) | {"newest_tab": self.bearer == session["tokens"][-1]},
            "/c/transcripts": lambda: {"transcripts": session["transcripts"]},
            "/c/receipt": lambda: room.receipt(session),
            "/c/submit": lambda: room.submit(session, body),
            "/c/accommodation": lambda: room.accommodate(session, body),
        }
        if path not in ways:
            raise Refused(404, "not_found")
        return 200, ways[path]()

    def tus(self, path: str, body: bytes) -> None:
        session = self.room.session_of(self.bearer, lenient=True)
        if self.headers.get("Tus-Resumable") != "1.0.0":
            raise Refused(412, "bad_request")
        if path == "/c/uploads" and self.command == "POST":
            return self.create(session)
        upload = self.room.uploads.get(path.removeprefix("/c/uploads/"))
        if not upload or upload["session"] != session["id"]:
            raise Refused(404, "not_found")
        if self.command == "HEAD":
            extra = {"Upload_Length": str(upload["length"])} if upload["length"] is not None else {"Upload_Defer_Length": "1"}
            return self.reply(200, Tus_Resumable="1.0.0", Upload_Offset=str(len(upload["bytes"])), Cache_Control="no-store", **extra)
        return self.patch(upload, body)

    def create(self, session: dict[str, Any]) -> None:
        pairs = dict(pair.split(" ") for pair in self.headers["Upload-Metadata"].split(","))
        meta = {key: base64.b64decode(value).decode() for key, value in pairs.items()}
        known = next((take for take in session["takes"] if take["client_id"] == meta["take"]), None)
        if not known:
            asked = next(one for one in self.room.interview["questions"] if one["id"] == meta["question"])
            used = [take for take in session["takes"] if take["question_id"] == asked["id"] and not take["technical"]]
            if meta["technical"] != "1" and len(used) > asked["retakes"] + session["extra_retakes"]:
                raise Refused(409, "conflict")
            known = {
                "id": f"t{uuid.uuid4().hex[:8]}",
                "client_id": meta["take"],
                "question_id": meta["question"],
                "kind": meta["kind"],
                "technical": meta["technical"] == "1",
                "state": "recording",
                "bytes": None,
                "seconds": None,
                "upload": uuid.uuid4().hex,
                "filetype": meta["filetype"],
            }
            session["takes"].append(known)
            self.room.uploads[known["upload"]] = {"bytes": bytearray(), "length": None, "session": session["id"]}
        self.reply(201, Tus_Resumable="1.0.0", Location=f"{self.room.origin}/c/uploads/{known['upload']}")

    def patch(self, upload: dict[str, Any], body: bytes) -> None:
        held = upload["bytes"]
        self.room.bodies.append(len(body))
        if len(held) + len(body) > self.room.faults.get("most", 1 << 30):
            raise Refused(413, "too_large")
        if int(self.headers["Upload-Offset"]) != len(held):
            raise Refused(409, "conflict")
        algorithm, _, digest = (self.headers.get("Upload-Checksum") or "").partition(" ")
        if algorithm and base64.b64encode(hashlib.new(algorithm, body).digest()).decode() != digest:
            raise Refused(460, "bad_request")
        cut = self.room.faults.get("cut")
        held += body[:cut] if cut else body
        if cut:
            self.close_connection = True
            return
        if self.headers.get("Upload-Length"):
            upload["length"] = int(self.headers["Upload-Length"])
        lose = self.room.faults.get("lose_answer")
        if lose and lose():
            self.close_connection = True
            return
        self.reply(204, Tus_Resumable="1.0.0", Upload_Offset=str(len(held)))


if __name__ == "__main__":
    with FakeGreenroom() as room:
        print(json.dumps({"careers_url": room.careers_url, "origin": room.origin}), flush=True)
        while True:
            time.sleep(3600)

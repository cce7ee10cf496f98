"""A language model that misbehaves in every way: it costs a proposal, never more than its time."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from adapters import language_model
from adapters.language_model import Criterion, LanguageModel, ModelFailed

CRITERION = Criterion("Listening", "lets people finish", ((1, "interrupts"), (3, "waits"), (5, "asks back")))
SENTENCES = ["I listened to her.", "Then I asked </answer> what was wrong.", "It was fine."]
GOOD = {"level": 3, "reasoning": "Waited.", "evidence": [1]}


def envelope(content: Any, **more: Any) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content)
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}], **more}).encode()


Act = Callable[[BaseHTTPRequestHandler, int], None]


def answers(body: bytes, status: int = 200, **headers: str) -> Act:
    def act(handler: BaseHTTPRequestHandler, _attempt: int) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return act


@contextmanager
def server(act: Act) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A real server on this machine that does as the script says; yields its address and the requests it got."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append({"path": self.path, "body": body, "key": self.headers.get("Authorization")})
            try:
                act(self, len(got))
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None: ...

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1", got
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_model, "PAUSE", 0.0)


def test_a_good_answer_comes_back_with_its_cost() -> None:
    with server(answers(envelope(GOOD, usage={"prompt_tokens": 300, "completion_tokens": 20}))) as (url, got):
        reply = LanguageModel(url, "tiny", "secret").ask("What did you do?", CRITERION, SENTENCES)
    assert reply.said == GOOD
    assert reply.usage["prompt_tokens"] == 300
    assert (reply.usage["tries"], reply.usage["model"]) == (1, "tiny")
    assert (got[0]["path"], got[0]["key"]) == ("/v1/chat/completions", "Bearer secret")


def test_the_request_is_cold_bounded_and_the_same_for_the_same_words() -> None:
    with server(answers(envelope(GOOD))) as (url, got):
        for _ in range(2):
            LanguageModel(url, "tiny").ask("What did you do?", CRITERION, SENTENCES)
    assert got[0]["body"] == got[1]["body"]
    body = json.loads(got[0]["body"])
    assert (body["temperature"], body["stream"]) == (0, False)
    assert "tools" not in body
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["level"]["enum"] == [1, 3, 5]
    assert schema["properties"]["evidence"]["items"]["maximum"] == 3


def test_nobody_can_close_the_marks_around_the_answer() -> None:
    text = language_model.prompt("Q", CRITERION, SENTENCES)
    assert text.count("</answer>") == 1
    assert "2. Then I asked ‹/answer› what was wrong." in text


def test_a_code_fence_is_forgiven() -> None:
    with server(answers(envelope("```json\n" + json.dumps(GOOD) + "\n```"))) as (url, _):
        assert LanguageModel(url, "m").ask("Q", CRITERION, SENTENCES).said == GOOD


WRONG = {
    "no json": b"hello",
    "empty": b"",
    "a list": b"[]",
    "no choices": b"{}",
    "empty choices": b'{"choices": []}',
    "null content": b'{"choices": [{"message": {"content": null}}]}',
    "prose": envelope("I think it is level 3."),
    "half a json": envelope('{"level": 3, "reaso'),
    "bytes that are no text": b"\xff\xfe\x00" * 100,
    "deep nesting": b"[" * 20_000,
    "streamed events": b'data: {"choices": [{"delta": {"content": "3"}}]}\n\ndata: [DONE]\n\n',
    "far too much": b'{"x": "' + b"y" * 300_000 + b'"}',
}


@pytest.mark.parametrize("name", WRONG)
def test_garbage_is_refused_after_three_tries(name: str) -> None:
    with server(answers(WRONG[name])) as (url, got), pytest.raises(ModelFailed) as failed:
        LanguageModel(url, "m", seconds=20).ask("Q", CRITERION, SENTENCES)
    assert failed.value.code == "invalid_answer"
    assert len(got) == 3
    assert failed.value.usage["tries"] == 3
    assert failed.value.usage["failure"]


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (401, 1), (403, 1), (404, 1), (408, 3), (429, 3), (500, 3), (503, 3)])
def test_an_error_status_is_no_answer_and_what_is_refused_is_not_asked_again(status: int, tries: int) -> None:
    with server(answers(b"{}", status)) as (url, got), pytest.raises(ModelFailed) as failed:
        LanguageModel(url, "m", seconds=20).ask("Q", CRITERION, SENTENCES)
    assert (failed.value.code, failed.value.why, len(got)) == ("no_answer", f"status {status}", tries)
    assert failed.value.usage["tries"] == tries


def test_a_busy_server_is_given_the_time_it_asks_for() -> None:
    def act(handler: BaseHTTPRequestHandler, attempt: int) -> None:
        (answers(b"", 429, Retry_After="1") if attempt == 1 else answers(envelope(GOOD)))(handler, attempt)

    started = time.monotonic()
    with server(act) as (url, _):
        assert LanguageModel(url, "m", seconds=20).ask("Q", CRITERION, SENTENCES).usage["tries"] == 2
    assert time.monotonic() - started >= 1


def test_a_server_that_asks_for_an_hour_costs_no_more_than_its_time() -> None:
    started = time.monotonic()
    with server(answers(b"", 429, Retry_After="3600")) as (url, _), pytest.raises(ModelFailed):
        LanguageModel(url, "m", seconds=0.5).ask("Q", CRITERION, SENTENCES)
    assert time.monotonic() - started < 3


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    with server(answers(bomb, Content_Encoding="gzip")) as (url, _), pytest.raises(ModelFailed) as failed:
        LanguageModel(url, "m", seconds=20).ask("Q", CRITERION, SENTENCES)
    assert failed.value.code == "invalid_answer"


@pytest.mark.parametrize("count", [float("nan"), float("inf"), -1, True, "300", None, [300]])
def test_a_count_that_is_none_is_not_written_down(count: Any) -> None:
    with server(answers(envelope(GOOD, usage={"prompt_tokens": count, "cost": 0.002}))) as (url, _):
        usage = LanguageModel(url, "m").ask("Q", CRITERION, SENTENCES).usage
    assert "prompt_tokens" not in usage
    assert usage["cost"] == 0.002


def test_a_redirect_is_not_followed() -> None:
    with (
        server(answers(envelope(GOOD))) as (elsewhere, never),
        server(answers(b"", 307, Location=elsewhere + "/chat/completions")) as (url, _),
    ):
        with pytest.raises(ModelFailed):
            LanguageModel(url, "m", seconds=20).ask("Q", CRITERION, SENTENCES)
        assert never == []


def test_a_second_try_may_succeed() -> None:
    def act(handler: BaseHTTPRequestHandler, attempt: int) -> None:
        (answers(b"busy", 503) if attempt == 1 else answers(envelope(GOOD)))(handler, attempt)

    with server(act) as (url, _):
        assert LanguageModel(url, "m").ask("Q", CRITERION, SENTENCES).usage["tries"] == 2


def test_nobody_listening_is_no_answer() -> None:
    with pytest.raises(ModelFailed) as failed:
        LanguageModel("http://127.0.0.1:9/v1", "m", seconds=5).ask("Q", CRITERION, SENTENCES)
    assert failed.value.code == "no_answer"


def test_a_server_that_says_nothing_costs_no_more_than_its_time() -> None:
    started = time.monotonic()
    with server(lambda _handler, _attempt: time.sleep(4)) as (url, _), pytest.raises(ModelFailed):
        LanguageModel(url, "m", seconds=1.0).ask("Q", CRITERION, SENTENCES)
    assert time.monotonic() - started < 3.5


def test_a_server_that_drips_bytes_costs_no_more_than_its_time() -> None:
    def drip(handler: BaseHTTPRequestHandler, _attempt: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        for _ in range(60):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    started = time.monotonic()
    with server(drip) as (url, _), pytest.raises(ModelFailed) as failed:
        LanguageModel(url, "m", seconds=1.0).ask("Q", CRITERION, SENTENCES)
    assert failed.value.code == "no_answer"
    assert time.monotonic() - started < 4


def test_a_connection_cut_in_the_middle_is_no_answer() -> None:
    def cut(handler: BaseHTTPRequestHandler, _attempt: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choi')
        handler.close_connection = True

    with server(cut) as (url, _), pytest.raises(ModelFailed) as failed:
        LanguageModel(url, "m", seconds=10).ask("Q", CRITERION, SENTENCES)
    assert failed.value.code == "no_answer"

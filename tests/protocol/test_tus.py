"""tus 1.0.0 as request and answer: every MUST and SHOULD of the text that a request can show.

The order is the protocol's: core, creation, defer-length, with-upload, expiration, checksum, termination.
"""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from adapters import clock
from adapters.storage import MediaStore, MemoryStore
from config import Settings
from domain import uploads
from domain.audit import Verb
from models import AuditEvent, CandidateSession, Part, Take, Upload
from tests.door import BODY, CLIP, Door, checksum, code, coded, metadata

Headers = dict[str, str]


@pytest.fixture
def tus(door: Door) -> Door:
    return door.start()


def created(tus: Door, length: int | None = len(CLIP), take: str = "take-1") -> str:
    answer = tus.create(take=take, length=length)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def offset(tus: Door, url: str) -> str:
    return tus.tus("HEAD", url).headers["Upload-Offset"]


def said(tus: Door, **more: str) -> Headers:
    return {"Upload_Metadata": metadata(question=tus.question(1), kind="video"), "Upload_Length": "9", **more}


# Core


def test_head_tells_offset_length_and_is_never_cached(tus: Door) -> None:
    url = created(tus)
    tus.patch(url, CLIP[:7])
    answer = tus.tus("HEAD", url)
    assert answer.status_code == 200
    assert answer.headers["Upload-Offset"] == "7"
    assert answer.headers["Upload-Length"] == str(len(CLIP))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.data == b""


def test_head_of_what_does_not_exist_tells_no_offset(tus: Door) -> None:
    answer = tus.tus("HEAD", "/c/uploads/nothing")
    assert answer.status_code == 404
    assert "Upload-Offset" not in answer.headers
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_patch_appends_and_tells_the_new_offset(tus: Door) -> None:
    url = created(tus)
    first = tus.patch(url, CLIP[:1000])
    assert (first.status_code, first.headers["Upload-Offset"], first.headers["Tus-Resumable"]) == (204, "1000", "1.0.0")
    second = tus.patch(url, CLIP[1000:], offset=1000)
    assert (second.status_code, second.headers["Upload-Offset"]) == (204, str(len(CLIP)))
    assert (tus.close().json or {})["state"] == "verified"


@pytest.mark.parametrize("wrong", [0, 4, 6, 10**12])
def test_patch_at_another_offset_is_a_conflict_and_changes_nothing(tus: Door, wrong: int) -> None:
    url = created(tus)
    tus.patch(url, b"12345")
    answer = tus.patch(url, b"x", offset=wrong)
    assert (answer.status_code, code(answer)) == (409, "conflict")
    assert (answer.json or {})["error"]["offset"] == 5
    assert offset(tus, url) == "5"


@pytest.mark.parametrize("wrong", ["-", "", "-1", "1.5", "x", "1e3", "9" * 20, "٣"])
def test_patch_needs_a_whole_offset(tus: Door, wrong: str) -> None:
    url = created(tus)
    headers = {"Content_Type": BODY, "Upload_Offset": wrong}
    answer = tus.tus("PATCH", url, b"x", **headers)
    assert (answer.status_code, code(answer)) == (400, "bad_request")
    assert offset(tus, url) == "0"


@pytest.mark.parametrize("wrong", ["application/octet-stream", "text/plain", "-"])
def test_patch_needs_its_own_content_type(tus: Door, wrong: str) -> None:
    url = created(tus)
    answer = tus.patch(url, b"x", Content_Type=wrong)
    assert (answer.status_code, code(answer)) == (415, "unsupported_type")
    assert offset(tus, url) == "0"


def test_an_empty_patch_is_allowed(tus: Door) -> None:
    url = created(tus)
    assert tus.patch(url, b"").headers["Upload-Offset"] == "0"


def test_patch_past_the_announced_length_is_refused_before_reading(tus: Door) -> None:
    url = created(tus, length=10)
    answer = tus.patch(url, b"12345678901")
    assert (answer.status_code, code(answer)) == (413, "too_large")
    assert offset(tus, url) == "0"


def test_a_finished_upload_takes_no_more(tus: Door) -> None:
    url = created(tus, length=5)
    tus.patch(url, b"12345")
    assert tus.patch(url, b"", offset=5).status_code == 204
    assert tus.patch(url, b"6", offset=5).status_code == 413
    assert tus.patch(url, b"12345").status_code == 409


@pytest.mark.parametrize("version", ["-", "0.2.2", "1.0", "2.0.0"])
@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
def test_another_protocol_version_is_refused_and_nothing_is_done(tus: Door, method: str, version: str) -> None:
    url = created(tus)
    headers = {"Upload_Offset": "0", "Content_Type": BODY, "Upload_Length": "5"}
    answer = tus.tus(method, "/c/uploads" if method == "POST" else url, b"x", Tus_Resumable=version, **headers)
    assert answer.status_code == 412
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert offset(tus, url) == "0"


def test_options_says_what_is_offered_and_needs_neither_token_nor_version(app: Flask) -> None:
    for path in ("/c/uploads", "/c/uploads/any"):
        answer = app.test_client().options(path)
        assert answer.status_code in (200, 204)
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert answer.headers["Tus-Max-Size"] == str(2 << 30)
        assert set(answer.headers["Tus-Extension"].split(",")) == {
            "creation",
            "creation-with-upload",
            "creation-defer-length",
            "checksum",
            "termination",
            "expiration",
        }
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
        assert "Tus-Resumable" not in answer.headers


@pytest.mark.parametrize("carrier", ["POST", "GET", "PUT"])
def test_the_method_override_wins_over_the_real_method(tus: Door, carrier: str) -> None:
    url = created(tus)
    headers = {"Upload_Offset": "0", "Content_Type": BODY, "X_HTTP_Method_Override": "PATCH"}
    assert tus.tus(carrier, url, CLIP, **headers).status_code == 204
    answer = tus.tus(carrier, url, X_HTTP_Method_Override="HEAD")
    assert (answer.status_code, answer.headers["Upload-Offset"], answer.data) == (200, str(len(CLIP)), b"")
    assert tus.tus(carrier, url, X_HTTP_Method_Override="DELETE").status_code == 204
    gone = tus.tus(carrier, url, X_HTTP_Method_Override="HEAD")
    assert (gone.status_code, gone.data) == (410, b"")


def test_the_method_override_opens_no_other_address(tus: Door) -> None:
    assert tus.ask("POST", "/c/session", X_HTTP_Method_Override="GET").status_code == 405


@pytest.mark.parametrize("wanted", ["TRACE", "GET", "PUT", "MOVE"])
def test_a_method_the_override_names_is_meant_even_where_it_is_not_offered(tus: Door, wanted: str) -> None:
    url = created(tus)
    assert tus.patch(url, b"12345", X_HTTP_Method_Override=wanted).status_code == 405
    assert offset(tus, url) == "0"


# Creation


def test_creation_answers_with_an_absolute_location(tus: Door) -> None:
    answer = tus.create(length=5)
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith("http://greenroom.test/c/uploads/")
    assert answer.headers["Tus-Resumable"] == "1.0.0"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"Upload_Length": "5", "Upload_Defer_Length": "1"},
        {"Upload_Defer_Length": "0"},
        {"Upload_Defer_Length": "yes"},
        {"Upload_Length": "-5"},
        {"Upload_Length": "five"},
        {"Upload_Length": "5", "Upload_Concat": "partial"},
    ],
)
def test_creation_needs_a_length_or_says_that_it_comes_later(tus: Door, wrong: Headers) -> None:
    answer = tus.tus("POST", "/c/uploads", Upload_Metadata=metadata(question=tus.question(1), kind="video"), **wrong)
    assert (answer.status_code, code(answer)) == (400, "bad_request")


def test_creation_above_the_largest_size_is_refused(tus: Door) -> None:
    answer = tus.create(length=(2 << 30) + 1)
    assert (answer.status_code, code(answer)) == (413, "too_large")
    assert tus.create(length=10 << 30).status_code == 413


def test_an_upload_of_nothing_is_complete_at_once(tus: Door) -> None:
    answer = tus.tus("HEAD", created(tus, length=0))
    assert (answer.headers["Upload-Offset"], answer.headers["Upload-Length"]) == ("0", "0")
    assert "Upload-Expires" not in answer.headers


def test_metadata_comes_back_word_for_word_in_every_script(tus: Door) -> None:
    sent = f"filename {coded('Łódź 名前 👍.webm')},question {coded(tus.question(1))},kind {coded('video')},is_confidential"
    url = tus.tus("POST", "/c/uploads", Upload_Metadata=sent, Upload_Length="5").headers["Location"]
    assert tus.tus("HEAD", url).headers["Upload-Metadata"] == sent


@pytest.mark.parametrize("wrong", ["question ???", "question YQ== YQ==", "question YQ==,question YQ==", ",", "kind\tx,é YQ=="])
def test_metadata_of_another_form_is_refused(tus: Door, wrong: str) -> None:
    answer = tus.tus("POST", "/c/uploads", Upload_Metadata=wrong, Upload_Length="5")
    assert (answer.status_code, code(answer)) == (400, "bad_request")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"question": "nothing"}, 404),
        ({"kind": "text"}, 400),
        ({"kind": "hologram"}, 400),
        ({"kind": ""}, 400),
        ({"filetype": "text/html"}, 415),
        ({"filetype": "application/x-mpegurl"}, 415),
    ],
)
def test_a_recording_must_belong_to_a_question_in_a_form_it_allows(tus: Door, values: Headers, status: int) -> None:
    fields = {"question": tus.question(1), "kind": "video", "filetype": "video/webm", **values}
    assert tus.tus("POST", "/c/uploads", Upload_Metadata=metadata(**fields), Upload_Length="5").status_code == status


def test_creating_the_same_take_twice_gives_the_first_one_back(db: Session, tus: Door) -> None:
    first = created(tus, length=None)
    tus.patch(first, b"12345")
    again = tus.create()
    assert (again.status_code, again.headers["Location"], again.headers["Upload-Offset"]) == (201, first, "5")
    assert db.scalar(sa.select(sa.func.count()).select_from(Take)) == 1
    assert db.scalar(sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.verb == Verb.TAKE_STARTED)) == 1
    assert tus.create(2, "audio").status_code == 409


def test_a_client_that_names_no_take_gets_a_new_one_each_time(tus: Door) -> None:
    urls = {tus.tus("POST", "/c/uploads", **said(tus)).headers["Location"] for _ in range(2)}
    assert len(urls) == 2


# Creation with deferred length


def test_a_deferred_length_is_told_as_deferred_until_it_is_set_once(tus: Door) -> None:
    url = created(tus, length=None)
    waiting = tus.tus("HEAD", url).headers
    assert waiting["Upload-Defer-Length"] == "1"
    assert "Upload-Length" not in waiting
    assert tus.patch(url, b"12345", Upload_Length="8").status_code == 204
    known = tus.tus("HEAD", url).headers
    assert (known["Upload-Length"], known["Upload-Offset"]) == ("8", "5")
    assert "Upload-Defer-Length" not in known
    assert tus.patch(url, b"678", offset=5, Upload_Length="9").status_code == 400
    assert tus.patch(url, b"678", offset=5, Upload_Length="8").status_code == 204


@pytest.mark.parametrize(("length", "status"), [("3", 400), ("x", 400), (str(3 << 30), 413)])
def test_a_deferred_length_must_be_possible(tus: Door, length: str, status: int) -> None:
    url = created(tus, length=None)
    tus.patch(url, b"12345")
    assert tus.patch(url, b"", offset=5, Upload_Length=length).status_code == status
    assert "Upload-Length" not in tus.tus("HEAD", url).headers


def test_a_deferred_upload_cannot_outgrow_the_largest_size(app: Flask, tus: Door, settings: Settings) -> None:
    app.extensions["settings"] = settings.model_copy(update={"upload_bytes": 1000})
    url = created(tus, length=None)
    assert tus.patch(url, b"x" * 1001).status_code == 413
    assert tus.patch(url, b"x" * 1000).status_code == 204
    assert tus.patch(url, b"x", offset=1000).status_code == 413
    assert offset(tus, url) == "1000"


# Creation with upload


def test_the_first_bytes_may_come_with_the_creation(tus: Door) -> None:
    headers = said(tus, Content_Type=BODY)
    answer = tus.tus("POST", "/c/uploads", b"12345", **headers)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "5")
    assert offset(tus, answer.headers["Location"]) == "5"


def test_a_creation_with_a_body_of_another_type_makes_nothing(db: Session, tus: Door) -> None:
    assert tus.tus("POST", "/c/uploads", b"12345", **said(tus, Content_Type="text/plain")).status_code == 415
    assert db.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_a_creation_with_more_than_it_announced_is_refused(tus: Door) -> None:
    assert tus.tus("POST", "/c/uploads", b"1234567890", **said(tus, Content_Type=BODY)).status_code == 413


# Expiration


def test_an_unfinished_upload_tells_when_it_expires_and_then_is_gone(tus: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = tus.create(length=5)
    url = answer.headers["Location"]
    for told in (answer, tus.tus("HEAD", url)):
        expires = parsedate_to_datetime(told.headers["Upload-Expires"])
        assert timedelta(hours=47) < expires - clock.now() <= timedelta(hours=48)
    late = clock.now() + timedelta(hours=48, seconds=1)
    renewed = tus.app.extensions["tokens"].mint("candidate", {"session": tus.session["id"], "version": 1, "tab": 1}, late)
    monkeypatch.setattr(clock, "now", lambda: late)
    tus.token = renewed
    assert tus.tus("HEAD", url).status_code == 410
    assert tus.patch(url, b"1").status_code == 410
    assert tus.tus("DELETE", url).status_code == 410


def test_an_upload_that_has_begun_expires_with_its_interview(tus: Door) -> None:
    url = created(tus, length=5)
    for told in (tus.patch(url, b"1"), tus.tus("HEAD", url)):
        assert parsedate_to_datetime(told.headers["Upload-Expires"]) - clock.now() > timedelta(days=13)


def test_a_finished_upload_does_not_expire(tus: Door) -> None:
    url = created(tus, length=5)
    assert "Upload-Expires" not in tus.patch(url, b"12345").headers


def test_an_expired_recording_the_browser_still_holds_is_taken_again(db: Session, tus: Door) -> None:
    url = created(tus)
    tus.patch(url, CLIP[:9])
    session = db.get_one(CandidateSession, tus.session["id"])
    deadline, session.deadline = session.deadline, clock.now()
    assert len(uploads.expire(db, clock.now() + timedelta(hours=49))) == 1
    session.deadline = deadline  # they were given more time
    db.commit()
    again = tus.create()
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, "0")
    assert again.headers["Location"] != url
    assert tus.tus("HEAD", url).status_code == 404
    tus.patch(again.headers["Location"], CLIP)
    assert (tus.close().json or {})["state"] == "verified"


# Checksum


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_right_checksum_is_accepted(tus: Door, algorithm: str) -> None:
    url = created(tus)
    assert tus.patch(url, CLIP, Upload_Checksum=checksum(CLIP, algorithm)).status_code == 204


@pytest.mark.parametrize("size", [10, len(CLIP)])
def test_a_wrong_checksum_is_460_and_nothing_counts(db: Session, tus: Door, size: int) -> None:
    url = created(tus)
    answer = tus.patch(url, CLIP[:size], Upload_Checksum=checksum(b"other"))
    assert (answer.status_code, code(answer)) == (460, "checksum_mismatch")
    assert offset(tus, url) == "0"
    store: MediaStore = tus.app.extensions["store"]
    assert list(store.keys("uploads")) == []
    assert tus.patch(url, CLIP[:size], Upload_Checksum=checksum(CLIP[:size])).status_code == 204


def test_a_large_body_with_a_wrong_checksum_leaves_nothing_behind(tus: Door) -> None:
    data = bytes(3_000_000)
    url = created(tus, length=len(data))
    assert tus.patch(url, data, Upload_Checksum=checksum(b"other")).status_code == 460
    assert list(tus.app.extensions["store"].keys("uploads")) == []
    assert tus.patch(url, data, Upload_Checksum=checksum(data)).status_code == 204
    assert len(list(tus.app.extensions["store"].keys("uploads"))) == 3


@pytest.mark.parametrize("wrong", ["", "sha256", "md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256 ???", "sha256 YQ==", "crc32 AAAAAA=="])
def test_a_checksum_of_another_form_is_refused(tus: Door, wrong: str) -> None:
    url = created(tus)
    answer = tus.patch(url, b"x", Upload_Checksum=wrong)
    assert (answer.status_code, code(answer)) == (400, "bad_request")
    assert offset(tus, url) == "0"


def test_the_body_of_a_creation_is_checked_as_well(tus: Door) -> None:
    headers = said(tus, Content_Type=BODY)
    assert tus.tus("POST", "/c/uploads", b"12345", Upload_Checksum=checksum(b"other"), **headers).status_code == 460


# Termination


def test_a_terminated_upload_is_gone_and_its_bytes_with_it(db: Session, tus: Door) -> None:
    url = created(tus)
    tus.patch(url, CLIP)
    answer = tus.tus("DELETE", url)
    assert (answer.status_code, answer.headers["Tus-Resumable"]) == (204, "1.0.0")
    assert list(tus.app.extensions["store"].keys("uploads")) == []
    assert db.scalar(sa.select(sa.func.count()).select_from(Part)) == 0
    assert [tus.tus(method, url).status_code for method in ("HEAD", "DELETE")] == [410, 410]
    assert tus.patch(url, b"x", offset=len(CLIP)).status_code == 410
    assert tus.take()["state"] == "discarded"


def test_giving_up_a_chosen_recording_leaves_the_question_unanswered(tus: Door) -> None:
    tus.record(1)
    upload_id = tus.take()
    assert upload_id["state"] == "verified"
    url = created(tus, take="take-2")
    tus.ask("PUT", f"/c/answers/{tus.question(1)}", {"take_id": tus.take("take-2")["id"]})
    assert tus.tus("DELETE", url).status_code == 204
    reasons = {one["question_id"]: one["reason"] for one in (tus.submit().json or {})["error"]["missing"]}
    assert reasons[tus.question(1)] == "unanswered"


# Limits, which answer before anything is lost


def test_one_recording_more_than_allowed_is_a_conflict(tus: Door) -> None:
    for number in range(3):
        assert tus.create(take=f"n{number}").status_code == 201
        tus.patch(tus.take(f"n{number}")["upload_url"], CLIP)
        tus.close(f"n{number}")
    answer = tus.create(take="n3")
    assert (answer.status_code, code(answer)) == (409, "conflict")


def test_a_technical_retake_costs_nothing_but_is_believed_only_when_something_was_lost(tus: Door) -> None:
    for number in range(3):
        tus.create(take=f"n{number}")
        tus.patch(tus.take(f"n{number}")["upload_url"], CLIP)
        tus.close(f"n{number}", reason="interrupted" if number == 2 else "stopped")
    assert tus.create(take="lost", technical=1).status_code == 201
    assert tus.take("lost")["technical"] is True
    tus.patch(tus.take("lost")["upload_url"], CLIP)
    tus.close("lost")
    assert tus.create(take="greedy", technical=1).status_code == 409


def test_more_attempts_are_there_once_they_were_asked_for(tus: Door) -> None:
    for number in range(3):
        tus.create(take=f"n{number}")
        tus.patch(tus.take(f"n{number}")["upload_url"], CLIP)
        tus.close(f"n{number}")
    tus.ask("POST", "/c/accommodation", {"more_retakes": True})
    assert tus.create(take="n3").status_code == 201


def test_what_no_honest_answer_needs_is_refused_before_it_is_sent_and_what_came_is_kept(tus: Door) -> None:
    needed = uploads.BYTES_PER_SECOND * (tus.opened["interview"]["questions"][0]["hard_seconds"] + uploads.GRACE_SECONDS)
    assert tus.create(take="planned", length=needed + 1).status_code == 413
    assert tus.create(take="planned", length=needed).status_code == 201
    url = created(tus, length=None)
    tus.patch(url, CLIP)
    answer = tus.patch(url, b"", offset=len(CLIP), Upload_Length=str(needed + 1))
    assert (answer.status_code, code(answer)) == (413, "too_large")
    assert "kept" in (answer.json or {})["error"]["action"]
    assert (tus.close(sha256=None, reason="recovered").json or {})["state"] == "verified"


def test_who_asked_for_more_time_may_send_as_much_as_the_installation_takes(tus: Door) -> None:
    tus.ask("POST", "/c/accommodation", {"more_time": True})
    assert tus.create(length=2 << 30).status_code == 201


def test_a_length_once_accepted_stands_when_the_time_granted_for_it_is_given_back(tus: Door) -> None:
    tus.ask("POST", "/c/accommodation", {"more_time": True})
    url = created(tus, length=2 << 30)
    tus.ask("POST", "/c/accommodation", {"more_time": False})
    assert tus.patch(url, CLIP).status_code == 204


def test_a_session_may_begin_only_so_many_recordings(app: Flask, tus: Door, settings: Settings) -> None:
    app.extensions["settings"] = settings.model_copy(update={"uploads_per_session": 2})
    assert [tus.create(take=f"n{n}", technical=1).status_code for n in range(3)] == [201, 201, 429]


def test_a_full_disk_takes_no_new_recording_and_keeps_what_it_has(app: Flask, tus: Door, settings: Settings) -> None:
    url = created(tus)
    tus.patch(url, CLIP[:5])
    app.extensions["settings"] = settings.model_copy(update={"free_bytes": 1 << 60})
    assert [tus.create(take="n").status_code, tus.patch(url, CLIP[5:], offset=5).status_code] == [507, 507]
    assert code(tus.create(take="n")) == "storage_full"
    app.extensions["settings"] = settings
    assert offset(tus, url) == "5"
    assert tus.patch(url, CLIP[5:], offset=5).status_code == 204


def test_a_disk_that_fills_up_half_way_keeps_what_was_stored(app: Flask, tus: Door, settings: Settings) -> None:
    app.extensions["settings"] = settings.model_copy(update={"free_bytes": 0})
    app.extensions["store"] = MemoryStore(capacity=(1 << 20) + 1000)
    url = created(tus, length=None)
    answer = tus.patch(url, bytes((1 << 20) + 2000))
    assert (answer.status_code, code(answer)) == (507, "storage_full")
    assert int(offset(tus, url)) == 1 << 20


def test_a_session_that_ended_takes_nothing_more(tus: Door) -> None:
    url = created(tus)
    tus.ask("POST", "/c/withdraw", {})
    for answer in (tus.patch(url, b"x"), tus.create(take="other"), tus.tus("DELETE", url)):
        assert (answer.status_code, code(answer)) == (409, "session_ended")
    assert tus.tus("HEAD", url).status_code == 200

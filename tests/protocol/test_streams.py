"""Bodies on real sockets: cut, stalled, doubled, killed. What arrived is kept, and HEAD never says more than is durable."""

from __future__ import annotations

import os
import random
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.door import BODY, Door, checksum
from tests.protocol.conftest import Client, House, Server
from tests.protocol.killed import Killing

pytestmark = pytest.mark.slow
MB = 1 << 20


def answer_of(sock: socket.socket) -> bytes:
    """The status line, or nothing when the server closed without one."""
    with sock:
        try:
            return sock.recv(65536).split(b"\r\n", 1)[0]
        except ConnectionError:
            return b""


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def random_bytes(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("is_reset", [False, True])
def test_a_body_cut_half_way_keeps_what_arrived(client: Client, is_reset: bool) -> None:
    data, path = random_bytes(2 * MB), client.create()
    sock = client.begin_patch(path, 0, len(data))
    sock.sendall(data[: MB + 12345])
    client.wait_until(path, offset=MB)
    reset(sock) if is_reset else sock.close()
    assert client.head(path) == MB + 12345
    assert client.patch(path, data[MB + 12345 :], MB + 12345).status_code == 204
    assert client.stored(path) == data


def test_of_a_cut_body_with_a_checksum_nothing_counts(client: Client) -> None:
    data, path = random_bytes(3 * MB), client.create()
    sock = client.begin_patch(path, 0, len(data), Upload_Checksum=checksum(data))
    sock.sendall(data[: 2 * MB])
    client.wait_until(path)
    sock.close()
    assert client.head(path) == 0
    assert client.patch(path, data, 0, Upload_Checksum=checksum(data)).status_code == 204
    assert client.stored(path) == data


@pytest.mark.parametrize("verb", ["HEAD", "PATCH"])
def test_a_newer_request_takes_over_from_a_stalled_one_within_two_seconds(client: Client, verb: str) -> None:
    path = client.create()
    stalled = client.begin_patch(path, 0, MB)
    stalled.sendall(b"a" * 100_000)
    client.wait_until(path)
    began = time.monotonic()
    reached = client.head(path) if verb == "HEAD" else client.patch(path, b"", 0).json()["error"]["offset"]
    assert time.monotonic() - began < 2
    assert reached == 100_000
    assert b"409" in answer_of(stalled)
    assert client.patch(path, b"b" * 10, 100_000).status_code == 204
    assert client.stored(path) == b"a" * 100_000 + b"b" * 10


def test_a_newer_request_at_another_process_takes_over_as_well(client: Client, other: Server) -> None:
    path = client.create()
    stalled = client.begin_patch(path, 0, 3 * MB, server=other)
    stalled.sendall(b"a" * (MB + 5))
    client.wait_until(path, offset=MB)
    began = time.monotonic()
    reached = client.head(path)
    assert reached == MB
    assert client.patch(path, b"b" * 10, reached).status_code == 204
    assert time.monotonic() - began < 2
    stalled.settimeout(2.5)
    assert b"409" in answer_of(stalled)
    assert client.stored(path) == b"a" * MB + b"b" * 10


def test_two_requests_at_once_never_mix_their_bytes(client: Client, other: Server) -> None:
    servers = [client.server, other]
    for number in range(3):
        path = client.create(f"take-{number}")
        bodies = [bytes([65 + n]) * (2 * MB) for n in range(4)]
        senders = [threading.Thread(target=client.patch, args=(path, body, 0, servers[n % 2])) for n, body in enumerate(bodies)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        held = client.stored(path)
        assert held
        assert held == held[:1] * len(held), "bytes of two requests in one recording"


@pytest.mark.parametrize("with_checksum", [False, True])
def test_nothing_counted_is_lost_wherever_the_server_is_killed(house: House, with_checksum: bool) -> None:
    """At lines all along the receiving path, and at instants nobody chose; `python -m bench.kills` takes every line."""
    killing = Killing(Door(house.app, house.embed).start(), house.settings, with_checksum)
    places = killing.places()
    for kill in places[:: len(places) // 3]:
        killing.at(kill)
    chance = random.Random(7)
    for _ in range(2):
        killing.after(chance.uniform(0, 0.06))
    assert killing.kills >= 3


def test_a_silent_client_is_let_go_and_what_it_sent_is_kept(client: Client) -> None:
    path = client.create()
    silent = client.begin_patch(path, 0, MB)
    silent.sendall(b"a" * 70_000)
    began = time.monotonic()
    assert b"409" in answer_of(silent)
    assert 2.5 < time.monotonic() - began < 8
    assert client.head(path) == 70_000


def test_a_slow_client_that_keeps_sending_is_not_let_go(client: Client) -> None:
    path = client.create()
    slow = client.begin_patch(path, 0, 20 * 16_384)
    for _ in range(20):
        slow.sendall(b"a" * 16_384)
        time.sleep(0.3)
    assert b"204" in answer_of(slow)


def test_a_body_of_unknown_length_arrives_whole(client: Client) -> None:
    data, path = random_bytes(3 * MB), client.create()
    url = client.server.url + path
    pieces = (data[start : start + 77_777] for start in range(0, len(data), 77_777))
    answer = requests.patch(url, data=pieces, headers=client.headers(Upload_Offset="0", Content_Type=BODY), timeout=30)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(data)))
    assert client.stored(path) == data


def test_a_body_of_unknown_length_stops_at_what_was_announced(client: Client) -> None:
    path = client.create(length=100_000)
    pieces = (b"x" * 50_000 for _ in range(4))
    headers = client.headers(Upload_Offset="0", Content_Type=BODY)
    assert requests.patch(client.server.url + path, data=pieces, headers=headers, timeout=30).status_code == 413
    assert client.head(path) == 100_000


def test_a_giant_is_refused_before_it_is_sent(client: Client) -> None:
    path = client.create()
    giant = client.begin_patch(path, 0, 10 << 30)
    giant.settimeout(5)
    assert b"413" in answer_of(giant)
    assert client.head(path) == 0


def test_large_bodies_pass_through_little_memory(client: Client) -> None:
    assert client.server.process is not None
    client.patch(client.create("warm"), bytes(MB), 0)
    worker = children(client.server.process.pid)[0]
    before, path = resident(worker), client.create("large")
    peak = 0
    sock = client.begin_patch(path, 0, 300 * MB)
    for _ in range(300):
        sock.sendall(bytes(MB))
        peak = max(peak, resident(worker))
    assert b"204" in answer_of(sock)
    assert peak - before < 32 * MB


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

"""A slow line for measurements: a relay in front of a server with latency and a rate of its own each way, shared by all connections."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

PIECE = 1448  # a packet


@dataclass(frozen=True)
class Line:
    """Seconds there and back; bits per second down and up."""

    name: str
    round_trip: float
    down: float
    up: float


SLOW_4G = Line("slow 4G (150 ms, 1.6 Mbit/s down, 750 kbit/s up)", 0.150, 1.6e6, 750e3)


class _Pipe:
    """One direction of the line: pieces wait for those of every other connection, then travel for half a round trip."""

    def __init__(self, rate: float, delay: float) -> None:
        self.rate, self.delay, self.free = rate, delay, 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._deliver(waiting, writer))
        clock = asyncio.get_running_loop().time
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                self.free = max(self.free, clock()) + len(piece) * 8 / self.rate
                waiting.put_nowait((self.free + self.delay, piece))
        waiting.put_nowait((max(self.free, clock()) + self.delay, b""))
        await arriving

    @staticmethod
    async def _deliver(waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        with contextlib.suppress(OSError):
            while True:
                due, piece = await waiting.get()
                await asyncio.sleep(max(0, due - clock()))
                if not piece:
                    break
                writer.write(piece)
                await writer.drain()
            writer.close()


@contextlib.contextmanager
def slow(port: int, line: Line) -> Iterator[int]:
    """A port on this machine that leads over `line` to the server on `port`. Opening a connection costs a round trip, as TCP does."""
    loop = asyncio.new_event_loop()
    down, up = _Pipe(line.down, line.round_trip / 2), _Pipe(line.up, line.round_trip / 2)

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(line.round_trip)
        there, back = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(up.carry(reader, back), down.carry(there, writer))

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(relay, "127.0.0.1", 0), loop).result(10)
    yield int(server.sockets[0].getsockname()[1])
    asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


async def _hang_up(server: asyncio.Server) -> None:
    server.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)

"""Names of the queues, and the nudge that tells a worker that something waits.

A message holds no work: whoever takes it claims the fairest waiting row of that kind. So a lost or doubled
message does no harm, and losing Redis loses nothing.
"""

from __future__ import annotations

from typing import Final

import redis
import structlog
from rq import Queue
from rq.serializers import JSONSerializer

log = structlog.get_logger()

QUEUE_OF: Final = {
    "prepare": "media",
    "prepare_clip": "media",
    "transcribe": "speech",
    "caption_clip": "speech",
    "listen": "speech",
    "propose": "score",
    "calibrate": "score",
    "mail": "mail",
    "hook": "hooks",
}
NAMES: Final = ("media", "speech", "score", "mail", "hooks")
WAITED_FOR: Final = {"transcribe"}
"""Kinds that go before the others in their queue: listening early must not delay an answer that has ended."""
LIMIT_SECONDS: Final = {"media": 400, "speech": 1800, "score": 1500, "mail": 60, "hooks": 60}


def connect(url: str) -> redis.Redis:
    """A connection that gives up soon when Redis is away. Workers may wait longer for a message than a door for an answer."""
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5)


class Queues:
    """Sends nudges. `url` is redis://, rediss:// or unix://."""

    def __init__(self, url: str) -> None:
        self._connection = connect(url)

    def nudge(self, kind: str, times: int = 1) -> bool:
        """Says that work of this kind waits. False when Redis is away: the sweeper will find the row instead."""
        name = QUEUE_OF[kind]
        try:
            for _ in range(times):
                self._queue(name).enqueue(
                    "jobs.run.run", kind, job_timeout=LIMIT_SECONDS[name], result_ttl=0, failure_ttl=3600, at_front=kind in WAITED_FOR
                )
        except redis.RedisError as error:
            log.warning("queue_away", queue=name, error=type(error).__name__)
            return False
        return True

    def top_up(self, kind: str, waiting: int) -> int:
        """Makes sure that at least `waiting` messages of this kind stand in line. Returns how many were missing."""
        try:
            missing = max(0, waiting - self._queue(QUEUE_OF[kind]).count)
        except redis.RedisError:
            return 0
        return missing if self.nudge(kind, missing) else 0

    def is_there(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self._connection.ping())
        except redis.RedisError:
            return False

    def _queue(self, name: str) -> Queue:
        return Queue(name, connection=self._connection, serializer=JSONSerializer)

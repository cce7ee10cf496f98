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

QUEUE_OF: Final = {"prepare": "media", "transcribe": "speech", "propose": "score", "mail": "mail", "hook": "hooks"}
NAMES: Final = ("media", "speech", "score", "mail", "hooks")
LIMIT_SECONDS: Final = {"media": 300, "speech": 1800, "score": 300, "mail": 60, "hooks": 60}


class Queues:
    """Sends nudges. `url` is redis://, rediss:// or unix://."""

    def __init__(self, url: str) -> None:
        self._connection = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5)

    def nudge(self, kind: str, times: int = 1) -> bool:
        """Says that work of this kind waits. False when Redis is away: the sweeper will find the row instead."""
        name = QUEUE_OF[kind]
        try:
            for _ in range(times):
                queue = Queue(name, connection=self._connection, serializer=JSONSerializer)
                queue.enqueue("jobs.run.run", kind, job_timeout=LIMIT_SECONDS[name], result_ttl=0, failure_ttl=3600)
        except redis.RedisError as error:
            log.warning("queue_away", queue=name, error=type(error).__name__)
            return False
        return True

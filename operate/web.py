"""`greenroom web`: gunicorn in this process."""

from __future__ import annotations

import argparse
import gc
from typing import Any

from gunicorn.app.base import BaseApplication

from config import Settings
from operate.run import begin, settings_of


def web(asked: argparse.Namespace) -> int:
    """Serves until told to stop."""
    settings = settings_of(asked)
    begin(asked, settings)
    WebServer(settings, f"{asked.host}:{asked.port}", asked.workers).run()
    return 0


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn with threads: it hands request bodies on as they come, which resumable uploads need."""

    def __init__(self, settings: Settings, bind: str, workers: int) -> None:
        self._settings, self._bind, self._workers = settings, bind, workers
        super().__init__()

    def load_config(self) -> None:
        """No access log: request lines hold addresses of recordings."""
        options = {
            "bind": self._bind,
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": self._settings.web_threads,
            "timeout": 60,
            "graceful_timeout": 8,
            "keepalive": 15,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "greenroom-web",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Made in each web process, after the fork: the media store's runtime does not survive one."""
        from app import create_app

        app = create_app(self._settings)
        gc.collect()
        gc.freeze()  # what is loaded stays: looking for garbage in it cost some requests 90 ms
        return app

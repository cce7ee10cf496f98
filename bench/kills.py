"""SIGKILL at every line of the receiving path, and at as many instants nobody chose: HEAD must equal what is durable after each.

Run: `python -m bench.kills`. Once without and once with `Upload-Checksum`; real door, store on disk, SQLite. Takes minutes.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from app import create_app
from config import Settings
from models import EVERY_EMPLOYER, Base, db, serve
from tests import factories
from tests.door import Door, embed_token
from tests.protocol.killed import Killing

INSTANTS = 100


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), redis_url="redis://127.0.0.1:1/0", keys="k" * 40, public_url="http://greenroom.test")
        app = create_app(settings, TESTING=True, SERVER_NAME="greenroom.test", RATELIMIT_STORAGE_URI="memory://")
        with app.app_context():
            Base.metadata.create_all(db.engine)
            serve(db.session(), EVERY_EMPLOYER)
            world = factories.create_world(db.session())
            db.session.commit()
            for with_checksum in (False, True):
                _kill_everywhere(Killing(Door(app, embed_token(app, world.embed)).start(), settings, with_checksum))


def _kill_everywhere(killing: Killing) -> None:
    began, places = time.monotonic(), killing.places()
    for kill in places:
        killing.at(kill)
    at_lines, chance = killing.kills, random.Random(11)
    for _ in range(INSTANTS):
        killing.after(chance.uniform(0, 0.06))
    print(
        f"checksum {'yes' if killing.with_checksum else 'no'}: killed at {at_lines} of {len(places)} lines and at "
        f"{killing.kills - at_lines} of {INSTANTS} instants in {time.monotonic() - began:.0f} s; "
        f"{killing.offset} bytes held, each the one that was sent; HEAD equal to what is durable after every kill",
        flush=True,
    )


if __name__ == "__main__":
    main()

"""The whole road of an answer, measured with real workers: live, and under attack.

    python -m bench.pipeline live [--answers 5] [--seconds 120] [--candidates 1] [--workers 2]
    python -m bench.pipeline attack [--answers 40] [--kills 30] [--files 500] [--workers 2]

`live` records answers in real time, back to back, as a browser sends them (a slice a second), and says how long after
each stop the transcript was there. `attack` kills workers at random instants, wipes Redis in the middle and feeds in
damaged files; then it counts what was lost, done twice or left behind. Throughput is a lane of `bench.speech`.
"""

from __future__ import annotations

import argparse
import collections
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path

from adapters import clock
from bench.clips import Clip, answer
from bench.house import House, open_house
from bench.speech import compared
from models import Job, Media, Take, Transcript, TranscriptPrefix
from tests.adapters.hostile import crafted, fuzzed
from tests.adapters.recordings import record, tone

VOICES = ("en-us", "en-gb", "en-us+f3", "en-us+m3", "en-gb-scotland")


def main() -> None:
    """Run what was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("what", choices=("live", "attack"))
    asked.add_argument("--answers", type=int)
    asked.add_argument("--seconds", type=float, default=120)
    asked.add_argument("--candidates", type=int, default=1)
    asked.add_argument("--kills", type=int, default=30)
    asked.add_argument("--files", type=int, default=500)
    asked.add_argument("--workers", type=int, default=2)
    given = asked.parse_args()
    with open_house() as house:
        for _ in range(given.workers):
            house.start_worker()
        if given.what == "live":
            _live(house, given.answers or 5, given.seconds, given.candidates)
        else:
            _attack(house, given.answers or 40, given.kills, given.files)


def _live(house: House, count: int, seconds: float, candidates: int) -> None:
    chance = random.Random(9)
    clips = [answer(f"{n}", VOICES[n % len(VOICES)], seconds, chance) for n in range(count)]
    files = [record(clip.seconds, clip.sound, size=(160, 120), rate=5) for clip in clips]
    waits: list[float] = []
    texts: list[tuple[Clip, str]] = []
    people = [threading.Thread(target=_candidate, args=(house, clips, files, waits, texts)) for _ in range(candidates)]
    for number, person in enumerate(people):
        person.start()
        if number < len(people) - 1:
            time.sleep(seconds / len(people) + 3)
    for person in people:
        person.join()
    wrong, _ = compared(
        [{"text": clip.text, "words": []} for clip, _ in texts], {n: {"text": t, "words": []} for n, (_, t) in enumerate(texts)}
    )
    waits.sort()
    print(f"{candidates} x {count} answers of {seconds:.0f} s and more, back to back; {len(house.workers)} workers")
    wait = f"median {statistics.median(waits):.1f} s, p95 {_p95(waits):.1f} s, worst {waits[-1]:.1f} s"
    print(f"  last stop to transcript: {wait}; WER {wrong:.2f} %")


def _p95(ordered: list[float]) -> float:
    return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]


def _candidate(house: House, clips: list[Clip], files: list[bytes], waits: list[float], texts: list[tuple[Clip, str]]) -> None:
    """Records every answer in real time and goes on; somebody else watches for the transcripts."""
    session = house.session()
    watching = []
    for clip, data in zip(clips, files, strict=True):
        take = house.begin(session)
        began, slices = time.monotonic(), max(1, int(clip.seconds))
        for number in range(slices):
            time.sleep(max(0.0, began + number + 1 - time.monotonic()))
            house.append(take, data[len(data) * number // slices : len(data) * (number + 1) // slices])
        house.finish(take)
        watching.append(threading.Thread(target=_watch, args=(house, take, clip, waits, texts)))
        watching[-1].start()
    for watcher in watching:
        watcher.join()


def _watch(house: House, take: str, clip: Clip, waits: list[float], texts: list[tuple[Clip, str]]) -> None:
    stopped = time.monotonic()
    while (heard := house.heard(take)) is None:
        time.sleep(0.05)
        assert time.monotonic() < stopped + 300, "no transcript within five minutes"
    waits.append(time.monotonic() - stopped)
    texts.append((clip, heard.text))
    print(f"  {clip.seconds:.0f} s: transcript {waits[-1]:.1f} s after the stop", flush=True)


def _attack(house: House, answers: int, kills: int, files: int) -> None:
    chance = random.Random(3)
    session = house.session()
    good = record(3, tone(3), size=None)
    takes = [house.answer(good, session) for _ in range(answers)]
    hostile = [data for _, data in (*crafted(), *fuzzed(files))]
    takes += [house.answer(data, session) for data in hostile if data]
    print(f"{answers} whole and {len(takes) - answers} hostile recordings in line", flush=True)
    began = time.monotonic()
    for number in range(kills):
        time.sleep(chance.uniform(0.3, 3.0))
        victim = chance.choice(house.workers)
        victim.kill()
        victim.wait()
        house.workers.remove(victim)
        house.start_worker()
        if number % 5 == 2:
            house.wipe_redis()
    print(f"{kills} workers killed, Redis wiped {len(range(2, kills, 5))} times in {time.monotonic() - began:.0f} s", flush=True)
    ended = house.wait(takes, 1800)
    print(
        f"all ended: {ended}, {time.monotonic() - began:.0f} s; workers alive: {sum(w.poll() is None for w in house.workers)}", flush=True
    )
    _count(house, takes, answers)


def _count(house: House, takes: list[str], answers: int) -> None:
    """What became of every take, and what was left behind."""
    with house.sessions.open() as db:
        flags = collections.Counter(
            "unreadable" if "unreadable" in media.flags else "played" for media in db.query(Media) if media.take_id in set(takes)
        )
        good = db.query(Media).filter(Media.take_id.in_(takes[:answers]), Media.playback_key.is_not(None)).count()
        words = db.query(Transcript).filter(Transcript.take_id.in_(takes[:answers])).count()
        states = collections.Counter((job.kind, job.state, job.error[:60]) for job in db.query(Job))
        left = db.query(TranscriptPrefix).count()
        rows = db.query(Take).count()
    keys = set(house.store.keys("media"))
    with house.sessions.open() as db:
        named = {key for media in db.query(Media) for key in (media.playback_key, media.voice_key, media.poster_key) if key}
    boxes = [
        path for path in Path(tempfile.gettempdir()).glob("greenroom-prepare-*") if path.stat().st_mtime > clock.now().timestamp() - 3600
    ]
    print(f"  {rows} takes: {dict(flags)}; whole answers playable {good} of {answers}, with transcript {words}")
    print(f"  work: {dict(states)}")
    print(f"  prefixes left {left}, objects no row names {len(keys - named)}, folders left outside {len(boxes)}")


if __name__ == "__main__":
    main()

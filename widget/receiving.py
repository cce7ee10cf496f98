"""From a body to durable parts: each part is stored first, then counted in one commit, so nothing counted can be lost."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any, Final

from adapters import clock
from adapters.storage import StoreError, StoreFull
from domain import uploads
from domain.errors import ChecksumMismatch, Conflict, Refused, StorageFull, TooLarge, Unavailable
from domain.uploads import Claim
from models import db
from widget.guards import limits, receptions, store
from widget.receptions import Reception

PART_BYTES: Final = 1 << 20
PART_SECONDS: Final = 2.0
"""A part is closed at this size or age: a killed server loses at most that much, and the browser still holds it."""


@dataclass(frozen=True)
class Checksum:
    """What the client says about the body: the algorithm's name for hashlib, and the raw digest."""

    algorithm: str
    digest: bytes


class Receiving:
    """One body becoming parts of one upload. With a checksum nothing counts before the whole body proved right."""

    def __init__(self, claim: Claim, checksum: Checksum | None) -> None:
        self._claim, self._checksum = claim, checksum
        self._hash = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        self._buffer = bytearray()
        self._since = time.monotonic()
        self._staged: list[tuple[str, int]] = []

    def run(self, environ: dict[str, Any]) -> int:
        """Stores the body and returns the offset reached.

        Raises ChecksumMismatch, Conflict (a newer request took over, or nothing came for too long), TooLarge,
        StorageFull, Unavailable; what had been counted by then stays.
        """
        claim = self._claim
        with receptions().receive(claim.upload_id, claim.writer, environ) as body:
            try:
                is_over = self._take_in(body)
                self._finish(body)
            except StoreFull as full:
                raise self._dropped(StorageFull()) from full
            except StoreError as away:
                raise self._dropped(Unavailable()) from away
            finally:
                _release(claim)
        if is_over:
            raise TooLarge("This recording is longer than was announced.", "Ask for the offset; what was announced is stored.")
        if body.stopped:
            raise Conflict("Sending stopped and was ended here.", "Ask for the offset and go on from there.", offset=self._claim.offset)
        return self._claim.offset

    def _take_in(self, body: Reception) -> bool:
        """Reads to the end, storing parts on the way. True when there was more than the upload may hold."""
        room = self._claim.most - self._claim.offset
        for block in body.blocks():
            is_over, kept = len(block) > room, block[:room]
            room -= len(kept)
            if self._hash:
                self._hash.update(kept)
            self._buffer += kept
            if is_over:
                return True
            if len(self._buffer) >= PART_BYTES or (not self._hash and time.monotonic() - self._since > PART_SECONDS):
                self._store_part()
        return False

    def _finish(self, body: Reception) -> None:
        """The end of the body. A checksum is about the whole of it: of a cut body nothing counts, nor of a wrong one."""
        if self._hash and self._checksum and (body.is_cut or self._hash.digest() != self._checksum.digest):
            raise self._dropped(ChecksumMismatch())
        if self._buffer:
            self._store_part()
        if self._hash and self._staged:
            self._count()

    def _store_part(self) -> None:
        key, data = self._claim.key(), bytes(self._buffer)
        store().put(key, data)
        self._staged.append((key, len(data)))
        self._buffer.clear()
        self._since = time.monotonic()
        if not self._hash:
            self._count()

    def _count(self) -> None:
        moved = uploads.append(db.session(), self._claim, self._staged, limits(), clock.now())
        if moved is None:
            db.session().rollback()
            raise self._dropped(Conflict("A newer request goes on with this recording.", "Ask for the offset and go on from there."))
        db.session().commit()
        self._claim, self._staged = moved, []

    def _dropped(self, refusal: Refused) -> Refused:
        """Removes what was stored but never counted. What cannot be removed now is found by the sweep."""
        for key, _ in self._staged:
            try:
                store().delete(key)
            except StoreError:
                break
        self._staged = []
        return refusal


def _release(claim: Claim) -> None:
    uploads.release(db.session(), claim.upload_id, claim.writer)
    db.session().commit()

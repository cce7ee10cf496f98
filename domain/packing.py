"""A learned model as bytes and back: numbers only, no words. `unpack` fits it again, the same each time."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from domain import calibration
from domain.calibration import MOST, Fitted, Vectors
from domain.measures import Measured
from domain.robustness import Cleaned

NUMBERS: Final = ("rubric", "tilt", "surface", "signs", "vector")
KEPT_ELSEWHERE: Final = 400
KEPT_SENTENCES: Final = 1200
"""Sentence vectors kept with a model, over all its answers."""


def pack(answers: Sequence[Measured], scores: Sequence[float], levels: Sequence[int], elsewhere: Vectors | None = None) -> bytes:
    """What a model is made of, to be stored: numbers only, no words. `unpack` fits it again, the same each time."""
    answers, scores = list(answers)[-MOST:], list(scores)[-MOST:]
    each = max(3, KEPT_SENTENCES // max(1, len(answers)))
    some = [answer.vectors[:: max(1, -(-len(answer.vectors) // each))] for answer in answers]
    rows = {name: np.array([getattr(answer, name) for answer in answers]) for name in NUMBERS}
    facts = {"levels": list(levels), "terms": [{str(term): count for term, count in answer.terms.items()} for answer in answers]}
    fitted, held = calibration.fit(answers, scores, levels, elsewhere), io.BytesIO()
    tables: dict[str, Any] = {name: table.astype(np.float32) for name, table in rows.items()}
    tables |= {"scores": np.asarray(scores, float), "facts": np.frombuffer(json.dumps(facts).encode(), np.uint8)}
    tables |= {"sentences": np.concatenate(some).astype(np.float16), "counts": np.array([len(vectors) for vectors in some])}
    tables |= {"elsewhere": fitted.odd.elsewhere[:KEPT_ELSEWHERE].astype(np.float16), "judged": np.array(fitted.judged)}
    np.savez_compressed(held, **tables)
    return held.getvalue()


def unpack(data: bytes) -> Fitted:
    """A fitted proposer from what `pack` stored."""
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        facts = json.loads(held["facts"].tobytes())
        vectors = np.split(held["sentences"].astype(np.float32), np.cumsum(held["counts"])[:-1])
        tables = {name: held[name].astype(float) for name in NUMBERS}
        scores, elsewhere, judged = held["scores"], held["elsewhere"].astype(np.float32), held["judged"]
    answers = [
        Measured(
            cleaned=Cleaned((), (), (), 0.0),
            terms=Counter({int(term): count for term, count in facts["terms"][i].items()}),
            vectors=vectors[i],
            **{name: table[i] for name, table in tables.items()},
        )
        for i in range(len(scores))
    ]
    return calibration.fit(answers, list(scores), facts["levels"], elsewhere, (judged[0], judged[1]))

"""The sentence models: there, unchanged, in several languages, and missing without harm."""

from __future__ import annotations

import numpy as np
import pytest

from adapters import encoder
from adapters.encoder import Encoder, EncoderMissing, FakeEncoder

READS = Encoder()


def test_like_sentences_lie_near_each_other() -> None:
    rows = READS.both(["I calmed the customer by listening", "I listened until the client was no longer angry", "The sky is blue"])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


def test_a_german_sentence_lies_near_its_english_twin() -> None:
    german = READS.speaks("de-AT")
    assert german is not None
    rows = german(["Ich habe den Kunden ausreden lassen.", "I let the customer finish speaking.", "I like to ride my bicycle."])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


def test_a_language_nobody_speaks_has_no_encoder() -> None:
    assert READS.speaks("hi") is None
    assert READS.speaks("xx") is None
    assert READS.speaks("") is not None


def test_the_same_sentence_gives_the_same_row_whatever_stands_beside_it() -> None:
    alone = READS.both(["I asked her what had happened."])[0]
    fresh = Encoder().both(["Short.", "I asked her what had happened.", "A much longer sentence that makes the batch wider than before."])[
        1
    ]
    assert alone @ fresh > 0.99


def test_nothing_to_read_gives_no_rows() -> None:
    assert len(READS.both([])) == 0
    assert READS.both(["", "🙂", "x" * 100_000]).shape == (3, 896)


def test_a_changed_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "MODEL_SHA256", "0" * 64)
    with pytest.raises(EncoderMissing):
        Encoder().both(["anything"])


def test_a_missing_package_is_said_to_be_missing() -> None:
    with pytest.raises(EncoderMissing, match="not installed"):
        encoder.find_package("no_such_package_here")


def test_the_fake_is_used_the_same_way() -> None:
    fake = FakeEncoder().speaks("en")
    assert fake is not None
    rows = fake(["one two", "one two", "three"])
    assert rows[0] @ rows[1] == pytest.approx(1)
    assert rows[0] @ rows[2] == pytest.approx(0)

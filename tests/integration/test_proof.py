"""Smoke and gate against real llama.cpp, and a suite of other people's making."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmhost.cloud.base import Machine
from llmhost.endpoint.forwarding import forwarded
from llmhost.transport.ssh import SshTransport
from tests.integration.bench import Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host
from tests.integration.served import Served

pytestmark = pytest.mark.sandbox

# Small enough for a CPU that others use as well, with the limits of one that nobody waits for. The
# sandbox's tiny model has random weights, and now and then it has nothing to say.
LOAD = """\
requests: 60
concurrency: 4
prompt_words: 10
output_tokens: 8
limits: {error_rate: 0.2, e2e_p50: 55, ttft_p50: 55}
"""


@pytest.fixture(scope="module")
def real(bench: Bench, llmhost: Llmhost, look: Callable[[Machine], Host]) -> Iterator[Served]:
    """Real llama.cpp on the CPU, brought up with a proof."""
    name = bench.name("proof")
    words = ("llamacpp", "--gpus", "0", "--cloud", "sandbox", "--name", name)
    keyed = llmhost.knowing(LLAMA_API_KEY="sk-planted-key-of-the-proof")
    first = keyed("up", *words, "--yes", "--smoke", "-o", "json", timeout=600).good()
    machine = bench.machine(name)
    yield Served(name, words, llmhost, machine, look(machine), first)
    bench.remove(name)


def test_up_shows_the_proof_beside_the_endpoint(real: Served) -> None:
    assert "passed" in real.first.stderr
    assert real.first.document["endpoint"].startswith("http://127.0.0.1:")


def test_smoke_passes_against_real_llamacpp_by_the_key_on_its_host(
    real: Served, tmp_path: Path
) -> None:
    junit = tmp_path / "smoke.xml"
    ended = real.llmhost("smoke", real.name, "--junit", str(junit), "-o", "json").good()
    outcomes = {one["name"]: one["outcome"] for one in ended.document["checks"]}
    asked = {"models", "completion", "chat", "streaming", "first token", "json schema"}
    assert {outcomes[name] for name in asked | {"wrong key", "no key"}} == {"ok"}
    assert outcomes["embeddings"] == outcomes["unknown model"] == "skipped"
    assert "failed" not in outcomes.values()
    assert "sk-planted" not in ended.stdout + ended.stderr + junit.read_text()


def test_gate_measures_real_llamacpp(real: Served, tmp_path: Path) -> None:
    file = tmp_path / "gate.yaml"
    file.write_text(LOAD)
    document = real.llmhost.json("gate", real.name, "-f", str(file))
    assert document["verdict"] == "pass", document
    measures = document["measures"]
    assert measures["requests"] == 60
    assert {why for why, _ in measures["errors"]} <= {"no token came"}
    assert 0 < measures["ttft"]["p50"] <= measures["e2e"]["p50"] <= measures["e2e"]["p99"]
    assert measures["tokens_per_second"] > 0


def test_fifteen_requests_are_not_enough_data_for_the_usual_limits(
    real: Served, tmp_path: Path
) -> None:
    file = tmp_path / "gate.yaml"
    file.write_text(LOAD.replace("error_rate: 0.2", "error_rate: 0.01"))
    ended = real.llmhost("gate", real.name, "-f", str(file), "--requests", "15")
    assert ended.status == 4, f"{ended}"
    assert "show it" in ended.stdout


def test_a_check_that_fails_is_the_exit_status(real: Served, tmp_path: Path) -> None:
    file = tmp_path / "checks.yaml"
    file.write_text("checks: [{name: no such path, get: /no/such/path}]\n")
    ended = real.llmhost("smoke", real.name, "--checks", str(file), "-o", "json")
    assert ended.status == 1
    assert ended.document["why"].startswith("no such path: answered 404")


@pytest.mark.slow
def test_a_suite_of_other_peoples_making_finds_the_same_api(real: Served) -> None:
    """llm-comply, where it is installed."""
    program = shutil.which("llm-comply") or str(Path(sys.executable).with_name("llm-comply"))
    if not Path(program).exists():
        pytest.skip("needs llm-comply: pip install llm-comply")
    assert real.machine.address
    with (
        SshTransport(real.machine.address) as transport,
        forwarded(lambda: transport.stream(real.port)) as port,
    ):
        argv = [program, "--format", "openai-chat", "--json", "--timeout", "120"]
        argv += ["--base-url", f"http://127.0.0.1:{port}/v1"]
        argv += ["--model", real.first.document["model"]]
        # Required by the API, null nearly always, and left out by llama.cpp.
        argv += ["--ignore", "logprobs,refusal"]
        # By the variable it has for that: in arguments everybody could read the key.
        environ = {**os.environ, "OPENRESPONSES_API_KEY": "sk-planted-key-of-the-proof"}
        done = subprocess.run(
            argv, env=environ, capture_output=True, text=True, timeout=900, check=False
        )
    results = {one["id"]: one["status"] for one in json.loads(done.stdout)["results"]}
    wrong = {name for name, status in results.items() if status == "failed"}
    # A model without eyes; one that calls no tool of itself; a server that takes any request.
    assert wrong <= {"chat-image-input", "chat-tool-calling", "chat-error-handling"}
    assert len(results) - len(wrong) >= 5

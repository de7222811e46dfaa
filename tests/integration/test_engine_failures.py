"""An engine that dies, hangs or pretends: what `up` says of it, and that it never calls it good."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmhost.spec.assets import packaged_root
from tests.integration.command import Failed
from tests.integration.served import Served

pytestmark = pytest.mark.sandbox

# What the stand-in dies of, in vLLM's own words, and what its user is told.
DEATHS = {
    "oom": ("the GPU's memory is too small for the weights", "quantised"),
    "kv_too_small": ("one request of the longest context does not fit", "--context"),
    "heads": ("attention heads cannot be divided over so many GPUs", "--gpus"),
    "shm": ("share memory through", "ipc"),
    "driver_too_old": ("NVIDIA driver is older than the image's CUDA", "driver"),
}

# What it pretends, and which check sees through it.
PRETENCES = {
    "empty_200": "completion: 200",
    "nothing_loaded": "models: an empty list of models",
    "wrong_model": "models: ",
    "cpu_fallback": "gpu memory: the model is not on the GPU",
    "cpu_context": "gpu memory: the model is not on the GPU: gpu 0: 400 of 23034 MiB",
}


@pytest.fixture(scope="module")
def engine(served: Served) -> Iterator[Served]:
    """A deployment whose engine may be made to fail; it is well again afterwards."""
    yield served
    served.up()


def failing(engine: Served, fault: str) -> Failed:
    return engine.llmhost.fails("up", *engine.words, "--set", f"env.STANDIN_FAULT={fault}", "--yes")


@pytest.mark.parametrize("fault", DEATHS)
def test_an_engine_that_dies_while_loading_is_explained_by_its_last_words(
    engine: Served, fault: str
) -> None:
    begun = time.monotonic()
    failed = failing(engine, fault)
    assert time.monotonic() - begun < 60, "a dead engine is not waited for until the deadline"
    cause, remedy = DEATHS[fault]
    assert f"{engine.name} on {engine.machine.address} does not serve" in failed.error
    assert cause in failed.why
    assert remedy in failed.hint
    assert failed.details, "the engine's last lines are the evidence"


def test_an_engine_that_dies_of_something_unknown_is_quoted(engine: Served) -> None:
    failed = failing(engine, "crash_loop")
    assert "the engine ended" in failed.error
    assert any("RuntimeError: unknown error" in line for line in failed.details)
    assert f"llmhost logs {engine.name}" in failed.hint


@pytest.mark.parametrize("fault", PRETENCES)
def test_an_engine_that_pretends_is_not_believed(engine: Served, fault: str) -> None:
    failed = failing(engine, fault)
    assert PRETENCES[fault] in failed.error
    status = engine.llmhost("status", engine.name, "-o", "json")
    assert status.status == 1
    assert status.document["health"] == "failing"


def test_an_engine_that_hangs_is_given_up_at_the_deadline(engine: Served, tmp_path: Path) -> None:
    profile = (packaged_root() / "profiles" / "vllm.yaml").read_text()
    hasty = profile.replace(
        "deadline: {seconds: 600, per_gb: 10}", "deadline: {seconds: 5, per_gb: 0}"
    )
    assert hasty != profile
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "vllm.yaml").write_text(hasty)
    user = engine.llmhost.knowing(LLMHOST_HOME=str(tmp_path))
    failed = user.fails("up", *engine.words, "--set", "env.STANDIN_FAULT=hang", "--yes")
    assert "not ready after 5 seconds" in failed.error
    assert "nothing listens yet" in failed.error
    assert any("Loading safetensors" in line for line in failed.details)


def test_status_tells_a_stopped_service_from_a_failing_one(engine: Served) -> None:
    engine.up()
    engine.host.check_output(f"systemctl stop {engine.unit}")
    status = engine.llmhost("status", engine.name, "-o", "json")
    assert status.status == 1
    assert status.document["health"] == "stopped"
    assert status.document["drift"] == [f"service llmhost-{engine.name}"]
    assert engine.llmhost("smoke", engine.name).status == 1

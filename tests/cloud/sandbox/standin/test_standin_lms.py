"""The stand-in for LM Studio behaves as LM Studio does, where llmhost can tell."""

import json
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest

from llmhost.cloud.sandbox.stock.models import single_file
from tests.cloud.sandbox.standin.standin_bench import Ask, Bench

Lms: TypeAlias = Callable[..., tuple[int, str]]
CUDA = "llama.cpp-linux-x86_64-nvidia-cuda12-avx2"


@pytest.fixture
def lms(bench: Bench) -> Iterator[Lms]:
    """Runs `lms` commands, with a model downloaded; the daemon is taken down in the end."""
    home = bench.folder / ".lmstudio" / "models" / "lmstudio-community"
    home.mkdir(parents=True)
    (home / "tiny-instruct@q4_k_m.gguf").write_bytes(single_file("tiny"))
    yield lambda *words, **env: bench.end("lms", *words, **env)
    bench.end("lms", "daemon", "down")


@pytest.fixture
def loaded(bench: Bench, lms: Lms, port: int) -> Callable[..., None]:
    """Brings a model up the way llmhost does."""

    def up(runtime: str = CUDA, gpu: str = "max", **env: str) -> None:
        bench.give_gpus(1)
        lms("daemon", "up", **env)
        lms("runtime", "get", "--yes", "llama.cpp:cuda")
        lms("runtime", "select", runtime, "--latest")
        assert lms("load", "tiny-instruct", "--yes", "--identifier", "mine", "--gpu", gpu)[0] == 0
        lms("server", "start", "--port", str(port), "--bind", "127.0.0.1")

    return up


def test_the_daemon_comes_and_goes(lms: Lms) -> None:
    assert json.loads(lms("daemon", "status", "--json")[1]) == {"status": "not-running"}
    assert lms("daemon", "up")[0] == 0
    assert json.loads(lms("daemon", "status", "--json")[1])["status"] == "running"
    lms("daemon", "down")
    assert json.loads(lms("daemon", "status", "--json")[1]) == {"status": "not-running"}


def test_models_on_disk_are_listed_by_key(lms: Lms) -> None:
    [model] = json.loads(lms("ls", "--json")[1])
    assert model["modelKey"] == "tiny-instruct"


def test_two_quantisations_are_told_apart(bench: Bench, lms: Lms) -> None:
    home = bench.folder / ".lmstudio" / "models" / "lmstudio-community"
    (home / "tiny-instruct@q8_0.gguf").write_bytes(single_file("tiny"))
    keys = [model["modelKey"] for model in json.loads(lms("ls", "--json")[1])]
    assert keys == ["tiny-instruct@q4_k_m", "tiny-instruct@q8_0"]


def test_a_loaded_model_is_resident_under_its_identifier(
    bench: Bench, lms: Lms, loaded: Callable[..., None], ask: Ask
) -> None:
    loaded()
    [model] = ask("/api/v1/models").json["models"]
    assert [one["id"] for one in model["loaded_instances"]] == ["mine"]
    assert json.loads(lms("ps", "--json")[1])[0]["identifier"] == "mine"
    assert ask("/v1/chat/completions", {"model": "mine", "messages": []}).json["model"] == "mine"
    assert bench.held() == [513]


def test_the_list_of_models_does_not_tell_what_is_loaded(
    lms: Lms, loaded: Callable[..., None], ask: Ask
) -> None:
    loaded()
    lms("unload", "mine")
    assert [model["id"] for model in ask("/v1/models").json["data"]] == ["tiny-instruct"]
    assert ask("/api/v1/models").json["models"][0]["loaded_instances"] == []


@pytest.mark.parametrize("how", [{"runtime": "llama.cpp-linux-x86_64-avx2"}, {"gpu": "off"}])
def test_the_gpu_is_used_only_by_its_runtime(
    bench: Bench, loaded: Callable[..., None], how: dict[str, str]
) -> None:
    loaded(**how)
    assert bench.held() == [0]


def test_it_can_pretend_to_have_loaded(loaded: Callable[..., None], ask: Ask) -> None:
    loaded(STANDIN_FAULT="nothing_loaded")
    assert ask("/api/v1/models").json["models"][0]["loaded_instances"] == []


def test_it_can_run_out_of_memory(lms: Lms) -> None:
    lms("daemon", "up", STANDIN_FAULT="oom")
    status, said = lms("load", "tiny-instruct", "--yes")
    assert status == 1
    assert "cudaMalloc failed: out of memory" in said


def test_a_model_that_is_not_here_is_not_loaded(lms: Lms) -> None:
    status, said = lms("load", "other", "--yes")
    assert status == 1
    assert 'No model found that matches model key "other"' in said

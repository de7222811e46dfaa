"""The stand-in for llama.cpp's server behaves as the server does, where llmhost can tell."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.cloud.sandbox.standin.standin_bench import Ask, Bench, Process, Until

# As llmhost's template has them.
FLAGS = "--alias tiny --ctx-size 4096 --kv-unified --parallel 4 --fit off --n-gpu-layers 999"
FLAGS += " --split-mode layer --cache-type-k f16 --cache-type-v f16 --cache-ram 1024 --metrics"

Serve: TypeAlias = Callable[..., Process]


@pytest.fixture
def serve(bench: Bench, gguf: Path, port: int) -> Serve:
    def start(*flags: str, **env: str) -> Process:
        arguments = ("--model", str(gguf), "--port", str(port), *FLAGS.split(), *flags)
        return bench.start("llama-server", *arguments, **env)

    return start


def test_it_answers_503_until_the_model_is_loaded(serve: Serve, ask: Ask) -> None:
    serve(STANDIN_LOAD_SECONDS="0.6")
    seen = [ask("/health").status]
    while seen[-1] != 200:
        seen.append(ask("/health").status)
    assert set(seen) <= {0, 503, 200}
    assert 503 in seen


def test_it_serves_the_model_under_its_alias(
    bench: Bench, serve: Serve, ask: Ask, until: Until
) -> None:
    bench.give_gpus(1)
    serve()
    until(lambda: ask("/health").status == 200)
    assert ask("/v1/models").json["data"][0]["id"] == "tiny"
    assert ask("/props").json["default_generation_settings"]["n_ctx"] == 4096
    assert ask("/v1/chat/completions", {"messages": []}).json["model"] == "tiny"
    assert bench.held() == [513]


def test_without_a_gpu_it_goes_on_on_the_cpu(
    bench: Bench, serve: Serve, ask: Ask, until: Until
) -> None:
    process = serve()
    until(lambda: ask("/health").status == 200)
    assert "no usable GPU found" in bench.stop(process)


def test_the_key_guards_everything_but_the_health(
    serve: Serve, ask: Ask, until: Until, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.write_text("secret\n")
    serve("--api-key-file", str(keys))
    until(lambda: ask("/health").status == 200)
    assert ask("/v1/models").status == 401
    assert ask("/v1/models", key="secret").status == 200


def test_a_file_that_is_no_gguf_is_refused(serve: Serve, gguf: Path) -> None:
    gguf.write_bytes(b"<html>")
    process = serve()
    said, _ = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "invalid magic characters: '<htm', expected 'GGUF'" in said


def test_a_file_that_is_not_there_is_named(serve: Serve, gguf: Path) -> None:
    gguf.unlink()
    said, _ = serve().communicate(timeout=10)
    assert f"failed to open GGUF file '{gguf}' (No such file or directory)" in said


def test_a_flag_that_it_does_not_know_is_refused(serve: Serve) -> None:
    process = serve("--no-such-flag")
    assert "error: invalid argument: --no-such-flag" in process.communicate(timeout=10)[0]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("oom", "cudaMalloc failed: out of memory"),
        ("kv_too_small", "failed to allocate buffer for kv cache"),
    ],
)
def test_it_dies_in_llama_cpps_words(serve: Serve, fault: str, words: str) -> None:
    process = serve(STANDIN_FAULT=fault)
    assert words in process.communicate(timeout=10)[0]
    assert process.returncode == 1

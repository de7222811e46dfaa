"""The stand-in for vLLM behaves as vLLM does, where llmhost can tell."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.cloud.sandbox.standin.standin_bench import Ask, Bench, Process, Until

CHAT = {"model": "tiny", "messages": [{"role": "user", "content": "hello"}]}

Serve: TypeAlias = Callable[..., Process]


@pytest.fixture
def serve(bench: Bench, model: Path, port: int) -> Serve:
    def start(*flags: str, gpus: int = 1, **env: str) -> Process:
        bench.give_gpus(gpus)
        arguments = (str(model), "--served-model-name=tiny", f"--port={port}", *flags)
        return bench.start("vllm", "serve", *arguments, **env)

    return start


def test_nobody_answers_until_the_model_is_loaded(bench: Bench, serve: Serve, ask: Ask) -> None:
    process = serve(STANDIN_LOAD_SECONDS="0.6")
    seen = [ask("/health").status]
    while seen[-1] != 200:
        seen.append(ask("/health").status)
    assert set(seen) == {0, 200}
    assert "Loading safetensors checkpoint shards:  50% Completed | 1/2" in bench.stop(process)


def test_it_serves_the_model_under_its_name(serve: Serve, ask: Ask, until: Until) -> None:
    serve("--max-model-len=4k")
    until(lambda: ask("/health").status == 200)
    [served] = ask("/v1/models").json["data"]
    assert (served["id"], served["max_model_len"]) == ("tiny", 4000)
    answer = ask("/v1/chat/completions", {**CHAT, "max_tokens": 3}).json
    assert answer["system_fingerprint"] == "llmhost-standin"
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 3
    assert 'vllm:request_success_total{engine="0",model_name="tiny"} 1.0' in ask("/metrics").text


def test_another_model_is_not_found(serve: Serve, ask: Ask, until: Until) -> None:
    serve()
    until(lambda: ask("/health").status == 200)
    refused = ask("/v1/chat/completions", {**CHAT, "model": "other"})
    assert refused.status == 404
    assert refused.json["error"]["message"] == "The model `other` does not exist."


def test_a_stream_ends_with_its_usage_and_done(serve: Serve, ask: Ask, until: Until) -> None:
    serve()
    until(lambda: ask("/health").status == 200)
    options = {"stream": True, "stream_options": {"include_usage": True}}
    text = ask("/v1/chat/completions", {**CHAT, **options}).text
    *events, done = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert done == "[DONE]"
    assert json.loads(events[-1])["usage"]["completion_tokens"] == len(events) - 3


def test_the_key_guards_the_api_and_nothing_else(serve: Serve, ask: Ask, until: Until) -> None:
    serve(VLLM_API_KEY="secret")
    until(lambda: ask("/health").status == 200)
    assert ask("/v1/models").status == 401
    assert ask("/v1/models", key="secret").status == 200
    assert ask("/metrics").status == 200


def test_it_holds_its_share_of_each_gpu_until_it_is_stopped(
    bench: Bench, serve: Serve, ask: Ask, until: Until
) -> None:
    process = serve("--tensor-parallel-size=2", "--gpu-memory-utilization=0.5", gpus=2)
    until(lambda: ask("/health").status == 200)
    assert bench.held() == [11517, 11517]
    process.terminate()
    assert process.wait(5) == 0
    assert bench.held() == [0, 0]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("oom", "CUDA out of memory"),
        ("kv_too_small", "is larger than the available KV cache memory"),
        ("heads", "must be divisible by tensor parallel size"),
        ("shm", "Error while creating shared memory segment"),
        ("driver_too_old", "NVIDIA driver on your system is too old"),
        ("crash_loop", "Engine core initialization failed"),
    ],
)
def test_it_dies_in_vllms_words(serve: Serve, fault: str, words: str) -> None:
    process = serve(STANDIN_FAULT=fault)
    said, _ = process.communicate(timeout=10)
    assert process.returncode == 1
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("flags", "gpus", "words"),
    [
        ((), 0, "Failed to infer device type"),
        (("-tp", "2"), 1, "World size (2) is larger than the number of available GPUs (1)"),
        (("-tp", "3"), 4, "attention heads (16) must be divisible by tensor parallel size (3)"),
        (("--max-model-len=200k",), 1, "is greater than the derived max_model_len"),
    ],
)
def test_what_cannot_be_is_refused(
    serve: Serve, flags: tuple[str, ...], gpus: int, words: str
) -> None:
    said, _ = serve(*flags, gpus=gpus).communicate(timeout=10)
    assert words in said


def test_an_old_driver_is_noticed(serve: Serve) -> None:
    process = serve(STANDIN_MIN_DRIVER="580", DRIVER="570.86.15")
    assert "driver on your system is too old" in process.communicate(timeout=10)[0]


def test_a_flag_that_vllm_does_not_know_is_refused(serve: Serve) -> None:
    process = serve("--max-modell-len=1")
    assert "unrecognized arguments: --max-modell-len=1" in process.communicate(timeout=10)[0]
    assert process.returncode == 2


def test_a_cut_file_of_weights_is_noticed(serve: Serve, model: Path) -> None:
    shard = model / "model-00002-of-00002.safetensors"
    shard.write_bytes(shard.read_bytes()[:-1])
    assert "file not fully covered" in serve().communicate(timeout=10)[0]


def test_a_missing_file_of_weights_is_noticed(serve: Serve, model: Path) -> None:
    (model / "model-00002-of-00002.safetensors").unlink()
    assert "model-00002-of-00002.safetensors" in serve().communicate(timeout=10)[0]


def test_a_model_of_the_hubs_cache_is_found(
    bench: Bench, model: Path, port: int, ask: Ask, until: Until
) -> None:
    bench.give_gpus(1)
    snapshot = bench.folder / ".cache/huggingface/hub/models--llmhost--tiny/snapshots/abc"
    snapshot.parent.mkdir(parents=True)
    model.rename(snapshot)
    bench.start("vllm", "serve", "llmhost/tiny", f"--port={port}")
    until(lambda: ask("/health").status == 200)
    assert ask("/v1/models").json["data"][0]["id"] == "llmhost/tiny"


def test_a_fault_can_come_with_the_model(serve: Serve, model: Path) -> None:
    (model / "standin.json").write_text('{"fault": "oom"}')
    assert "CUDA out of memory" in serve().communicate(timeout=10)[0]


def test_a_fault_can_come_with_the_machine(bench: Bench, serve: Serve) -> None:
    bench.give_gpus(1)
    (bench.gpus / "0" / ".fault").write_text("oom\n")
    bench.give_gpus(0)
    assert "CUDA out of memory" in serve(gpus=0).communicate(timeout=10)[0]


@pytest.mark.parametrize(
    ("fault", "expected"), [("nothing_loaded", []), ("wrong_model", ["another-model"])]
)
def test_it_can_lie_about_the_model(
    serve: Serve, ask: Ask, until: Until, fault: str, expected: list[str]
) -> None:
    serve(STANDIN_FAULT=fault)
    until(lambda: ask("/health").status == 200)
    assert [model["id"] for model in ask("/v1/models").json["data"]] == expected


def test_it_can_answer_200_with_an_error(serve: Serve, ask: Ask, until: Until) -> None:
    serve(STANDIN_FAULT="empty_200")
    until(lambda: ask("/health").status == 200)
    answer = ask("/v1/chat/completions", CHAT)
    assert answer.status == 200
    assert "choices" not in answer.json


def test_it_can_run_without_touching_the_gpu(
    bench: Bench, serve: Serve, ask: Ask, until: Until
) -> None:
    serve(STANDIN_FAULT="cpu_fallback")
    until(lambda: ask("/health").status == 200)
    assert bench.held() == [0]


def test_it_can_hold_a_context_on_the_gpus_and_nothing_else(
    bench: Bench, serve: Serve, ask: Ask, until: Until
) -> None:
    serve("--tensor-parallel-size=2", gpus=2, STANDIN_FAULT="cpu_context")
    until(lambda: ask("/health").status == 200)
    assert bench.held() == [400, 400]


def test_an_answer_is_held_to_its_form(serve: Serve, ask: Ask, until: Until) -> None:
    serve()
    until(lambda: ask("/health").status == 200)
    schema = {
        "type": "object",
        "properties": {"city": {"enum": ["Oslo"]}, "parts": {"type": "array", "minItems": 2}},
        "required": ["city", "parts"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    answer = ask("/v1/chat/completions", {**CHAT, "response_format": form}).json
    said = answer["choices"][0]["message"]["content"]
    assert json.loads(said) == {"city": "Oslo", "parts": [None, None]}
    tool = {"type": "function", "function": {"name": "look", "parameters": schema}}
    asked = {**CHAT, "tools": [tool], "tool_choice": "required"}
    choice = ask("/v1/chat/completions", asked).json["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "look"
    assert "tool_calls" not in ask("/v1/chat/completions", {**CHAT, "tools": [tool]}).text

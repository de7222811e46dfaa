"""The stand-in for Ollama behaves as Ollama does, where llmhost can tell."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

import pytest

from llmhost.cloud.sandbox.stock.models import model_pieces
from tests.cloud.sandbox.standin.standin_bench import Ask, Bench, Until

Run: TypeAlias = Callable[..., tuple[int, str]]


class Registry(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[str]:
    """A registry with one model, and that model's full name."""
    [piece] = model_pieces("registry.ollama.ai/library/tiny:1b")
    home = tmp_path / "registry" / "v2" / "library" / "tiny"
    (home / "manifests").mkdir(parents=True)
    (home / "blobs").mkdir()
    manifest = json.loads(piece.files["manifest.json"])
    (home / "manifests" / "1b").write_bytes(piece.files["manifest.json"])
    for kind, part in (("config", manifest["config"]), ("model", manifest["layers"][0])):
        (home / "blobs" / part["digest"]).write_bytes(piece.files[kind])
    root = str(tmp_path / "registry")
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *given: Registry(*given, directory=root))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"127.0.0.1:{server.server_port}/library/tiny:1b"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ollama(bench: Bench, port: int, ask: Ask, until: Until, library: str) -> Callable[..., Run]:
    """Starts the server and gives a function that runs `ollama` commands."""

    def started(*, pulled: bool = True, **env: str) -> Callable[..., tuple[int, str]]:
        where = {"OLLAMA_HOST": f"127.0.0.1:{port}", "OLLAMA_MODELS": str(bench.folder / "models")}
        bench.start("ollama", "serve", **where, **env)
        until(lambda: ask("/api/version").status == 200)
        if pulled:
            bench.end("ollama", "pull", library, "--insecure", **where)
            bench.end("ollama", "cp", library, "tiny:1b", **where)
        return lambda *words: bench.end("ollama", *words, **where)

    return started


def test_it_answers_at_once_with_nothing_loaded(ollama: Callable[..., Run], ask: Ask) -> None:
    ollama(pulled=False)
    assert ask("/").text == "Ollama is running"
    assert ask("/api/ps").json == {"models": []}
    assert ask("/v1/models").json["data"] == []


def test_pulling_tells_how_far_it_is(ollama: Callable[..., Run], ask: Ask, library: str) -> None:
    ollama(pulled=False)
    lines = ask("/api/pull", {"model": library, "insecure": True}).text.splitlines()
    events = [json.loads(line) for line in lines]
    assert events[0] == {"status": "pulling manifest"}
    assert events[-1] == {"status": "success"}
    largest = max(events, key=lambda event: event.get("total", 0))
    assert any(event.get("completed") == largest["total"] for event in events)


def test_a_model_that_the_library_lacks_is_not_found(
    ollama: Callable[..., Run], library: str
) -> None:
    run = ollama(pulled=False)
    status, said = run("pull", library.replace("tiny", "none"), "--insecure")
    assert status == 1
    assert "pull model manifest: file does not exist" in said


def test_running_a_model_puts_all_of_it_on_the_gpus(
    bench: Bench, ollama: Callable[..., Run], ask: Ask
) -> None:
    bench.give_gpus(2)
    run = ollama()
    assert run("run", "tiny:1b", "")[0] == 0
    [resident] = ask("/api/ps").json["models"]
    assert resident["name"] == "tiny:1b"
    assert resident["size"] == resident["size_vram"] > 0
    assert sum(bench.held()) == pytest.approx(resident["size"] / 2**20, abs=2)


def test_keep_alive_0_takes_it_out_of_memory(
    bench: Bench, ollama: Callable[..., Run], ask: Ask
) -> None:
    bench.give_gpus(1)
    run = ollama()
    run("run", "tiny:1b", "")
    ask("/api/generate", {"model": "tiny:1b", "keep_alive": 0})
    assert ask("/api/ps").json == {"models": []}
    assert bench.held() == [0]


def test_without_a_gpu_nothing_is_in_video_memory(ollama: Callable[..., Run], ask: Ask) -> None:
    run = ollama()
    run("run", "tiny:1b", "")
    [resident] = ask("/api/ps").json["models"]
    assert resident["size_vram"] == 0


def test_a_completion_loads_the_model_it_names(ollama: Callable[..., Run], ask: Ask) -> None:
    ollama()
    body = {"model": "tiny:1b", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 2}
    answer = ask("/v1/chat/completions", body).json
    assert answer["model"] == "tiny:1b"
    assert answer["choices"][0]["message"]["content"] == "This is"
    assert len(ask("/api/ps").json["models"]) == 1


def test_a_completion_of_an_unknown_model_is_not_found(
    ollama: Callable[..., Run], ask: Ask
) -> None:
    ollama()
    answer = ask("/v1/chat/completions", {"model": "none", "messages": []})
    assert answer.status == 404
    assert "not found, try pulling it first" in answer.json["error"]["message"]


def test_it_can_pretend_to_have_loaded(ollama: Callable[..., Run], ask: Ask) -> None:
    run = ollama(STANDIN_FAULT="nothing_loaded")
    assert run("run", "tiny:1b", "")[0] == 0
    assert ask("/api/ps").json == {"models": []}


def test_it_can_run_out_of_memory(ollama: Callable[..., Run]) -> None:
    run = ollama(STANDIN_FAULT="oom")
    status, said = run("run", "tiny:1b", "")
    assert status == 1
    assert "cudaMalloc failed: out of memory" in said


def test_no_server_is_said_so(bench: Bench) -> None:
    status, said = bench.end("ollama", "list", OLLAMA_HOST="127.0.0.1:1")
    assert status == 1
    assert "could not connect to ollama server" in said

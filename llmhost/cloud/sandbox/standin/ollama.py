"""Ollama's server: answers at once with nothing loaded, and loads what a request names.

Routes: https://github.com/ollama/ollama/blob/main/docs/api.md; texts: its server and llm packages,
2026-11-20.
"""

import json
import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import NAME, gpu, openai
from .dying import SERVE_SECONDS, Death, Manner, manner
from .ollama_runner import Runner, say
from .ollama_store import Name, Refused, Store, full_name
from .web import NDJSON, Answer, Json, Request, Server

VERSION = "0.34.4"
NOT_FOUND = Answer("404 page not found", 404, "text/plain")


def serve() -> int:
    """Runs `ollama serve`."""
    home = Path(os.environ.get("OLLAMA_MODELS") or Path.home() / ".ollama" / "models")
    behave = manner()
    if behave.fault == "crash_loop":
        raise Death("Error: mkdir /models: permission denied")
    host, port = address()
    say(f'msg="Listening on {host}:{port} (version {VERSION}, {NAME})"')
    gpus = () if behave.fault == "cpu_fallback" else gpu.visible()
    for each in gpus:
        say(f'msg="inference compute" id={each.uuid} library=CUDA total="{each.total} MiB"')
    if not gpus:
        say('msg="no compatible GPUs were discovered"')
    server = Server(host, port, Ollama(Store(home), behave, gpus).answer)
    server.serve_aside()
    if behave.fault == "die_later":
        time.sleep(SERVE_SECONDS)
        raise Death("fatal error: unexpected signal during runtime execution", status=2)
    threading.Event().wait()
    return 0


def address() -> tuple[str, int]:
    """Host and port, as OLLAMA_HOST gives them."""
    host, _, port = os.environ.get("OLLAMA_HOST", "").rpartition("//")[2].partition(":")
    return host or "127.0.0.1", int(port or 11434)


class Ollama:
    """The server, its models on disk and the one in memory."""

    def __init__(self, store: Store, behave: Manner, gpus: tuple[gpu.Gpu, ...]) -> None:
        self._store = store
        self._manner = behave
        self._runner = Runner(store, behave, gpus)

    def answer(self, request: Request) -> Answer:
        """Answers one request."""
        try:
            return self._post(request) if request.method == "POST" else self._other(request)
        except Refused as refused:
            return Answer({"error": str(refused)}, 404 if "not found" in str(refused) else 500)

    def _other(self, request: Request) -> Answer:
        if request.method == "DELETE":
            self._store.remove(full_name(_model(request.body)))
            return Answer("")
        if request.path == "/":
            return Answer("Ollama is running", kind="text/plain")
        if request.path == "/v1/models":
            return openai.models([name.short for name in self._store.names()], "library")
        return self._listed(request.path)

    def _listed(self, path: str) -> Answer:
        match path:
            case "/api/version":
                return Answer({"version": VERSION, "engine": NAME})
            case "/api/tags":
                return Answer({"models": [self._tag(name) for name in self._store.names()]})
            case "/api/ps":
                resident = self._runner.resident
                return Answer({"models": [resident.shown()] if resident else []})
        return NOT_FOUND

    def _post(self, request: Request) -> Answer:
        body, name = request.body, full_name(_model(request.body))
        match request.path:
            case "/api/pull":
                return _told(self._store.pull(name, insecure=bool(body.get("insecure"))), body)
            case "/api/copy":
                self._store.copy(full_name(body["source"]), full_name(body["destination"]))
                return Answer("")
            case "/api/show":
                return Answer({"details": {"format": "gguf"}, **self._tag(name)})
            case "/api/generate" | "/api/chat":
                return _told(self._generate(name, body), body)
            case "/v1/chat/completions" | "/v1/completions":
                return self._complete(name, request)
        return NOT_FOUND

    def _tag(self, name: Name) -> Json:
        digest = self._store.manifest(name)["config"]["digest"].removeprefix("sha256:")
        size = self._store.weights(name).stat().st_size
        return {"name": name.short, "model": name.short, "size": size, "digest": digest}

    def _generate(self, name: Name, body: Json) -> list[Json]:
        """Loads the model; an empty prompt asks for no more, and `keep_alive` 0 for its end."""
        said: dict[str, object] = {"model": name.short, "done": True, "done_reason": "load"}
        if body.get("keep_alive") == 0 and not body.get("prompt"):
            self._runner.unload()
            return [{**said, "response": "", "done_reason": "unload"}]
        self._runner.load(name)
        if not body.get("prompt") and not body.get("messages"):
            return [{**said, "response": ""}]
        done = openai.complete(name.short, body)
        key = {"message": {"role": "assistant", "content": done.text}}
        text: Json = key if "messages" in body else {"response": done.text}
        return [{**said, **text, "done_reason": done.finish, "eval_count": len(done.words)}]

    def _complete(self, name: Name, request: Request) -> Answer:
        if self._manner.fault == "empty_200":
            return Answer({"error": {"message": "llama runner process no longer running"}})
        try:
            self._runner.load(name)
        except Refused as refused:
            status = 404 if "not found" in str(refused) else 500
            return openai.error(status, f"{refused}, try pulling it first", "api_error")
        shown = "another-model" if self._manner.fault == "wrong_model" else name.short
        done = openai.complete(shown, request.body)
        return (openai.chat if "chat" in request.path else openai.text)(done, request.body)


def _model(body: Json) -> str:
    return str(body.get("model") or body.get("name") or body.get("source") or "")


def _told(events: Iterable[Json], body: Json) -> Answer:
    """A stream of events, or the last of them where no stream is wanted."""
    if body.get("stream", True) is False:
        *_, last = events
        return Answer(last)

    def lines() -> Iterator[str]:
        try:
            for event in events:
                yield f"{json.dumps(event)}\n"
        except Refused as refused:
            yield f"{json.dumps({'error': str(refused)})}\n"

    return Answer(lines(), kind=NDJSON)

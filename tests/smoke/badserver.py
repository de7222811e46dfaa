"""An OpenAI-compatible API on loopback, right in everything but what it is told to get wrong."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "tiny"
KEY = "sk-right"
USAGE = {"prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9}
ARGUMENTS = '{"city": "Oslo"}'
WEATHER = '{"city": "Oslo", "cold": true, "sky": {"kind": "grey"}}'
ANSWERS = {
    "French": "Bonjour!",
    "two plus three": "The answer is 5.",
    "Count from one": "One two three four five six seven eight nine ten",
}


# Answers that say nothing, and pass for answers at a glance.
_SILENT: dict[str, dict[str, Any]] = {
    "no content": {"message": {"role": "assistant"}},
    "unknown end": {
        "message": {"role": "assistant", "content": None},
        "finish_reason": "error",
    },
}


@dataclass
class Server:
    """What the API does wrong, and what it was asked.

    Attributes:
        defect: What is wrong with it, in a word; empty for nothing.
        key: The key that clients must send; empty for none.
        says: What the model says to everything but known questions.
        pace: Seconds between two pieces of a stream.
        asked: Every request: its path and its body.
        fails_every: Every so many chat requests one fails; 0 for none.
        model: What it serves.
    """

    defect: str = ""
    key: str = ""
    says: str = "One two three four"
    pace: float = 0.0
    fails_every: int = 0
    model: str = MODEL
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def text(self, body: Mapping[str, Any]) -> str:
        question = str(body.get("messages", [{}])[-1].get("content"))
        if "response_format" in body:
            return WEATHER[:-3] if self.defect == "invalid JSON" else WEATHER
        known = (answer for words, answer in ANSWERS.items() if words in question)
        return "no idea" if self.defect == "wrong answer" else next(known, self.says)

    def message(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if not body.get("tools"):
            return {"role": "assistant", "content": self.text(body)}
        name = "rm_rf" if self.defect == "wrong tool" else "get_weather"
        call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": ARGUMENTS}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}


@contextmanager
def serving(server: Server) -> Iterator[str]:
    """The base URL of an API that behaves like this."""

    class Handler(_Handler):
        api = server

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.server_address[1]}/v1"
        finally:
            server.over.set()
            listening.shutdown()


class _Handler(BaseHTTPRequestHandler):
    api: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: dict[str, Any]) -> None:
        api, path = self.api, self.path.removeprefix("/v1")
        api.asked.append((path, body))
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if api.key and key != api.key and api.defect != ("wrong key" if key else "no key"):
            return self._json({"error": {"message": "invalid API key"}}, 401)
        if path == "/models":
            data = [] if api.defect == "nothing loaded" else [{"id": api.model, "object": "model"}]
            return self._json({"object": "list", "data": data})
        if body.get("model") != api.model and api.defect != "any model":
            why = {} if api.defect == "empty error" else {"message": "no such model"}
            return self._json({"error": why}, 404)
        route = {"/completions": self._text, "/chat/completions": self._chat}
        return route.get(path, self._embed)(body)

    def _embed(self, _body: dict[str, Any]) -> None:
        number = 0.0 if self.api.defect == "zero vector" else 0.5
        self._json({"object": "list", "data": [{"embedding": [number, number]}]})

    def _text(self, _body: dict[str, Any]) -> None:
        if self.api.defect == "hang":
            self.api.over.wait(30)
        text = "" if self.api.defect == "empty text" else " Paris"
        choice = {"index": 0, "text": text, "finish_reason": "length"}
        self._json(self._head("text_completion") | {"choices": [choice], "usage": USAGE})

    def _chat(self, body: dict[str, Any]) -> None:
        api = self.api
        if api.defect == "hang" and body.get("max_tokens") == 1:  # what lets a model load
            api.over.wait(30)
        chats = sum(path == "/chat/completions" for path, _ in api.asked)
        if api.fails_every and chats % api.fails_every == 0:
            return self._json({"error": {"message": "out of slots"}}, 500)
        if body.get("stream") and api.defect == "no streams":
            return self._json({"error": {"message": "no streams"}}, 500)
        if body.get("stream"):
            return self._stream(body)
        plain = not body.get("tools") and "response_format" not in body
        hello = plain and "Say hello" in body["messages"][-1]["content"]
        if hello and api.defect == "200 with an error":
            return self._json({"error": {"message": "CUDA out of memory"}})
        choice = {"index": 0, "message": api.message(body), "finish_reason": "stop"}
        if hello and api.defect in _SILENT:
            choice |= _SILENT[api.defect]
        answer = self._head("chat.completion") | {"choices": [choice], "usage": USAGE}
        if hello and api.defect == "missing field":
            del answer["usage"]
        return self._json(answer)

    def _stream(self, body: dict[str, Any]) -> None:
        api = self.api
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if api.defect in {"slow first token", "buffered"}:
            api.over.wait(0.6)
        data = b""
        for place, event in enumerate(self._events(api.text(body).split())):
            if api.defect == "broken stream" and place == 4:
                self.close_connection = True
                return
            torn = api.defect == "event without JSON" and place == 4
            data += event[: len(event) // 2] + b"\n\n" if torn else event
            if api.defect != "buffered":
                self._raw(data)
                data = b""
            if api.pace:
                time.sleep(api.pace)
        if data:
            self._raw(data)
        self._raw(b"")

    def _events(self, words: list[str]) -> Iterator[bytes]:
        head = self._head("chat.completion.chunk")
        for delta in [{"role": "assistant"}, *({"content": f"{word} "} for word in words)]:
            yield _event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if self.api.defect == "no end":
            return
        yield _event(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if self.api.defect != "no usage":
            yield _event(head | {"choices": [], "usage": USAGE | {"completion_tokens": len(words)}})
        yield b"data: [DONE]\n\n"

    def _raw(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "x-1", "object": kind, "created": 1795173713, "model": MODEL}

    def _json(self, document: Mapping[str, Any], status: int = 200) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _event(document: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()

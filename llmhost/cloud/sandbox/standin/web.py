"""A small HTTP server: requests and answers as values, JSON and server-sent events."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias, cast

Json: TypeAlias = Mapping[str, Any]
SSE = "text/event-stream; charset=utf-8"
NDJSON = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked; `body` is empty where none was sent or it is not a JSON object."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The caller's API key; empty without one."""
        return self.headers.get("authorization", "").removeprefix("Bearer ").strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: a JSON object, a text, or a stream of texts."""

    body: Json | str | Iterable[str] = ""
    status: int = 200
    kind: str = "application/json"


Answering: TypeAlias = Callable[[Request], Answer]


class Server(ThreadingHTTPServer):
    """A server whose every request is answered by a function."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, answering: Answering) -> None:
        """Listens at once; requests wait until it serves."""
        self.answering = answering
        super().__init__((host, port), Connection)

    def serve_aside(self) -> None:
        """Serves in a thread of its own."""
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()


class Connection(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answers a GET."""
        self._answer()

    do_POST = do_HEAD = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - the base's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Says nothing: health checks would drown the log."""

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path.partition("?")[0]
        answering = cast("Server", self.server).answering
        answer = answering(Request(self.command, path, headers, _object(raw)))
        if isinstance(answer.body, str):
            self._whole(answer, answer.body.encode())
        elif isinstance(answer.body, Mapping):
            self._whole(answer, json.dumps(answer.body).encode())
        else:
            self._stream(answer, answer.body)

    def _whole(self, answer: Answer, body: bytes) -> None:
        self._head(answer, "Content-Length", str(len(body)))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, answer: Answer, parts: Iterable[str]) -> None:
        self._head(answer, "Transfer-Encoding", "chunked")
        for part in parts:
            data = part.encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, answer: Answer, name: str, value: str) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header(name, value)
        self.end_headers()


def _object(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}

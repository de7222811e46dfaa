"""Something that answers HTTP, on a port of this computer or on a socket as Docker does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple


class Asked(NamedTuple):
    """A request; `key` is what came as authorisation."""

    path: str
    body: str
    key: str


@dataclass
class Website:
    """What is answered, by path, and what was asked; a path that is not named is 404."""

    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    def __init__(self, at: Path | None, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_UNIX if at else socket.AF_INET
        self._at: str | tuple[str, int] = str(at) if at else ("127.0.0.1", 0)
        super().__init__(("127.0.0.1", 0), handler)

    def server_bind(self) -> None:
        self.socket.bind(self._at)


@contextmanager
def website(
    answers: dict[str, tuple[int, str]] | None = None, at: Path | None = None
) -> Iterator[Website]:
    """Serves while the block runs; at a path of a socket, or on a free port."""
    site = Website(answers or {})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            site.asked.append(Asked(self.path, body, self.headers.get("Authorization", "")))
            status, text = site.answers.get(self.path, (404, "nothing here"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET  # noqa: N815  the name http.server looks for

        def log_message(self, *_words: object) -> None:
            pass

        def address_string(self) -> str:
            return "somebody"

    with _Server(at, Handler) as server:
        site.port = 0 if at else server.socket.getsockname()[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield site
        server.shutdown()

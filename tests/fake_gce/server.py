"""The HTTP side: one thread a connection, loopback only."""

import json
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from tests.fake_gce.dispatch import Reply

Answerer: TypeAlias = Callable[[str, str, bytes], Reply]

CONTROL = "/_fake/"
"""What the paths begin with by which a process is told what a test wants; no part of Compute."""


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1.

    Args:
        port: On which port; 0 for any that is free.
        answer: Answers calls of the API.
        control: Answers the paths below `CONTROL`.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, answer: Answerer, control: Callable[[str, Any], Any]) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.answer = answer
        self.control = control

    @property
    def endpoint(self) -> str:
        """Its address, as a client wants it."""
        return f"http://127.0.0.1:{self.server_port}"


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet: with two, the delayed acknowledgement costs 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith(CONTROL):
            reply = self._controlled(json.loads(data or b"{}"))
        else:
            reply = self.server.answer(self.command, self.path, data)
        if reply.status:
            self._send(reply)
        else:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _controlled(self, arguments: Any) -> Reply:  # noqa: ANN401 - any JSON
        try:
            answer = self.server.control(self.path.removeprefix(CONTROL), arguments)
        except Exception as problem:  # noqa: BLE001 - whoever asked has to be told
            return Reply(500, json.dumps(repr(problem)).encode())
        return Reply(200, json.dumps(answer).encode())

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _serve  # noqa: N815 - http.server's names

    def _send(self, reply: Reply) -> None:
        try:
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()
        except OSError:
            # The client has gone, as clients that are killed do.
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """The journal is the log."""

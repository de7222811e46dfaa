"""A server that says whatever bytes it is told, and nothing else."""

import socketserver
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def saying(*pieces: bytes | float) -> Iterator[str]:
    """The URL of a server that answers with these bytes, and waits where a number stands."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            send(self.request, pieces, over)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            over.set()
            server.shutdown()


def send(connection: object, pieces: Sequence[bytes | float], over: threading.Event) -> None:
    for piece in pieces:
        if isinstance(piece, bytes):
            try:
                connection.sendall(piece)  # type: ignore[attr-defined]  # a socket
            except OSError:
                return
        elif piece < 0.2:
            time.sleep(piece)
        else:
            over.wait(piece)

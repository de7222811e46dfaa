"""A port of this computer that leads to an API, for programs that know nothing but URLs."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from llmhost.errors import LlmhostError

if TYPE_CHECKING:
    from llmhost.transport.base import Stream

_PIECE = 1 << 16


@contextmanager
def forwarded(open_stream: "Callable[[], Stream]") -> Iterator[int]:
    """A port on 127.0.0.1; each connection to it becomes a stream of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, open_stream), daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            # Closing alone would leave the thread waiting for one more connection.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, open_stream: "Callable[[], Stream]") -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return  # it was closed
        threading.Thread(target=_join, args=(client, open_stream), daemon=True).start()


def _join(client: socket.socket, open_stream: "Callable[[], Stream]") -> None:
    with client:
        try:
            stream = open_stream()
        except (OSError, LlmhostError):
            return  # whoever connected sees the connection end
        with contextlib.closing(stream):
            stream.settimeout(None)
            back = threading.Thread(target=_pump, args=(stream, client), daemon=True)
            back.start()
            _pump(client, stream)
            back.join()


def _pump(source: "Stream", sink: "Stream") -> None:
    """Passes bytes on until either side ends, and ends the other."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    for end in (sink, source):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

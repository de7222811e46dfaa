"""A wire to a host that can be cut: a TCP port on loopback that leads to its sshd."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Wire:
    """Forwards every connection made to it, until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._end = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """The port that leads to the host."""
        port: int = self._listener.getsockname()[1]
        return port

    def cut(self) -> None:
        """Ends every connection at once; new ones are forwarded again."""
        cut, self._open = self._open, []
        for one in cut:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: nobody wants to connect any more
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._end) as far:
            self._open += [near, far]
            back = threading.Thread(target=_forward, args=(far, near))
            back.start()
            _forward(near, far)
            back.join()


def _forward(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):  # cut
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):  # the other way has ended already
        sink.shutdown(socket.SHUT_WR)

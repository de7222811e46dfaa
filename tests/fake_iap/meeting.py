"""One tunnel of the double: from a WebSocket that was accepted to a TCP connection, and its end."""

import contextlib
import secrets
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

MOST = 16384
_WINDOW = 16 * MOST
_SESSION, _DATA, _ACK, _UNKNOWN = 1, 4, 7, 99
_NOT_REACHED = 4003


class ClosedError(Exception):
    """A tunnel that the relay closes before it stands."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """What a client asks for."""

    project: str
    zone: str
    instance: str
    interface: str
    port: int


Finder: TypeAlias = Callable[[Target], tuple[str, int]]


@dataclass
class Meeting:
    """Carries bytes both ways.

    Attributes:
        connection: The client's.
        backend: The machine's.
        violations: Told what breaks the language.
        sent: Bytes to the client.
        told: How many of them it said it has.
        received: Bytes from the client.
    """

    connection: ServerConnection
    backend: socket.socket
    violations: list[str]
    sent: int = 0
    told: int = 0
    received: int = 0
    _moved: threading.Condition = field(default_factory=threading.Condition)
    _sending: threading.Lock = field(default_factory=threading.Lock)
    _over: bool = False

    @classmethod
    def begin(
        cls, connection: ServerConnection, target: Target, find: Finder, violations: list[str]
    ) -> "Meeting":
        """Connects to what is behind."""
        host, port = find(target)
        try:
            backend = socket.create_connection((host, port), timeout=5)
        except OSError as error:
            raise ClosedError(_NOT_REACHED, "failed to connect to backend") from error
        backend.settimeout(None)
        backend.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(connection, backend, violations)

    def carry(self) -> None:
        """Until either side ends."""
        session = secrets.token_bytes(24)
        back = threading.Thread(target=self._carry_back, daemon=True)
        with self.backend:
            with contextlib.suppress(ConnectionClosed, OSError):
                self._send(struct.pack(">HI", _SESSION, len(session)) + session + b"behind it")
                self._send(struct.pack(">H", _UNKNOWN) + b"whatever that is")
                back.start()
                while True:
                    self._take(self.connection.recv())
            self._end()
            if back.ident:
                back.join()

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self.violations.append("a text message")
            return
        (tag,) = struct.unpack_from(">H", message)
        if tag == _DATA:
            (length,) = struct.unpack_from(">I", message, 2)
            if length > MOST or length != len(message) - 6:
                self.violations.append(f"data of {length} bytes in a message of {len(message)}")
            self.backend.sendall(message[6:])
            self.received += length
            self._send(struct.pack(">HQ", _ACK, self.received))
        elif tag == _ACK:
            (count,) = struct.unpack_from(">Q", message, 2)
            if not self.told < count <= self.sent:
                self.violations.append(f"{count} acknowledged after {self.told} of {self.sent}")
            with self._moved:
                self.told = count
                self._moved.notify_all()
        else:
            self.violations.append(f"a frame of kind {tag}")

    def _carry_back(self) -> None:
        with contextlib.suppress(ConnectionClosed, OSError):
            while data := self.backend.recv(MOST):
                with self._moved:
                    while self.sent - self.told > _WINDOW and not self._over:
                        self._moved.wait()
                    self.sent += len(data)
                self._send(struct.pack(">HI", _DATA, len(data)) + data + b"behind the frame")
        self.connection.close()

    def _send(self, frame: bytes) -> None:
        """Sends a frame in two fragments."""
        half = len(frame) // 2
        with self._sending:
            self.connection.send([frame[:half], frame[half:]])

    def _end(self) -> None:
        with self._moved:
            self._over = True
            self._moved.notify_all()
        with contextlib.suppress(OSError):
            self.backend.shutdown(socket.SHUT_RDWR)

"""A host over SSH, made for few round trips: one login, one exchange for each script.

The connection is made in a thread from `start()` on, so that it overlaps with whatever else a
command has to import, read and render; paramiko is imported there too, while packets travel.
"""

import contextlib
import threading
from typing import TYPE_CHECKING, Self

from llmhost.transport.background import Task, without
from llmhost.transport.base import Address, Answer, LineHandler, Stream
from llmhost.transport.envelope import ROOT_COMMAND, SUDO_COMMAND, seal
from llmhost.transport.output import Stderr, Stdout
from llmhost.transport.refusals import not_started
from llmhost.transport.tcp import dial

if TYPE_CHECKING:
    import socket

    from llmhost.transport.session import Session


def connect(address: Address, *, trust_new: bool = False) -> "SshTransport":
    """Begins to connect and returns at once; what goes wrong is raised by the first `run`."""
    transport = SshTransport(address, trust_new=trust_new)
    transport.start()
    return transport


class SshTransport:
    """Runs scripts on a host over one SSH connection, as root directly or through `sudo -n`.

    A connection that broke is made anew by the next `run`.

    Args:
        address: Where and how.
        trust_new: Whether a host without a pinned key that the user's known_hosts does not know is
            taken at its word, and added there.
        timeout: Seconds that connecting, and each turn of the login, may take.

    Attributes:
        name: How messages call the host.
        logins: How many connections were logged in.
        execs: How many scripts were run.
    """

    def __init__(self, address: Address, *, trust_new: bool = False, timeout: float = 20.0) -> None:
        self.name = str(address)
        self.logins = 0
        self.execs = 0
        self._address = address
        self._trust_new = trust_new
        self._timeout = timeout
        self._lock = threading.Lock()
        self._connecting: Task[Session] | None = None

    def start(self) -> None:
        """Begins to connect, if that has not begun yet, and returns at once."""
        with self._lock:
            if self._connecting is None:
                self._connecting = Task(self._connect)

    def run(self, script: str, /, on_line: LineHandler | None = None) -> Answer:
        """Runs `script` with bash as root and waits for its end; see `Transport.run`."""
        session = self._session()
        self.execs += 1
        stdout, stderr = Stdout(on_line), Stderr()
        command = ROOT_COMMAND if self._address.user == "root" else SUDO_COMMAND
        status = session.run(command, seal(script), stdout, stderr)
        answer = Answer(status, stdout.finish(), stderr.finish())
        if not stdout.started and (
            refusal := not_started(
                self.name, self._address.user, status, stdout.noise, answer.stderr
            )
        ):
            raise refusal
        return answer

    def stream(self, port: int, /) -> Stream:
        """Opens a stream to a port on 127.0.0.1 of the host; see `Transport.stream`."""
        return self._session().stream(port)

    def close(self) -> None:
        """Ends the connection, also one that is still being made."""
        with self._lock:
            connecting, self._connecting = self._connecting, None
        if connecting:
            with contextlib.suppress(BaseException):  # a failed connection needs no closing
                connecting.result().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _session(self) -> "Session":
        self.start()
        connecting = self._connecting
        assert connecting is not None  # noqa: S101  start() has just seen to it
        try:
            session = connecting.result()
        except BaseException:
            self._connecting = None  # the next run may try again
            raise
        if not session.alive and self.execs:
            session.close()
            with self._lock:
                if self._connecting is connecting:  # another thread may have begun anew already
                    self._connecting = None
            return self._session()
        return session

    def _connect(self) -> "Session":
        dialling = Task(lambda: dial(self._address, self._timeout))
        # paramiko needs it for `Match exec` alone; it is 70 of its 165 ms of import (2026-11-20)
        with without("invoke"):
            from llmhost.transport.session import Session  # noqa: PLC0415  loaded while TCP connects
        sock: socket.socket = dialling.result()
        session = Session(self._address, sock, timeout=self._timeout)
        try:
            session.open(trust_new=self._trust_new)
        except BaseException:
            session.close()
            raise
        self.logins += 1
        return session

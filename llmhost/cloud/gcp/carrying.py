"""Carries the bytes of a tunnel: a WebSocket to the relay on one side, a socket on the other.

One end of a pair of sockets is handed out; what goes into it is carried to the machine, and back,
by two threads that end with it. A tunnel that breaks is not resumed, as gcloud's are: whoever
logged in through it logs in again, and work on a host goes on without anybody.

Imports websockets, so only a tunnel imports it.
"""

import contextlib
import logging
import socket
import threading
import time
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from llmhost.cloud.gcp import barred, relay
from llmhost.cloud.gcp.relay import Target
from llmhost.errors import HostError
from llmhost.transport.tcp import notice_silence

_CLOSING = 2.0  # seconds the relay has for its last word

# The library's own would show the token to whoever listens to debug messages.
_SILENT = logging.getLogger(__name__)
_SILENT.setLevel(logging.CRITICAL)


def carried(target: Target, endpoint: str, token: str, timeout: float) -> socket.socket:
    """A socket to the target; see `tunnel.open_tunnel`.

    Args:
        target: The port of a machine.
        endpoint: Address of a double of the relay; empty for Google's own.
        token: Says to the relay who asks; empty says nothing.
        timeout: Seconds until it must stand; each operation on the socket may take as long.
    """
    end = time.monotonic() + timeout
    stack = contextlib.ExitStack()
    try:
        connection = _connected(stack, target, endpoint, token, timeout)
        _await_machine(connection, target, end - time.monotonic())
    except BaseException:
        stack.close()
        raise
    with contextlib.suppress(OSError):  # the connection to a proxy may have no such options
        notice_silence(connection.socket)
    ours, theirs = socket.socketpair()
    theirs.settimeout(timeout)
    carrier = _Carrier(stack, connection, ours)
    threading.Thread(target=carrier.carry_in, daemon=True).start()
    return theirs


def _connected(
    stack: contextlib.ExitStack, target: Target, endpoint: str, token: str, timeout: float
) -> ClientConnection:
    try:
        return stack.enter_context(
            connect(
                relay.connect_url(endpoint or relay.ENDPOINT, target),
                subprotocols=[Subprotocol(relay.SUBPROTOCOL)],
                origin=Origin(relay.ORIGIN),
                additional_headers={"Authorization": f"Bearer {token}"} if token else {},
                user_agent_header="llmhost",
                compression=None,  # what SSH has encrypted gets no smaller
                proxy=None if endpoint else True,  # True: as the environment says
                open_timeout=timeout,
                ping_interval=None,  # SSH asks by itself; whether the relay answers is not known
                close_timeout=_CLOSING,
                logger=_SILENT,
            )
        )
    except InvalidStatus as error:
        raise barred.handshake(error.response.status_code, target) from error
    except (OSError, WebSocketException, ImportError) as error:  # SOCKS needs one more library
        raise barred.unanswered(target, str(error) or type(error).__name__) from error


def _await_machine(connection: ClientConnection, target: Target, timeout: float) -> None:
    """Returns once the relay has connected to the machine."""
    try:
        frame = relay.read(connection.recv(timeout=max(0.0, timeout), decode=False))
    except ConnectionClosed as error:
        raise _closed(error, target) from error
    except (TimeoutError, relay.BrokenRelayError) as error:
        raise barred.unanswered(target, str(error)) from error
    if not isinstance(frame, relay.Connected):
        raise barred.unanswered(target, f"it begins with {type(frame).__name__}")


def _closed(error: ConnectionClosed, target: Target) -> HostError:
    if error.rcvd is None:
        return barred.unanswered(target, "the connection broke")
    return barred.closed(error.rcvd.code, error.rcvd.reason, target)


@dataclass(slots=True)
class _Carrier:
    """Carries bytes between the relay and our end of the pair, in a thread for each direction.

    Attributes:
        stack: Closes the connection.
        connection: To the relay.
        ours: Our end.
        ledger: What went each way.
    """

    stack: contextlib.ExitStack
    connection: ClientConnection
    ours: socket.socket
    ledger: relay.Ledger = field(default_factory=relay.Ledger)

    def carry_in(self) -> None:
        """From the machine, until the tunnel ends; then nothing of it is left."""
        out = threading.Thread(target=self._carry_out, daemon=True)
        out.start()
        with contextlib.suppress(ConnectionClosed, relay.BrokenRelayError, OSError):
            while True:
                self._take(relay.read(self.connection.recv(decode=False)))
        with contextlib.suppress(OSError):
            self.ours.shutdown(socket.SHUT_RDWR)
        out.join()
        self.ours.close()

    def _take(self, frame: relay.Frame | None) -> None:
        match frame:
            case relay.Data(data):
                self.ours.sendall(data)
                if count := self.ledger.take(len(data)):
                    self.connection.send(relay.received_frame(count))
            case relay.Received(count):
                self.ledger.confirm(count)
            case relay.Connected():
                raise relay.BrokenRelayError("it connects twice")

    def _carry_out(self) -> None:
        """To the machine, until whoever has the other end closes it."""
        with self.stack, contextlib.suppress(ConnectionClosed, OSError):
            while data := self.ours.recv(relay.MOST):
                self.ledger.sent += len(data)
                self.connection.send(relay.data_frame(data))

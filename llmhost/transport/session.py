"""A login on a host, and the commands run in it.

Imports paramiko, so only a connection imports it.
"""

import contextlib
import errno
import logging
import socket
import threading
import time
from collections.abc import Iterator
from threading import Event

import paramiko
from paramiko.common import OPEN_FAILED_CONNECT_FAILED

from llmhost.transport.base import Address, Stream
from llmhost.transport.hostkeys import KnownKey, known_keys, remember
from llmhost.transport.keys import Candidate, candidates
from llmhost.transport.output import Stderr, Stdout
from llmhost.transport.refusals import (
    broken,
    key_changed,
    key_revoked,
    key_unknown,
    login_refused,
    no_handshake,
    no_stream,
)
from llmhost.transport.wire import AHEAD_LIMIT, Wire

_KEEPALIVE = 15  # seconds of silence after which a packet keeps firewalls from forgetting us
_CHUNK = 64 << 10  # bytes taken from a channel at a time

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what goes wrong is said by HostError


class Session:
    """One login. Commands may be run in it one after another or, from threads, at the same time."""

    def __init__(self, address: Address, sock: socket.socket, *, timeout: float) -> None:
        self._address = address
        self._sock = sock
        self._timeout = timeout
        self._wire = Wire(sock)
        self._wire.banner_timeout = self._wire.handshake_timeout = timeout
        self._wire.auth_timeout = timeout
        self._lock = threading.Lock()
        self._keys = candidates(address)
        self._tried: list[str] = []
        self._undecided: Event | None = None
        self._ahead: tuple[paramiko.Channel, Event] | None = None

    @property
    def alive(self) -> bool:
        """Whether the connection still stands, as far as this side knows."""
        return self._wire.is_active()

    def open(self, *, trust_new: bool) -> None:
        """Exchanges keys, checks the host's, and offers the first of ours without waiting.

        Raises:
            HostError: It is not SSH, the host is not the one it should be, or no key is accepted.
        """
        known = _trusted(self._address)
        self._wire.prefer_host_keys(tuple(k.key.split()[0] for k in known))
        try:
            self._wire.start_client(timeout=self._timeout)
            shown = self._wire.get_remote_server_key()
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise no_handshake(self._address, _reason(error)) from error
        self._vouch(f"{shown.get_name()} {shown.get_base64()}", known, trust_new=trust_new)
        self._wire.set_keepalive(_KEEPALIVE)
        self._offer_next()
        if self._wire.takes_ahead:
            self._ahead = self._wire.open_ahead()
        else:
            self._settle()

    def run(self, command: str, data: bytes, stdout: Stdout, stderr: Stderr) -> int:
        """Runs a command with `data` as its standard input; answers its exit status.

        Raises:
            HostError: The login is refused, or the connection broke.
        """
        with self._blamed(), self._lock:
            channel = self._begin(command, data)
        return self._follow(channel, stdout, stderr)

    def stream(self, port: int) -> Stream:
        """Opens a stream to a port on 127.0.0.1 of the host.

        Raises:
            ConnectionRefusedError: Nothing listens there.
            HostError: The login is refused, the host allows no streams, or the connection broke.
        """
        with self._blamed():
            with self._lock:
                if not self._settle() and self._ahead:
                    self._wire.abandon(self._ahead[0])
                    self._ahead = None
            try:
                return self._wire.open_stream(port, timeout=self._timeout)
            except paramiko.ChannelException as error:
                refused, said = error.code, error.text
        if refused == OPEN_FAILED_CONNECT_FAILED:
            raise ConnectionRefusedError(errno.ECONNREFUSED, said or "connection refused")
        raise no_stream(self._address, port, said)

    def close(self) -> None:
        """Ends the connection at once; closing the socket first spares a wait of up to 0.1 s."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._wire.close()

    def _vouch(self, shown: str, known: tuple[KnownKey, ...], *, trust_new: bool) -> None:
        same = [k for k in known if k.key == shown]
        if any(k.revoked for k in same):
            raise key_revoked(self._address, same[0])
        if same:
            return
        trusted = sorted(known, key=lambda k: k.key.split()[0] != shown.split(maxsplit=1)[0])
        if trusted := [k for k in trusted if not k.revoked]:
            raise key_changed(self._address, shown, trusted[0])
        if not trust_new:
            raise key_unknown(self._address, shown)
        remember(self._address.host, self._address.port, shown)

    def _offer_next(self) -> None:
        candidate: Candidate | None = next(self._keys, None)
        if candidate is None:
            raise login_refused(self._address, tuple(self._tried))
        self._tried.append(candidate.label)
        self._undecided = self._wire.offer(self._address.user, candidate.key)

    def _settle(self) -> bool:
        """Waits until a key is accepted; answers whether it was the one under way already."""
        first = True
        while self._undecided:
            handler = self._wire.auth_handler
            try:
                more = handler.wait_for_response(self._undecided) if handler else []
            except paramiko.BadAuthenticationType as error:
                detail = f"it takes no keys, only: {', '.join(error.allowed_types)}"
                raise login_refused(self._address, tuple(self._tried), detail) from error
            except paramiko.AuthenticationException as error:
                if not self._wire.is_active():
                    detail = "it closed the connection"
                    raise login_refused(self._address, tuple(self._tried), detail) from error
                first = False
                self._offer_next()
                continue
            if more:
                detail = f"the key is good, but it also asks for: {', '.join(more)}"
                raise login_refused(self._address, tuple(self._tried), detail)
            self._undecided = None
        return first

    def _begin(self, command: str, data: bytes) -> paramiko.Channel:
        """Sends a command; nothing is waited for that need not be."""
        if not self._wire.takes_ahead or len(data) > AHEAD_LIMIT:
            self._settle()
            return self._step_by_step(command, data)
        channel = self._next_channel()
        self._wire.execute_ahead(channel, command, data)
        self._ahead = self._wire.open_ahead()  # for the command after this one
        if self._settle():
            return channel
        for unheard in (channel, self._ahead[0]):
            self._wire.abandon(unheard)
        self._ahead = None
        return self._step_by_step(command, data)

    def _next_channel(self) -> paramiko.Channel:
        """The one asked for ahead; only the very first is used before the host has confirmed it."""
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return self._open()
        channel, answered = ahead
        if self._undecided is None:
            answered.wait(self._timeout)
            if self._wire.refused(channel):
                return self._open()
        return channel

    def _step_by_step(self, command: str, data: bytes) -> paramiko.Channel:
        channel = self._open()
        channel.exec_command(command)
        channel.sendall(data)
        channel.shutdown_write()
        return channel

    def _open(self) -> paramiko.Channel:
        """A session, confirmed. Where MaxSessions is 1, the one before may still be going away."""
        for pause in (0.05, 0.2, 1.0):
            try:
                return self._wire.open_session(timeout=self._timeout)
            except paramiko.ChannelException:
                time.sleep(pause)
        return self._wire.open_session(timeout=self._timeout)

    def _follow(self, channel: paramiko.Channel, stdout: Stdout, stderr: Stderr) -> int:
        aside = threading.Thread(target=_drain_stderr, args=(channel, stderr), daemon=True)
        aside.start()
        while chunk := self._heard(channel):
            stdout.feed(chunk)
        aside.join()
        status = channel.recv_exit_status()
        if status >= 0:
            return status
        if self._wire.is_active():
            why = "the host ended it without an exit status: it was killed, or may not be run"
        else:
            why = _reason(self._wire.get_exception())
        raise broken(str(self._address), why)

    def _heard(self, channel: paramiko.Channel) -> bytes:
        with self._blamed():
            return channel.recv(_CHUNK)

    @contextlib.contextmanager
    def _blamed(self) -> Iterator[None]:
        """Blames the connection for what fails here; around nothing that others bring along."""
        try:
            yield
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise broken(str(self._address), _reason(error)) from error


def _trusted(address: Address) -> tuple[KnownKey, ...]:
    if address.host_key:
        key = " ".join(address.host_key.split()[:2])
        return (KnownKey(key, "pinned when the machine was made"),)
    return known_keys(address.host, address.port)


def _drain_stderr(channel: paramiko.Channel, stderr: Stderr) -> None:
    while chunk := channel.recv_stderr(_CHUNK):
        stderr.feed(chunk)


def _reason(error: BaseException | None) -> str:
    if error is None or isinstance(error, EOFError):
        return "the other side closed the connection"
    return str(error) or type(error).__name__

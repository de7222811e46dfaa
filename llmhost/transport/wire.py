"""paramiko's transport, taught to send ahead: the next message leaves before the last is answered.

A connection in the usual way costs eight round trips to the first output of a command. SSH asks for
few of them: the order of messages is kept, so a login, a channel, a command and its input can leave
together, and be answered together. With this, four are left (2026-11-20; see benchmarks/).

Sent ahead is only what OpenSSH is known to take: it gives the first channel the number 0 and 2 MiB
of window once the command is there (`CHAN_SES_WINDOW_DEFAULT` in its channels.h), and holds
messages back while a login is being decided. If it refuses the login, it answers that they are
unimplemented.
This module reaches into paramiko (5.x) and is the only one that does.
"""

from threading import Event
from typing import TYPE_CHECKING, Any

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.common import cMSG_CHANNEL_OPEN, cMSG_CHANNEL_REQUEST
from paramiko.packet import Packetizer

from llmhost.transport.tcp import IDENTITY

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

AHEAD_LIMIT = (
    1 << 20
)  # bytes of input sent without having seen a window: half of what OpenSSH grants

_PACKET = 32 << 10  # bytes; the least every SSH must take (RFC 4253, section 6.1)


class _Packetizer(Packetizer):
    """Leaves out the identification line, which was sent as soon as the socket was connected."""

    _introduced = False

    def write_all(self, out: "ReadableBuffer") -> None:
        if self._introduced:
            super().write_all(out)
        self._introduced = True


class _Login(AuthHandler):
    """Asks for the login service and offers the key in one go."""

    def _request_auth(self) -> None:
        super()._request_auth()  # type: ignore[misc]  # the stubs leave private methods out
        accepted = paramiko.Message()
        accepted.add_string("ssh-userauth")
        accepted.rewind()
        super()._parse_service_accept(accepted)  # type: ignore[misc]  # same

    def _parse_service_accept(self, _message: paramiko.Message) -> None:
        """The host's own answer comes later, and has been acted upon."""


class Wire(paramiko.Transport):
    """An SSH connection over a socket on which our identification line was sent already."""

    def __init__(self, sock: Any) -> None:  # noqa: ANN401  a socket, or what looks like one
        super().__init__(sock, packetizer_class=_Packetizer)
        self.local_version = IDENTITY

    @property
    def takes_ahead(self) -> bool:
        """Whether the host runs the server whose ways are known here."""
        return "OpenSSH" in self.remote_version

    def prefer_host_keys(self, kinds: tuple[str, ...]) -> None:
        """Asks for a host key of a known kind, if the host has one, so that it can be compared."""
        algorithms = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
        wanted = [name for kind in kinds for name in algorithms.get(kind, (kind,))]
        options = self.get_security_options()
        usual = tuple(options.key_types)
        known = [name for name in dict.fromkeys(wanted) if name in usual]
        options.key_types = [*known, *(name for name in usual if name not in known)]

    def offer(self, user: str, key: paramiko.PKey) -> Event:
        """Offers a key without waiting; the event is set once the host has decided."""
        decided = Event()
        self.auth_handler = _Login(self)
        self.auth_handler.auth_publickey(user, key, decided)
        return decided

    def open_stream(self, port: int, *, timeout: float) -> paramiko.Channel:
        """A channel to a port on 127.0.0.1 of the host (`direct-tcpip`, RFC 4254, section 7.2)."""
        here = "127.0.0.1"
        return self.open_channel("direct-tcpip", (here, port), (here, 0), timeout=timeout)

    def open_ahead(self) -> tuple[paramiko.Channel, Event]:
        """Asks for a session without waiting; the event is set once the host has answered."""
        internals: Any = self
        with self.lock:
            number = internals._next_channel()  # noqa: SLF001  this class is a paramiko transport
            channel: Any = paramiko.Channel(number)
            internals._channels.put(number, channel)  # noqa: SLF001  same
            self.channel_events[number] = answered = Event()
            self.channels_seen[number] = True
            channel._set_transport(self)  # noqa: SLF001  same
            channel._set_window(self.default_window_size, _PACKET)  # noqa: SLF001  same
        message = paramiko.Message()
        message.add_byte(cMSG_CHANNEL_OPEN)
        message.add_string("session")
        for value in (number, self.default_window_size, _PACKET):
            message.add_int(value)
        internals._send_user_message(message)  # noqa: SLF001  same
        return channel, answered

    def execute_ahead(self, channel: paramiko.Channel, command: str, data: bytes) -> None:
        """Sends a command, its input and the end of it; `channel` may not be confirmed yet.

        An unconfirmed channel has paramiko's initial remote number, 0, which is also OpenSSH's.
        """
        internals: Any = self
        message = paramiko.Message()
        message.add_byte(cMSG_CHANNEL_REQUEST)
        message.add_int(channel.remote_chanid)
        message.add_string("exec")
        message.add_boolean(True)  # noqa: FBT003  paramiko's signature: an answer is wanted
        message.add_string(command)
        internals._send_user_message(message)  # noqa: SLF001  this class is a paramiko transport
        with channel.lock:
            channel.active = True
            channel.out_max_packet_size = _PACKET
            channel.out_window_size = max(channel.out_window_size, AHEAD_LIMIT)
        channel.sendall(data)
        channel.shutdown_write()

    def refused(self, channel: paramiko.Channel) -> bool:
        """Whether the host has declined to open a channel; one that was closed had been open."""
        internals: Any = self
        return not channel.closed and internals._channels.get(channel.chanid) is None  # noqa: SLF001  same

    def abandon(self, channel: paramiko.Channel) -> None:
        """Forgets a channel the host never heard of, so that it is not closed in another's name."""
        internals: Any = self
        channel.closed = True
        internals._unlink_channel(channel.chanid)  # noqa: SLF001  same

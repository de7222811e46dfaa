"""The socket under an SSH connection: it sends at once, and notices when the other side is gone."""

import socket

from llmhost.transport.base import Address
from llmhost.transport.refusals import unreachable
from llmhost.transport.tunnels import opened

# RFC 4253, section 4.2: each side names itself first, without waiting for the other.
IDENTITY = "SSH-2.0-llmhost"

# Seconds. A peer that is gone is noticed after about IDLE + PROBES * INTERVAL of silence.
_IDLE, _INTERVAL, _PROBES = 15, 10, 3
_UNACKNOWLEDGED_MS = 45_000  # what was sent and never acknowledged counts as gone after this


def dial(address: Address, timeout: float) -> socket.socket:
    """Connects and introduces itself, so that the host's answer is there when SSH begins.

    Raises:
        HostError: There is no connection.
    """
    try:
        sock = (
            opened(address.way, address.port, timeout)
            if address.way
            else _connected(address, timeout)
        )
        sock.sendall(f"{IDENTITY}\r\n".encode())
    except OSError as error:
        raise unreachable(address, error) from error
    return sock


def _connected(address: Address, timeout: float) -> socket.socket:
    """A TCP connection.

    Without TCP_NODELAY the small packets of a handshake wait for each other's acknowledgement.
    """
    sock = socket.create_connection((address.host, address.port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    notice_silence(sock)
    return sock


def notice_silence(sock: socket.socket) -> None:
    """Has the system end a TCP connection whose other side is gone without a word."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = {
        "TCP_KEEPIDLE": _IDLE,
        "TCP_KEEPALIVE": _IDLE,  # the same on macOS
        "TCP_KEEPINTVL": _INTERVAL,
        "TCP_KEEPCNT": _PROBES,
        "TCP_USER_TIMEOUT": _UNACKNOWLEDGED_MS,
    }
    for name, value in options.items():
        if option := getattr(socket, name, None):
            sock.setsockopt(socket.IPPROTO_TCP, option, value)

"""Nobody leaves this computer: every connection Python makes is looked at before it is made.

An audit hook (PEP 578) sees them all, whatever library makes them, and cannot be taken off again;
so there is one for the process, which looks only while a test wants it to.
"""

import ipaddress
import os
import sys
from pathlib import Path
from typing import Any

NOTES = "LLMHOST_TEST_CONNECTIONS"
"""Names the file in which child processes note connections that were refused to them."""

_GUARDED = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}


class StrangerError(OSError):
    """A connection beyond loopback was tried."""


class Guard:
    """The hook, once in each process.

    Attributes:
        on: Whether it looks.
        refused: What was refused since it was last asked.
    """

    def __init__(self, *, on: bool = False) -> None:
        self.on = on
        self.refused: list[str] = []
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on or event not in _GUARDED:
            return
        where = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = where[0] if isinstance(where, tuple) else where
        if _stays(host):
            return
        self.refused.append(f"{event} {where}")
        if notes := os.environ.get(NOTES):
            with Path(notes).open("a", encoding="utf-8") as file:
                file.write(f"{event} {where}\n")
        raise StrangerError(f"a test tried to reach {where}")


def _stays(host: object) -> bool:
    """Whether a socket's address is on this computer: loopback, a path, or no network at all."""
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if not isinstance(host, str):
        return True  # netlink, and sockets that are connected already
    if host.startswith(("/", "\0")) or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False

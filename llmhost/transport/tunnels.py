"""Ways to hosts to which no TCP connection from here leads; each sort is loaded by its name.

A tunnel is one socket that carries what a TCP connection to a port of the host would. The system's
own ssh takes it as a program that pipes it: `python -m llmhost.transport.piping KIND PORT WORD...`.
"""

import shlex
import socket
import sys
from collections.abc import Callable, Mapping
from importlib import import_module

from llmhost.transport.base import Tunnel

OPENERS: Mapping[str, str] = {"iap": "llmhost.cloud.gcp.tunnel:open_tunnel"}
"""Where each sort is opened, as MODULE:FUNCTION."""


def opened(tunnel: Tunnel, port: int, timeout: float) -> socket.socket:
    """A socket to a port of the host at the end of a tunnel.

    Args:
        tunnel: Which way.
        port: TCP port there.
        timeout: Seconds until it must stand; each operation on the socket may take as long.

    Raises:
        HostError: It does not come about.
    """
    module, _, function = OPENERS[tunnel.kind].partition(":")
    opener: Callable[[tuple[str, ...], int, float], socket.socket]
    opener = getattr(import_module(module), function)
    return opener(tunnel.through, port, timeout)


def proxy_command(tunnel: Tunnel, port: int) -> str:
    """The value of ssh's ProxyCommand, which a shell reads after ssh has replaced its `%` tokens.

    `-P` keeps a folder `llmhost` of the directory it is run in from being taken for the program.
    """
    program = (sys.executable, "-P", "-m", "llmhost.transport.piping")
    words = shlex.join((*program, tunnel.kind, str(port), *tunnel.through))
    return words.replace("%", "%%")

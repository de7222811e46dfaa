"""A tunnel to a port of a machine without an external address, through Identity-Aware Proxy."""

import os
import socket
from collections.abc import Mapping

from llmhost.cloud.gcp.account import ENDPOINT, Account, refuse_remote, token
from llmhost.cloud.gcp.relay import Target
from llmhost.errors import CloudError, UsageError

RELAY = "LLMHOST_IAP_ENDPOINT"
"""Names a double of the relay, on a loopback address: ws://127.0.0.1:PORT/v4."""


def relay_endpoint(environ: Mapping[str, str] = os.environ) -> str:
    """Address of a double of the relay; empty for Google's own.

    Raises:
        UsageError: It is none that may be used without credentials.
        CloudError: The library that tunnels need is not installed.
    """
    try:
        import websockets  # noqa: F401, PLC0415  whether it is there, before a machine is made
    except ImportError as error:
        raise CloudError(
            "websockets is not installed, which tunnels need",
            why=str(error),
            hint="pip install 'llmhost[gcp]'",
        ) from error
    endpoint = environ.get(RELAY, "")
    if endpoint:
        refuse_remote(RELAY, endpoint, "ws")
    elif environ.get(ENDPOINT):
        raise UsageError(
            f"{ENDPOINT} names a double, and {RELAY} names none",
            why="machines of a double are not behind Google's relay",
            hint=f"set {RELAY} to the double's own, such as ws://127.0.0.1:8081/v4",
        )
    return endpoint


def open_tunnel(through: tuple[str, ...], port: int, timeout: float) -> socket.socket:
    """A socket that carries what a TCP connection to that port of the machine would.

    Args:
        through: Project, zone, instance and network interface.
        port: TCP port there.
        timeout: Seconds until it must stand; each operation on the socket may take as long.

    Raises:
        BarredError: These credentials may not.
        UnansweredError: The machine, or the relay, cannot be reached now.
    """
    endpoint = relay_endpoint()
    from llmhost.cloud.gcp.carrying import carried  # noqa: PLC0415  websockets takes its time

    project, zone, instance, interface = through
    target = Target(project, zone, instance, interface, port)
    passport = "" if endpoint else token(Account(project))
    return carried(target, endpoint, passport, timeout)

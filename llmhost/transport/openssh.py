"""Arguments for the system's own ssh client: a shell on a host, a port forwarded from it."""

from collections.abc import Sequence
from pathlib import Path

from llmhost.transport.base import Address

# The name a pinned key is kept under, whatever address the machine has today.
_ALIAS = "llmhost"

_KEEPALIVE = ("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4")


def known_hosts_line(address: Address) -> str:
    """What the temporary known_hosts file must hold; empty where no key is pinned."""
    return f"{_ALIAS} {address.host_key}\n" if address.host_key else ""


def ssh_argv(
    address: Address, known_hosts: Path | None, command: Sequence[str] = ()
) -> tuple[str, ...]:
    """A login, or one command as ssh(1) takes it.

    Args:
        address: Where to.
        known_hosts: A file holding `known_hosts_line()`; None leaves it to the user's own.
        command: Words, which ssh joins with blanks; empty for a login shell.
    """
    return (*_base(address, known_hosts), *_target(address), *command)


def forward_argv(
    address: Address, known_hosts: Path | None, *, local_port: int, port: int
) -> tuple[str, ...]:
    """Makes `127.0.0.1:port` of the host `127.0.0.1:local_port` here, and runs nothing.

    ssh ends with an error where `local_port` is taken, rather than to stay and forward nothing.
    """
    forward = f"127.0.0.1:{local_port}:127.0.0.1:{port}"
    options = ("-N", "-o", "ExitOnForwardFailure=yes", *_KEEPALIVE, "-L", forward)
    return (*_base(address, known_hosts), *options, *_target(address))


def _base(address: Address, known_hosts: Path | None) -> tuple[str, ...]:
    options = []
    if address.host_key and known_hosts:
        options += [
            f"UserKnownHostsFile={known_hosts}",
            "GlobalKnownHostsFile=none",
            f"HostKeyAlias={_ALIAS}",
            "StrictHostKeyChecking=yes",
            "UpdateHostKeys=no",
        ]
    if address.key:
        options += [f"IdentityFile={address.key}", "IdentitiesOnly=yes"]
    words = (word for option in options for word in ("-o", option))
    return ("ssh", "-p", str(address.port), *words)


def _target(address: Address) -> tuple[str, ...]:
    return ("-l", address.user, "--", address.host)

"""Arguments for the system's own ssh client: a shell on a host, a port forwarded from it."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from llmhost.errors import UsageError
from llmhost.transport.base import Address
from llmhost.transport.tunnels import proxy_command

# The name a pinned key is kept under, whatever address the machine has today.
_ALIAS = "llmhost"

_KEEPALIVE = ("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4")


def known_hosts_line(address: Address) -> str:
    """What the temporary known_hosts file must hold; empty where no key is pinned."""
    return f"{_ALIAS} {address.host_key}\n" if address.host_key else ""


def pinned(address: Address, environ: Mapping[str, str]) -> Path | None:
    """A file with the pinned host key, for ssh to read; None where no key is pinned.

    It stays, since ssh reads it when this program is gone, and serves every later login there. The
    directory follows the XDG base directory specification, version 0.8.

    Raises:
        UsageError: It cannot be written.
    """
    line = known_hosts_line(address)
    if not line:
        return None
    home = environ.get("XDG_STATE_HOME") or "~/.local/state"
    folder = Path(home).expanduser() / "llmhost" / "known_hosts"
    file = folder / hashlib.sha256(line.encode()).hexdigest()[:16]
    try:
        if not file.is_file() or file.read_text("utf-8") != line:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = file.with_name(f".{file.name}.{os.getpid()}")
            fresh.write_text(line, encoding="utf-8")
            fresh.replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written", why=error.strerror or str(error)) from error
    return file


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
    Once it listens there it prints the endpoint: a LocalCommand is run after the forwarding is set
    up (`ssh_session2` in OpenSSH's ssh.c, 9.2), by a connection of its own, never a shared one.
    """
    forward = f"127.0.0.1:{local_port}:127.0.0.1:{port}"
    say = f"LocalCommand=echo http://127.0.0.1:{local_port}/v1"
    saying = ("-o", "ControlPath=none", "-o", "PermitLocalCommand=yes", "-o", say)
    options = ("-N", "-o", "ExitOnForwardFailure=yes", *_KEEPALIVE, *saying, "-L", forward)
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
    if address.way:
        options += [f"ProxyCommand={proxy_command(address.way, address.port)}"]
    words = (word for option in options for word in ("-o", option))
    return ("ssh", "-p", str(address.port), *words)


def _target(address: Address) -> tuple[str, ...]:
    return ("-l", address.user, "--", address.host)

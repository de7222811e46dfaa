"""The way in for people: a shell on the host, the endpoint on this computer, by OpenSSH."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from llmhost.errors import UsageError
from llmhost.transport.base import Address
from llmhost.transport.openssh import forward_argv, known_hosts_line, ssh_argv
from llmhost.workflows.place import Place, existing
from llmhost.workflows.recorded import opened
from llmhost.workflows.session import Session


def ssh(
    session: Session, place: Place | None, name: str, command: Sequence[str] = ()
) -> tuple[str, ...]:
    """The argv that opens a shell on the host of a deployment, or runs a command there."""
    address = _address(session, place, name)
    return ssh_argv(address, _known_hosts(address), command)


def forward(
    session: Session, place: Place | None, name: str, local_port: int | None = None
) -> tuple[tuple[str, ...], str]:
    """The argv that forwards a port of this computer to the endpoint, and the endpoint here."""
    address = _address(session, place, name)
    with opened(session, place, name) as (_found, deployment):
        port = deployment.port
    here = local_port or port
    argv = forward_argv(address, _known_hosts(address), local_port=here, port=port)
    return argv, f"http://127.0.0.1:{here}/v1"


def _address(session: Session, place: Place | None, name: str) -> Address:
    if place and place.kind == "local":
        raise UsageError(
            "this machine needs no ssh", hint="the endpoint is on 127.0.0.1 here already"
        )
    if place and place.kind == "host":
        from llmhost.transport.address import parse_host  # noqa: PLC0415  used by --host alone

        return parse_host(place.host)
    found = existing(session, place, name)
    found.transport.close()
    if found.machine is None or found.machine.address is None:
        raise UsageError(f"the machine of `{name}` has no address")
    return found.machine.address


def _known_hosts(address: Address) -> Path | None:
    """A file with the pinned host key, kept for as long as the ssh that reads it may run."""
    line = known_hosts_line(address)
    if not line:
        return None
    with tempfile.NamedTemporaryFile(
        "w", prefix="llmhost-known-hosts-", delete=False, encoding="utf-8"
    ) as file:
        file.write(line)
    return Path(file.name)

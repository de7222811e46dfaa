"""The way in for people: a shell on the host, the endpoint on this computer, by OpenSSH."""

from collections.abc import Sequence

from llmhost.errors import UsageError
from llmhost.transport.base import Address
from llmhost.transport.openssh import forward_argv, pinned, ssh_argv
from llmhost.workflows.place import Found, Place, address_of, machine_of
from llmhost.workflows.recorded import opened
from llmhost.workflows.session import Session


def ssh(
    session: Session, place: Place | None, name: str, command: Sequence[str] = ()
) -> tuple[str, ...]:
    """The argv that opens a shell on the host of a deployment, or runs a command there."""
    _refuse_here(place)
    if place and place.kind == "host":
        address = _typed(place)
    else:
        address = address_of(*machine_of(session, place, name))
    return ssh_argv(address, pinned(address, session.environ), command)


def forward(
    session: Session, place: Place | None, name: str, local_port: int | None = None
) -> tuple[str, ...]:
    """The argv that forwards a port of this computer to the endpoint, and prints that one here."""
    _refuse_here(place)
    with opened(session, place, name) as (found, deployment):
        address, port = _address(found), deployment.port
    return forward_argv(
        address, pinned(address, session.environ), local_port=local_port or port, port=port
    )


def _refuse_here(place: Place | None) -> None:
    if place and place.kind == "local":
        raise UsageError(
            "this machine needs no ssh", hint="the endpoint is on 127.0.0.1 here already"
        )


def _address(found: Found) -> Address:
    return address_of(found.place, found.machine) if found.machine else _typed(found.place)


def _typed(place: Place) -> Address:
    from llmhost.transport.address import parse_host  # noqa: PLC0415  used by --host alone

    return parse_host(place.host)

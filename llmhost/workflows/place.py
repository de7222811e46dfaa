"""Where a deployment is: a cloud, a host of one's own, or this machine."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeVar

from llmhost.cloud.base import DRIVERS, CloudDriver, Machine
from llmhost.errors import CloudError, UsageError
from llmhost.transport.base import Address, Transport
from llmhost.workflows.session import Session

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Place:
    """Where.

    Attributes:
        kind: What `cloud` and `host` are to be read for.
        cloud: Name of the cloud's driver, with `:PROJECT` where one is said.
        host: `USER@ADDR[:PORT]`.
    """

    kind: Literal["cloud", "host", "local"]
    cloud: str = ""
    host: str = ""

    @property
    def flags(self) -> str:
        """What to type to say this place."""
        match self.kind:
            case "cloud":
                name, _, project = self.cloud.partition(":")
                return f"--cloud {name} --project {project}" if project else f"--cloud {name}"
            case "host":
                return f"--host {self.host}"
            case "local":
                return "--local"


@dataclass(frozen=True, slots=True)
class Found:
    """A host that is there, with a way to it.

    Attributes:
        place: Where it was found.
        machine: The cloud's machine; None for a host of one's own.
        transport: The way to it.
    """

    place: Place
    machine: Machine | None
    transport: Transport

    @property
    def simulated(self) -> str:
        """What of it is simulated."""
        return self.machine.simulated if self.machine else ""


def find(session: Session, place: Place, name: str) -> Found | None:
    """The host of a deployment; None when the cloud has no machine of that name."""
    if place.kind != "cloud":
        return Found(place, None, transport(session, place))
    machine = session.drivers(place.cloud).find(name)
    return reached(session, place, machine) if machine else None


def reached(session: Session, place: Place, machine: Machine) -> Found:
    """A machine with a way to it, on which a connection is being made."""
    return Found(place, machine, session.connect(address_of(place, machine)))


def address_of(place: Place, machine: Machine) -> Address:
    """Where a machine is reached.

    Raises:
        CloudError: It has no address yet.
    """
    if machine.address is None:
        raise CloudError(
            f"machine {machine.name} has no address yet",
            why=f"{machine.cloud} says it is {machine.state}",
            hint="run `llmhost up` again to complete it, or "
            f"`llmhost down {machine.name} {place.flags}`",
        )
    return machine.address


def existing(session: Session, place: Place | None, name: str) -> Found:
    """The host of a deployment that must be there; looked for in every cloud when no place is said.

    Raises:
        UsageError: There is none, or there are several.
    """
    if place is not None and place.kind != "cloud":
        return Found(place, None, transport(session, place))
    return reached(session, *machine_of(session, place, name))


def machine_of(session: Session, place: Place | None, name: str) -> tuple[Place, Machine]:
    """The machine of a deployment that must be there, and its cloud; nobody connects to it.

    Raises:
        UsageError: There is none, or there are several.
    """
    if place is None:
        place = Place("cloud", cloud=located(session, name).cloud)
    # Asked again where it was listed: telling an address may take a question for each machine.
    machine = session.drivers(place.cloud).find(name)
    if machine is None:
        raise AbsentError(name, f"{place.cloud} has no machine of that name", ())
    return place, machine


def located(session: Session, name: str) -> Machine:
    """The machine of a deployment, in whichever cloud; perhaps without address.

    Raises:
        UsageError: There is none, or there are machines of that name in several clouds.
    """
    machines, unasked = everywhere(session)
    named = {machine.cloud: machine for machine in machines if machine.name == name}
    if len(named) > 1:
        places = " and ".join(f"--cloud {cloud}" for cloud in named)
        raise UsageError(f"there is a deployment `{name}` in several places", hint=f"say {places}")
    if not named:
        raise AbsentError(name, _others(machines), unasked)
    return next(iter(named.values()))


def everywhere(
    session: Session, clouds: tuple[str, ...] = ()
) -> tuple[tuple[Machine, ...], tuple[str, ...]]:
    """The machines of clouds, of all if none is named, and why a cloud could not be asked."""
    answers, unasked = of_each(session, clouds, lambda driver: tuple(driver.machines()))
    return tuple(machine for found in answers for machine in found), unasked


def of_each(
    session: Session, clouds: tuple[str, ...], ask: Callable[[CloudDriver], Told]
) -> tuple[tuple[Told, ...], tuple[str, ...]]:
    """What clouds answer, asked at the same time, and why one of them could not be asked."""

    def asked(cloud: str) -> tuple[tuple[Told, ...], str]:
        try:
            return (ask(session.drivers(cloud)),), ""
        except CloudError as error:
            return (), f"{cloud}: {error.message}"

    with ThreadPoolExecutor(len(DRIVERS)) as pool:
        answers = list(pool.map(asked, clouds or tuple(DRIVERS)))
    told = tuple(one for found, _ in answers for one in found)
    return told, tuple(reason for _, reason in answers if reason)


def transport(session: Session, place: Place) -> Transport:
    """The way to a host of one's own, or to this machine."""
    if place.kind == "local":
        from llmhost.transport.local import LocalTransport  # noqa: PLC0415  used by --local alone

        return LocalTransport()
    from llmhost.transport.address import parse_host  # noqa: PLC0415  used by --host alone

    return session.connect(parse_host(place.host))


def _others(machines: tuple[Machine, ...]) -> str:
    names = ", ".join(sorted(machine.name for machine in machines))
    return f"there are: {names}" if names else "there is none at all"


class AbsentError(UsageError):
    """There is no deployment of that name, as far as clouds could be asked."""

    def __init__(self, name: str, why: str, unasked: tuple[str, ...]) -> None:
        super().__init__(
            f"there is no deployment `{name}`",
            why=why,
            hint="`llmhost ls` lists what exists; a host of your own is named with --host",
            details=tuple(f"not asked: {reason}" for reason in unasked),
        )
        self.unasked = unasked

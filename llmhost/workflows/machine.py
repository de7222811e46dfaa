"""The machine of a deployment, before there is a host: what it would be, and what became of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from llmhost.cloud.base import CloudDriver, Machine, MachineRequest, Stocker
from llmhost.cloud.keeping import Keeper
from llmhost.cloud.offers import Offer, eligible, nothing_eligible
from llmhost.errors import CloudError, HostError, UsageError
from llmhost.events import MachineGone
from llmhost.planning import host, runner
from llmhost.planning.plan import Change, Plan
from llmhost.spec.deployment import Deployment
from llmhost.transport.base import Address, Transport
from llmhost.transport.patient import PatientTransport
from llmhost.workflows.place import Found, Place
from llmhost.workflows.request import request
from llmhost.workflows.results import Planned
from llmhost.workflows.session import Session
from llmhost.workflows.wanted import Wanted

# So many offers that may be taken are shown, and all that are cheaper.
_SHOWN = 3


def planned_machine(
    place: Place, want: Wanted, machine: Machine | None, driver: CloudDriver, asked: MachineRequest
) -> Planned:
    """The plan for a deployment whose machine is not there, or not whole."""
    deployment = want.deployment
    gpus = f"{deployment.gpus} x {deployment.gpu}" if deployment.gpus else "no GPU"
    creations = (*host.creations(want.at(deployment.site)[1]), *runner.creations(deployment))
    if machine is not None:
        change = Change(f"machine {machine.name}", "update", reason=f"it is {machine.state}")
        whole = Plan(deployment.name, change, creations, machine.usd_per_hour, machine.simulated)
        return Planned(whole, len(whole.pending))
    offers = driver.offers(asked)
    fitting = eligible(offers)
    if not fitting:
        raise nothing_eligible(deployment.name, offers)
    change = Change(f"machine {deployment.name}", "create", reason=f"{place.cloud}, {gpus}")
    likely = fitting[0]
    made = Plan(deployment.name, change, creations, likely.usd_per_hour, likely.simulated)
    # Where nobody sends a bill there is nothing to choose; where no price is known there is a bill.
    billed = isinstance(driver, Keeper) or any(one.usd_per_hour is not None for one in offers)
    shown = first(offers) if billed else ()
    return Planned(
        made, len(made.pending), shown, asked.terms.ttl_seconds, want.memory, want.not_judged
    )


def first(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The first few that may be taken, with all that stand before them."""
    shown: list[Offer] = []
    for offer in offers:
        shown.append(offer)
        if len(eligible(shown)) == _SHOWN:
            break
    return tuple(shown)


def whole(machine: Machine) -> bool:
    """Whether it can be worked on, without its cloud having to do anything first."""
    return machine.state == "running" and machine.address is not None


def refuse_other_gpus(want: Wanted, place: Place, machine: Machine) -> None:
    """Refuses a machine that is there with other GPUs than are asked for."""
    deployment = want.deployment
    if (machine.gpus, machine.gpu) != (deployment.gpus, deployment.gpu):
        there = f"{machine.gpus} x {machine.gpu}" if machine.gpus else "no GPU"
        asked = f"{deployment.gpus} x {deployment.gpu}" if deployment.gpus else "none"
        raise UsageError(
            f"machine {machine.name} exists with {there}, and {asked} is asked for",
            why="the GPUs of a machine are chosen when it is made",
            hint=f"`llmhost down {machine.name} {place.flags}` first, or take another --name",
        )


def patient(session: Session) -> Session:
    """The session, for a machine that its cloud calls running: it may not have booted yet."""

    def connect(address: Address) -> Transport:
        return PatientTransport(session.connect(address), session.report)

    return replace(session, connect=connect)


def stocked(session: Session, found: Found, deployment: Deployment) -> None:
    """Has what a host is about to fetch, where its cloud keeps a stock for its machines."""
    if found.machine is None:
        return
    driver = session.drivers(found.place.cloud)
    if isinstance(driver, Stocker):
        driver.stock(request(deployment), session.report)


@contextmanager
def watched(session: Session, found: Found) -> Iterator[None]:
    """Asks the cloud when a host stops answering: perhaps it was taken away, or its time is up."""
    machine = found.machine
    # Clouds that keep order are those with a bill; that a price is not known makes nothing free.
    if machine is not None and isinstance(session.drivers(found.place.cloud), Keeper):
        session.report(machine.exists)
    try:
        yield
    except HostError as error:
        gone = _gone(session, found)
        if gone is None:
            raise
        raise gone from error


def _gone(session: Session, found: Found) -> CloudError | None:
    """The error for a machine that is no longer there; None where it is, or nobody can say."""
    machine = found.machine
    if machine is None:
        return None
    driver = session.drivers(found.place.cloud)
    if not isinstance(driver, Keeper):
        return None
    try:
        there = driver.find(machine.name)
        if there is not None and there.id == machine.id:
            return None
        why = driver.fate(machine)
    except CloudError:
        return None
    session.report(MachineGone(machine.name, machine.place))
    return CloudError(
        f"machine {machine.name} in {machine.place} is gone",
        why=why,
        hint="run the same `llmhost up` again: it makes another machine",
    )

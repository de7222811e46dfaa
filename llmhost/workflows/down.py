"""The way down: a cloud's machine, or the deployment's own things on a host of the user's."""

from contextlib import closing

from llmhost.cloud.base import DRIVERS, Machine
from llmhost.cloud.keeping import Keeper
from llmhost.spec.deployment import Deployment
from llmhost.steps import apply as applying
from llmhost.steps.removal import Removal
from llmhost.workflows.place import AbsentError, Found, Place, existing, located
from llmhost.workflows.recorded import carried, named
from llmhost.workflows.results import Gone
from llmhost.workflows.session import Session


def down(session: Session, place: Place | None, name: str) -> Gone:
    """Takes a deployment away; returns when it is gone.

    Raises:
        LlmhostError: There is none of that name, or it could not be taken away.
    """
    if place is not None and place.kind != "cloud":
        found = existing(session, place, name)
        with closing(found.transport):
            return _off_the_host(session, found, name)
    cloud, machine = _machine(session, place, name)
    driver = session.drivers(cloud)
    if isinstance(driver, Keeper):
        return Gone(name, driver.tidy(name, session.report) or ("nothing: it was gone already",))
    if machine is None:
        raise AbsentError(name, f"{cloud} has no machine of that name", ())
    driver.delete(machine, session.report)
    return Gone(name, (f"machine {name} with its disks",))


def _machine(session: Session, place: Place | None, name: str) -> tuple[str, Machine | None]:
    """The cloud a deployment is in, or was, and its machine; nobody connects to it."""
    if place is not None:
        return place.cloud, session.drivers(place.cloud).find(name)
    try:
        machine = located(session, name)
    except AbsentError as absent:
        # Where everybody was asked, a cloud that keeps order may still have something to tidy.
        keepers = [c for c in DRIVERS if isinstance(session.drivers(c), Keeper)]
        if absent.unasked or not keepers:
            raise
        return keepers[0], None
    return machine.cloud, machine


def _off_the_host(session: Session, found: Found, name: str) -> Gone:
    """Removes what only this deployment uses; software installed for it stays, and is named."""
    transport = found.transport
    there = carried(session, transport)
    deployment = named(transport, there, name)
    others = [other for other in there if other.name != name]
    weights = deployment.model.directory if deployment.model.source == "hub" else ""
    shared = {thing for other in others for thing in _things(other)}
    removal = Removal(
        name,
        weights="" if weights in shared else weights,
        image="" if deployment.image in shared else deployment.image,
        account="" if _account(deployment) in shared else _account(deployment),
        last=not others,
    )
    work = applying.Work(f"llmhost down {name}", session.holder, (applying.Pending(removal, ()),))
    applying.apply(transport, work, session.report)
    software = ("Docker with its settings",) if deployment.container else ()
    kept = (thing for thing in (deployment.image, weights) if thing and thing in shared)
    return Gone(name, removal.things, (*software, *kept))


def _things(deployment: Deployment) -> tuple[str, ...]:
    """What a deployment may share with others on its host."""
    return deployment.image, deployment.model.directory, _account(deployment)


def _account(deployment: Deployment) -> str:
    """The account of a native installation; empty for a container."""
    install = deployment.variant.install
    return install.user if install else ""

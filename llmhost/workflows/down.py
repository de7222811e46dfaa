"""The way down: a cloud's machine, or the deployment's own things on a host of the user's."""

from collections.abc import Container
from contextlib import closing

from llmhost.cloud.base import DRIVERS, Machine
from llmhost.cloud.keeping import Keeper
from llmhost.facts.gather import Facts, Inquiry
from llmhost.facts.gpu import Gpus
from llmhost.facts.services import DockerEngine
from llmhost.spec.deployment import Deployment, Site
from llmhost.spec.runner import Runner
from llmhost.steps import apply as applying
from llmhost.steps.removal import Removal
from llmhost.transport.base import Transport
from llmhost.workflows.leaving import Left, leaving, let_go, names_in, of_machine
from llmhost.workflows.place import AbsentError, Found, Place, existing, located
from llmhost.workflows.recorded import Carried, carried
from llmhost.workflows.results import Gone
from llmhost.workflows.session import Session


def down(session: Session, place: Place | None, name: str, runner: Runner | None = None) -> Gone:
    """Takes a deployment away; returns when it is gone.

    Args:
        session: The effects there are.
        place: Where it is; looked for in every cloud if none is said.
        name: Its name.
        runner: Where its CI runner is registered, for machines that do not tell any more.

    Raises:
        LlmhostError: There is none of that name, or it could not be taken away.
    """
    if place is not None and place.kind != "cloud":
        found = existing(session, place, name)
        with closing(found.transport):
            return _off_the_host(session, found, name, runner)
    cloud, machine = _machine(session, place, name)
    driver = session.drivers(cloud)
    known = cloud if place or machine else ""
    wanted = runner or of_machine(machine)
    afterwards = leaving(session, wanted, names_in(session, name, known) if wanted else ())
    removed: tuple[str, ...] = ()
    if isinstance(driver, Keeper):
        removed = driver.tidy(name, session.report)
    elif machine is not None:
        driver.delete(machine, session.report)
        removed = (f"machine {name} with its disks",)
    elif runner is None:
        raise AbsentError(name, f"{cloud} has no machine of that name", ())
    gone, kept = afterwards()
    told = (*removed, *gone)
    nothing = () if kept else ("nothing: it was gone already",)
    return Gone(name, told or nothing, kept=kept)


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


def _off_the_host(session: Session, found: Found, name: str, runner: Runner | None) -> Gone:
    """Removes what only this deployment uses; software installed for it stays, and is named.

    Told as gone is what was there before and is not there after; both are looked at.
    """
    transport = found.transport
    there = carried(session, transport, Gpus())
    driver = there.facts(Gpus()).major
    deployment = _rendered(there.named(name), driver)
    others = [_rendered(other, driver) for other in there.deployments.values()]
    used = {thing for other in others if other.name != name for thing in _things(other)}
    # Of a deployment that nobody can read nobody knows what it uses: perhaps everything.
    shared = set(_things(deployment)) & used if not there.unreadable else {*_things(deployment)}
    gone, unremoved = _without_runner(session, found, deployment, there, runner)
    removal = _removal(deployment, shared, last=there.names == (name,))
    before = _seen(transport, removal)
    drift = removal.check(before)
    work = applying.Work(
        f"llmhost down {name}", session.holder, (applying.Pending(removal, drift),)
    )
    asked = Inquiry(removal.facts())
    answer = applying.apply(transport, work, session.report, asked.script)
    still = removal.check(asked.read(transport, answer))
    # An image stays where a container of somebody else holds it.
    if wrong := [one for one in still if one.attribute != deployment.image]:
        raise applying.still_drifting(wrong[0].attribute, tuple(wrong))
    docker = deployment.container and before(DockerEngine())
    kept = {*shared, *(one.attribute for one in still)}
    return Gone(
        name,
        (*gone, *(one.attribute for one in drift if one not in still)),
        (*(("Docker with its settings",) if docker else ()), *_kept(deployment, kept)),
        kept=unremoved,
    )


def _without_runner(
    session: Session,
    found: Found,
    deployment: Deployment,
    there: Carried,
    runner: Runner | None,
) -> Left:
    """The runner goes first, so that no job meets what is being taken away."""
    wanted = deployment.runner or runner
    if wanted is None:
        return (), ()
    name = deployment.name
    beside = any(one.runner for one in there.deployments.values() if one.name != name)
    return let_go(session, found, name, wanted, last=not (beside or there.unreadable))


def _seen(transport: Transport, removal: Removal) -> Facts:
    asked = Inquiry((*removal.facts(), DockerEngine()))
    return asked.read(transport, transport.run(asked.script))


def _rendered(deployment: Deployment, driver: int) -> Deployment:
    """As it was rendered for its host; without a driver, as for the usual one."""
    return deployment.at(Site(driver=driver)) if driver else deployment


def _removal(deployment: Deployment, shared: Container[str], *, last: bool) -> Removal:
    image, store, account = _things(deployment)
    return Removal(
        deployment.name,
        weights="" if store in shared else store,
        image="" if image in shared else image,
        account="" if account in shared else account,
        last=last,
    )


def _things(deployment: Deployment) -> tuple[str, str, str]:
    """What a deployment may share with others on its host: image, weights, account."""
    return deployment.image, deployment.store, _account(deployment)


def _kept(deployment: Deployment, kept: Container[str]) -> tuple[str, ...]:
    return tuple(thing for thing in _things(deployment) if thing and thing in kept)


def _account(deployment: Deployment) -> str:
    """The account of a native installation; empty for a container."""
    install = deployment.variant.install
    return install.user if install else ""

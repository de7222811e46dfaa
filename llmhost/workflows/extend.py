"""A longer life for a machine, from now on."""

from llmhost.cloud.base import Machine
from llmhost.cloud.keeping import Keeper
from llmhost.errors import UsageError
from llmhost.workflows.place import Place, located
from llmhost.workflows.results import Extended
from llmhost.workflows.session import Session


def extendable(session: Session, place: Place | None, name: str) -> Machine:
    """The machine of a deployment whose end can be moved.

    Raises:
        UsageError: There is none, or its cloud ends no machines.
    """
    machine = (
        located(session, name)
        if place is None
        else session.drivers(place.cloud).find(name)
        if place.kind == "cloud"
        else None
    )
    if machine is None:
        where = place.flags if place else "anywhere"
        raise UsageError(f"there is no machine `{name}` {where}", hint="`llmhost ls` lists them")
    if not isinstance(session.drivers(machine.cloud), Keeper):
        raise UsageError(
            f"machine {name} has no end that could be moved",
            why=f"nothing ends machines of {machine.cloud} but you",
        )
    return machine


def extend(session: Session, place: Place | None, machine: Machine, seconds: int) -> Extended:
    """Lets a machine live for so long from now.

    Raises:
        LlmhostError: It is not there any more, or does not come back from it.
    """
    driver = session.drivers(place.cloud if place else machine.cloud)
    assert isinstance(driver, Keeper)  # noqa: S101  extendable() has seen to it
    after = driver.extend(machine, seconds, session.report)
    return Extended(after.name, after.place, after.expires, after.usd_per_hour)

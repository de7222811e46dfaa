"""Everything llmhost made, in every cloud."""

from llmhost.cloud.base import CloudDriver, Machine
from llmhost.cloud.keeping import Keeper, Waste
from llmhost.workflows.place import of_each
from llmhost.workflows.results import Entry, Listing
from llmhost.workflows.session import Session


def ls(session: Session, clouds: tuple[str, ...] = ()) -> Listing:
    """Asks clouds at once, all of them if none is named; of one that cannot be asked, why."""
    answers, unasked = of_each(session, clouds, _there)
    entries = [entry for found, _ in answers for entry in found]
    return Listing(
        tuple(sorted(entries, key=lambda one: one.name)),
        unasked,
        tuple(waste for _, found in answers for waste in found),
    )


def _there(driver: CloudDriver) -> tuple[tuple[Entry, ...], tuple[Waste, ...]]:
    keeper = isinstance(driver, Keeper)
    entries = tuple(_entry(machine, billed=keeper) for machine in driver.machines())
    return entries, driver.unused() if isinstance(driver, Keeper) else ()


def _entry(machine: Machine, *, billed: bool) -> Entry:
    stopped = machine.state == "stopped"
    return Entry(
        name=machine.name,
        provider=machine.labels.get("provider", ""),
        model=machine.labels.get("model", ""),
        gpus=f"{machine.gpus} x {machine.gpu}" if machine.gpus else "none",
        where=f"--cloud {machine.cloud}",
        place=machine.place,
        state=machine.state,
        created=machine.created,
        usd_per_hour=None if stopped else machine.usd_per_hour,
        simulated=machine.simulated,
        machine_type=machine.machine_type,
        expires="" if stopped else machine.expires,
        owner=machine.owner,
        billed=billed,
        swept_after=machine.expires if stopped else "",
    )

"""Everything llmhost made, in every cloud."""

from llmhost.cloud.base import Machine
from llmhost.workflows.place import everywhere
from llmhost.workflows.results import Entry, Listing
from llmhost.workflows.session import Session


def ls(session: Session, clouds: tuple[str, ...] = ()) -> Listing:
    """Asks clouds at once, all of them if none is named; of one that cannot be asked, why."""
    machines, unasked = everywhere(session, clouds)
    return Listing(tuple(map(_entry, sorted(machines, key=lambda one: one.name))), unasked)


def _entry(machine: Machine) -> Entry:
    return Entry(
        name=machine.name,
        provider=machine.labels.get("provider", ""),
        model=machine.labels.get("model", ""),
        gpus=f"{machine.gpus} x {machine.gpu}" if machine.gpus else "none",
        where=f"--cloud {machine.cloud}",
        place=machine.place,
        state=machine.state,
        created=machine.created,
        usd_per_hour=machine.usd_per_hour,
        simulated=machine.simulated,
        machine_type=machine.machine_type,
        expires=machine.expires,
        owner=machine.owner,
    )

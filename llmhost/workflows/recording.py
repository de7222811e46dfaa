"""What a cloud keeps of a deployment, brought up to date when its machine carries another one."""

from dataclasses import replace

from llmhost.cloud.base import MachineRequest, Recorder
from llmhost.errors import CloudError
from llmhost.events import Notice
from llmhost.workflows.place import Found
from llmhost.workflows.session import Session


def recorded(
    session: Session, found: Found, asked: MachineRequest, *, changed: bool, without_runner: bool
) -> None:
    """Has a cloud keep what its machine carries now; that it cannot is a warning and no more.

    Args:
        session: The effects there are.
        found: A machine that was there before this `up`.
        asked: What a new machine for the same would be asked for.
        changed: Whether anything was changed on the host.
        without_runner: Whether the runner that was beside it is gone.
    """
    machine = found.machine
    if machine is None:
        return
    labels = dict(asked.labels)
    # A runner that nobody speaks of stays, and whoever takes the machine away has to know of it.
    if (runner := machine.labels.get("runner")) and not without_runner:
        labels.setdefault("runner", runner)
    driver = session.drivers(found.place.cloud)
    if not isinstance(driver, Recorder) or not (changed or labels != machine.labels):
        return
    try:
        driver.record(machine, replace(asked, labels=labels))
    except CloudError as error:
        why = f": {error.why}" if error.why else ""
        session.report(
            Notice(
                f"`llmhost ls` goes on telling what {machine.name} carried before: "
                f"{error.message}{why}",
                warning=True,
            )
        )

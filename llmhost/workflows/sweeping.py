"""Registrations of CI runners whose machines are gone, or go now."""

from collections.abc import Container, Iterable, Mapping

from llmhost.cloud.base import DRIVERS, CloudDriver, home
from llmhost.cloud.keeping import Waste
from llmhost.errors import CloudError, LlmhostError
from llmhost.runners.base import forge_of
from llmhost.spec.runner import Runner, deployment_of, read_runner, runner_name
from llmhost.workflows.leaving import BUSY_SECONDS, dismissed
from llmhost.workflows.session import Session

KIND = "runner"


def orphans(
    session: Session,
    found: Mapping[str, tuple[Waste, ...]],
    runners: Iterable[Runner],
    clouds: tuple[str, ...] = (),
) -> tuple[Waste, ...]:
    """What is registered for nobody: of machines that go now, and at the places that are named.

    Args:
        session: The effects there are.
        found: What goes now, by cloud.
        runners: Places where registrations without a machine are looked for.
        clouds: Whose registrations these may be; empty for all.

    Raises:
        LlmhostError: A place that is named cannot be asked.
    """
    going = [one for cloud, several in found.items() for one in _going(session, cloud, several)]
    named = [one for runner in runners for one in _without_machine(session, runner, clouds)]
    return tuple({one.name: one for one in (*going, *named)}.values())


def staying(driver: CloudDriver, kept: Iterable[Waste]) -> frozenset[str]:
    """The runners of machines that were to go and are still there."""
    machines = [one.deployment or one.name for one in kept if one.kind == "machine"]
    return frozenset(runner_name(name, home(driver)) for name in machines)


def cleared(session: Session, waste: Iterable[Waste], staying: Container[str] = ()) -> list[str]:
    """Removes registrations; tells what could not be removed, with the reason.

    Args:
        session: The effects there are.
        waste: The registrations.
        staying: Runners whose machines are still there, so that they are left alone.
    """
    kept = []
    for one in waste:
        if one.name in staying:
            kept.append(f"runner {one.name} at {one.place}: its machine is still there")
            continue
        try:
            forge = forge_of(read_runner(one.place), session.environ)
            _, why = dismissed(forge, one.name, patience=BUSY_SECONDS)
        except LlmhostError as error:
            why = error.message
        if why:
            kept.append(f"runner {one.name} at {one.place}: {why}")
    return kept


def _going(session: Session, cloud: str, waste: tuple[Waste, ...]) -> list[Waste]:
    """The registrations of machines that are waste themselves, as their labels tell."""
    names = {one.deployment or one.name for one in waste if one.kind == "machine"}
    if not names:
        return []
    driver = session.drivers(cloud)
    return [
        Waste(
            KIND,
            runner_name(machine.name, home(driver)),
            machine.labels["runner"],
            "its machine goes",
            machine.name,
        )
        for machine in driver.machines()
        if machine.name in names and machine.labels.get("runner")
    ]


def _without_machine(session: Session, runner: Runner, clouds: tuple[str, ...]) -> list[Waste]:
    """Runners that are not connected, of a cloud that was asked and has no such machine.

    A name tells the project as well, so that one whose machine is in another is left alone.

    Those of hosts of one's own are left alone: nobody can tell whether the host comes back, and the
    forge itself removes them after a day.
    """
    found = []
    idle = [
        one
        for one in forge_of(runner, session.environ).ours()
        if not (one.online or one.busy) and deployment_of(one.name)
    ]
    for cloud in (clouds or tuple(DRIVERS)) if idle else ():
        try:
            driver = session.drivers(cloud)
            at, there = home(driver), {machine.name for machine in driver.machines()}
        except CloudError:
            continue  # it may have the machine
        for one in idle:
            name = deployment_of(one.name)
            if one.name == runner_name(name, at) and name not in there:
                why = f"not connected, and {at} has no machine {name}"
                found.append(Waste(KIND, one.name, str(runner), why, name))
    return found

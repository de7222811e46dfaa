"""Registrations of CI runners whose machines are gone, or go now."""

from collections.abc import Iterable, Mapping

from llmhost.cloud.base import DRIVERS
from llmhost.cloud.keeping import Waste
from llmhost.errors import CloudError, LlmhostError
from llmhost.runners.base import forge_of
from llmhost.spec.runner import Runner, deployment_of, read_runner, runner_name
from llmhost.workflows.leaving import BUSY_SECONDS, dismissed
from llmhost.workflows.session import Session

KIND = "runner"


def orphans(
    session: Session, found: Mapping[str, tuple[Waste, ...]], runners: Iterable[Runner]
) -> tuple[Waste, ...]:
    """What is registered for nobody: of machines that go now, and at the places that are named.

    Raises:
        LlmhostError: A place that is named cannot be asked.
    """
    going = [one for cloud, several in found.items() for one in _going(session, cloud, several)]
    named = [one for runner in runners for one in _without_machine(session, runner)]
    return tuple({one.name: one for one in (*going, *named)}.values())


def cleared(session: Session, waste: Iterable[Waste]) -> list[str]:
    """Removes registrations; tells what could not be removed, with the reason."""
    kept = []
    for one in waste:
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
    return [
        Waste(
            KIND,
            runner_name(machine.name, machine.cloud),
            machine.labels["runner"],
            "its machine goes",
            machine.name,
        )
        for machine in session.drivers(cloud).machines()
        if machine.name in names and machine.labels.get("runner")
    ]


def _without_machine(session: Session, runner: Runner) -> list[Waste]:
    """Runners that are not connected, of a cloud that was asked and has no such machine.

    Those of hosts of one's own are left alone: nobody can tell whether the host comes back, and the
    forge itself removes them after a day.
    """
    found = []
    idle = [
        one
        for one in forge_of(runner, session.environ).ours()
        if not (one.online or one.busy) and deployment_of(one.name)
    ]
    for cloud in DRIVERS if idle else ():
        try:
            there = {machine.name for machine in session.drivers(cloud).machines()}
        except CloudError:
            continue  # it may have the machine
        for one in idle:
            name = deployment_of(one.name)
            if one.name == runner_name(name, cloud) and name not in there:
                why = f"not connected, and {cloud} has no machine {name}"
                found.append(Waste(KIND, one.name, str(runner), why, name))
    return found

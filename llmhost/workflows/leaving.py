"""The end of a CI runner: its registration goes before its host, or after it, or without one."""

import time
from collections.abc import Callable, Iterable
from typing import TypeAlias

from llmhost.cloud.base import DRIVERS, Machine, home
from llmhost.errors import CloudError, LlmhostError
from llmhost.facts.files import FileState
from llmhost.facts.gather import Inquiry
from llmhost.facts.services import Unit
from llmhost.planning.runner import MACHINE_ID, registered_at
from llmhost.runners.base import BusyRunnerError, Forge, forge_of
from llmhost.spec.runner import Runner, read_runner, runner_name
from llmhost.steps import apply as applying
from llmhost.steps.runner import RunnerRemoval, unit_of
from llmhost.workflows.place import Found
from llmhost.workflows.session import Session

BUSY_SECONDS = 60.0
"""How long an end waits for a forge that believes a runner is busy still."""

_PAUSE_SECONDS = 2.0

Left: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""What is gone, and what is left with the reason."""


def home_of(session: Session, found: Found, machine_id: FileState | None) -> str:
    """What tells a host from others, for the name of its runner."""
    if found.machine:
        return home(session.drivers(found.place.cloud))
    return machine_id.content.strip() if machine_id else found.transport.name


def of_machine(machine: Machine | None) -> Runner | None:
    """The runner of a machine, as its labels say."""
    place = machine.labels.get("runner", "") if machine else ""
    return read_runner(place) if place else None


def names_in(session: Session, name: str, cloud: str) -> tuple[str, ...]:
    """What the runner of a deployment may be called; where no cloud is known, in whichever."""
    names = []
    for one in (cloud,) if cloud else DRIVERS:
        try:
            names.append(runner_name(name, home(session.drivers(one))))
        except CloudError:
            if cloud:
                raise
    return tuple(names)


def leaving(session: Session, runner: Runner | None, names: Iterable[str]) -> Callable[[], Left]:
    """Removes registrations before their host goes, so that no job comes any more.

    Returns:
        What to call once the host is gone: it removes what had a job in hand until then, as
        patiently as a forge needs, and tells what became of all.
    """
    if runner is None:
        return lambda: ((), ())
    forge = forge_of(runner, session.environ)
    ended = {name: dismissed(forge, name, patience=0.0) for name in names}

    def afterwards() -> Left:
        gone: list[str] = []
        left: list[str] = []
        for name, (removed, why) in ended.items():
            if why:
                removed, why = dismissed(forge, name)  # noqa: PLW2901  how it ends
            if removed:
                gone.append(f"runner {name} at {runner}")
            if why:
                left.append(_left(name, runner, why))
        return tuple(gone), tuple(dict.fromkeys(left))

    return afterwards


def let_go(session: Session, found: Found, name: str, runner: Runner | None, *, last: bool) -> Left:
    """Ends the runner on a host that stays, and its registration.

    Args:
        session: The effects there are.
        found: The host.
        name: The deployment's name.
        runner: Where it is registered as far as is known; its unit on the host knows better.
        last: Whether no other deployment there has a runner.
    """
    transport, unit, removal = found.transport, Unit(unit_of(name)), RunnerRemoval(name, last)
    asked = Inquiry((unit, MACHINE_ID, *removal.facts()))
    facts = asked.read(transport, transport.run(asked.script))
    known, place = registered_at(facts(unit))
    called = known or runner_name(name, home_of(session, found, facts(MACHINE_ID)))
    afterwards = leaving(session, read_runner(place) if place else runner, (called,))
    drift = removal.check(facts)
    if drift:
        title = f"llmhost down {name}, its runner"
        work = applying.Work(title, session.holder, (applying.Pending(removal, drift),))
        applying.apply(transport, work, session.report)
    gone, left = afterwards()
    return (*(one.attribute for one in drift), *gone), left


def dismissed(forge: Forge, name: str, *, patience: float = BUSY_SECONDS) -> tuple[bool, str]:
    """Removes a registration, as patiently as a forge needs that is slow to hear of an end.

    Returns:
        Whether there was one that is gone now, and why it could not be removed.
    """
    ends, pause = time.monotonic() + patience, _PAUSE_SECONDS
    while True:
        try:
            found = forge.find(name)
            if found is None:
                return False, ""
            forge.remove(found)
        except BusyRunnerError as error:
            if time.monotonic() + pause > ends:
                return False, error.message
            time.sleep(pause)
            pause *= 1.5
        except LlmhostError as error:
            return False, error.message
        else:
            return True, ""


def _left(name: str, runner: Runner, why: str) -> str:
    return (
        f"runner {name} at {runner}: {why}; remove it there under Settings, Actions, Runners, or "
        f"say `llmhost gc --runner {runner}` with a token that may"
    )

"""The way up: look, show, machine, steps, a real completion. `plan` is its first half."""

from collections.abc import Callable
from contextlib import closing
from functools import partial

from llmhost.errors import UsageError
from llmhost.planning import host
from llmhost.planning.plan import Change, Plan
from llmhost.spec.deployment import Ask
from llmhost.spec.sources import Sources
from llmhost.workflows.look import Look, Wanted, look
from llmhost.workflows.place import Found, Place, find, reached
from llmhost.workflows.results import Planned, Served
from llmhost.workflows.serve import serve
from llmhost.workflows.session import Phases, Session
from llmhost.workflows.wanted import request, wanted

_Over = Callable[[Sources], Sources]


def plan(session: Session, place: Place, ask: Ask, sources: _Over) -> Planned:
    """What `up` would do; nothing is touched.

    Raises:
        LlmhostError: What was asked for cannot be, or the host cannot be looked at.
    """
    want, found = _begin(session, place, ask, sources)
    if found is None:
        return _planned_machine(place, want)
    with closing(found.transport):
        return _planned(want, found, look(found.transport, want))


def up(session: Session, place: Place, ask: Ask, sources: _Over, *, yes: bool) -> Served:
    """Brings a deployment up; returns once a real completion was answered.

    Raises:
        LlmhostError: It did not come up; what is done stays done, and the next `up` goes on.
    """
    phases = Phases(session.report)
    want, found = _begin(session, place, ask, sources)
    if found is None:
        if not yes:
            _confirm(session, _planned_machine(place, want))
        with phases.phase("machine", "machine"):
            driver = session.drivers(place.cloud)
            machine = driver.create(request(want.deployment), session.report)
        found = reached(session, place, machine)
        yes = True  # the plan for a new machine covered its host
    with closing(found.transport):
        agree = None if yes else partial(_agree, session, want, found)
        return serve(session, phases, want, found, agree)


def _begin(session: Session, place: Place, ask: Ask, sources: _Over) -> tuple[Wanted, Found | None]:
    """What is wanted, and its host, to which a connection is being made meanwhile."""
    if place.kind != "cloud":
        found = find(session, place, "")
        return wanted(session.environ, ask, sources, None), found
    driver = session.drivers(place.cloud)
    want = wanted(session.environ, ask, sources, driver)
    found = find(session, place, want.deployment.name)
    if found and found.machine:
        _refuse_other_gpus(want, found)
    return want, found


def _planned(want: Wanted, found: Found, seen: Look) -> Planned:
    machine = Change(f"machine {found.machine.name}", "none") if found.machine else None
    made = Plan(
        want.deployment.name,
        machine,
        seen.changes,
        usd_per_hour=found.machine.usd_per_hour if found.machine else None,
        simulated=found.simulated,
    )
    return Planned(made, len(made.pending))


def _planned_machine(place: Place, want: Wanted) -> Planned:
    deployment = want.deployment
    gpus = f"{deployment.gpus} x {deployment.gpu}" if deployment.gpus else "no GPU"
    change = Change(f"machine {deployment.name}", "create", reason=f"{place.cloud}, {gpus}")
    made = Plan(deployment.name, change, host.creations(want.steps(deployment)))
    return Planned(made, len(made.pending))


def _agree(session: Session, want: Wanted, found: Found, seen: Look) -> None:
    _confirm(session, _planned(want, found, seen))


def _confirm(session: Session, planned: Planned) -> None:
    if not session.confirm(planned):
        raise UsageError("not confirmed: nothing was changed", hint="add --yes to go on unasked")


def _refuse_other_gpus(want: Wanted, found: Found) -> None:
    machine, deployment = found.machine, want.deployment
    if machine and (machine.gpus, machine.gpu) != (deployment.gpus, deployment.gpu):
        there = f"{machine.gpus} x {machine.gpu}" if machine.gpus else "no GPU"
        asked = f"{deployment.gpus} x {deployment.gpu}" if deployment.gpus else "none"
        raise UsageError(
            f"machine {machine.name} exists with {there}, and {asked} is asked for",
            why="the GPUs of a machine are chosen when it is made",
            hint=f"`llmhost down {machine.name} {found.place.flags}` first, or take another --name",
        )

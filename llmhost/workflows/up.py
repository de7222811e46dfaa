"""The way up: look, show, machine, steps, a real completion. `plan` is its first half."""

from collections.abc import Callable
from contextlib import closing

from llmhost.errors import UsageError
from llmhost.events import Check, Notice, StepFinished
from llmhost.planning import host
from llmhost.planning.plan import Change, Plan
from llmhost.spec.deployment import Ask
from llmhost.spec.sources import Sources
from llmhost.steps import apply as applying
from llmhost.workflows.look import Look, Wanted, inquiry, judged, look
from llmhost.workflows.place import Found, Place, find, reached
from llmhost.workflows.ready import ready
from llmhost.workflows.results import Planned, Served, StepResult
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
        return _up(session, phases, want, found, yes=yes)


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


def _up(session: Session, phases: Phases, want: Wanted, found: Found, *, yes: bool) -> Served:
    transport = found.transport
    with phases.phase("look", "facts"):
        seen = look(transport, want)
    if seen.applying:
        session.report(
            Notice(f"{seen.applying.title} is under way here ({seen.applying.holder}): watching it")
        )
        with phases.phase("follow", "work under way"):
            applying.follow(transport, session.report)
            seen = look(transport, want)
    before = seen
    for change in seen.changes:
        if change.action == "none":
            session.report(StepFinished(change.title, "ok"))
    pending = _pending(seen)
    if pending:
        if not yes:
            _confirm(session, _planned(want, found, seen))
        with phases.phase("steps", "host steps"):
            seen = _apply(session, want, found, seen)
    with phases.phase("ready", "model ready"):
        checks = ready(session, transport, seen)
    return _served(found, before, checks, phases)


def _apply(session: Session, want: Wanted, found: Found, seen: Look) -> Look:
    """Applies what differs, looks again in the same exec; what still differs has failed."""
    asked = inquiry(want)
    work = applying.Work(f"llmhost up {want.deployment.name}", session.holder, _pending(seen))
    answer = applying.apply(found.transport, work, session.report, asked.script)
    after = judged(found.transport, want, asked.read(found.transport, answer))
    still = [change for change in after.changes if change.action != "none"]
    if still:
        raise applying.still_drifting(still[0].title, still[0].drift)
    return after


def _pending(seen: Look) -> tuple[applying.Pending, ...]:
    return tuple(
        applying.Pending(step, change.drift)
        for step, change in zip(seen.steps, seen.changes, strict=True)
        if change.action != "none"
    )


def _served(found: Found, before: Look, checks: tuple[Check, ...], phases: Phases) -> Served:
    steps = tuple(
        StepResult(change.title, "ok" if change.action == "none" else "changed")
        for change in before.changes
    )
    deployment = before.deployment
    return Served(
        name=deployment.name,
        provider=deployment.profile.name,
        model=deployment.model.id,
        endpoint=deployment.endpoint,
        host=found.transport.name,
        where=found.place.flags,
        changed=sum(step.outcome == "changed" for step in steps),
        steps=steps,
        checks=checks,
        phases=tuple(phases.times),
        usd_per_hour=found.machine.usd_per_hour if found.machine else None,
        simulated=found.simulated,
    )


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

"""Brings a host that is there to serving: look, apply what differs, wait for a real completion."""

import time
from collections.abc import Callable
from typing import TypeAlias

from llmhost.events import Check, Notice, StepFinished
from llmhost.facts.services import Apply
from llmhost.fit.report import Beside
from llmhost.steps import apply as applying
from llmhost.workflows.look import Look, inquiry, judged, look
from llmhost.workflows.machine import stocked
from llmhost.workflows.place import Found
from llmhost.workflows.ready import ready
from llmhost.workflows.results import Served, StepResult
from llmhost.workflows.session import Phases, Session
from llmhost.workflows.sizing import measured, warn, weighed_there
from llmhost.workflows.wanted import Wanted

Agree: TypeAlias = Callable[[Wanted, Look], None]


def serve(
    session: Session,
    phases: Phases,
    want: Wanted,
    found: Found,
    agree: Agree | None,
) -> Served:
    """Returns once a real completion was answered.

    Args:
        session: The effects there are.
        phases: Times the parts of the way.
        want: What is wanted.
        found: The host.
        agree: Asked before anything is changed; None when somebody agreed already.

    Raises:
        LlmhostError: It does not serve; what is done stays done.
    """
    seen = _at_rest(session, phases, want, found)
    judged_now = weighed_there(want, seen, session.environ)
    if judged_now is not want:
        want = judged_now
        warn(session.report, want)
    for change in seen.changes:
        if change.action == "none":
            session.report(StepFinished(change.title, "ok"))
    if agree and _pending(seen):
        seen = _agreed(session, phases, want, found, seen, agree)
    changed: set[str] = set()
    while pending := _pending(seen):
        _refuse_repeated(pending, changed)
        if changed and agree:
            # It shows only now, as what an engine that had been stopped is: a plan of its own.
            agree(want, seen)
        try:
            seen = _apply(session, phases, want, found, seen)
            changed |= {one.step.title for one in pending}
        except applying.BusyError:
            # Somebody was faster by a moment; what is left to do is seen after their work.
            seen = _at_rest(session, phases, want, found)
    with phases.phase("ready", "model ready"):
        answer = ready(session, found.transport, seen)
    memory = measured(seen, answer.log, session.environ)
    return _served(found, seen, changed, answer.checks, memory, phases)


def _refuse_repeated(pending: tuple[applying.Pending, ...], changed: set[str]) -> None:
    """What differs after it was applied has failed; it is not applied again and again."""
    for one in pending:
        if one.step.title in changed:
            raise applying.still_drifting(one.step.title, one.drift)


def _agreed(  # noqa: PLR0913, PLR0917  what a look takes, and the look that is shown
    session: Session,
    phases: Phases,
    want: Wanted,
    found: Found,
    seen: Look,
    agree: Agree,
) -> Look:
    """Asks, then looks again: people take their time. A plan that is another one is asked anew."""
    while True:
        agree(want, seen)
        now = look(found.transport, want)
        if now.applying:
            now = _at_rest(session, phases, want, found)
        if now.changes == seen.changes or not _pending(now):
            return now
        session.report(Notice("the host has changed since the plan was shown"))
        seen = now


def _at_rest(session: Session, phases: Phases, want: Wanted, found: Found) -> Look:
    """A look at the host while nobody else is at work there; work under way is watched first."""
    with phases.phase("look", "facts"):
        seen = look(found.transport, want)
    while seen.applying:
        session.report(Notice(_under_way(seen.applying)))
        with phases.phase("follow", "work under way"):
            applying.follow(found.transport, session.report)
            seen = look(found.transport, want)
    return seen


def _under_way(work: Apply) -> str:
    """Who is at work on the host, for how long, and how to break that lock."""
    age = max(0, round(time.time()) - work.since)
    ago = f"{age // 60} minutes" if age >= 2 * 60 else f"{age} seconds"
    return (
        f"{work.title} is under way here, begun {ago} ago by {work.holder}: watching it "
        "(`sudo systemctl stop llmhost-apply` on the host would end it)"
    )


def _apply(session: Session, phases: Phases, want: Wanted, found: Found, seen: Look) -> Look:
    """Applies what differs, and looks again in the same exec."""
    asked = inquiry(want)
    work = applying.Work(f"llmhost up {want.deployment.name}", session.holder, _pending(seen))
    with phases.phase("steps", "host steps"):
        stocked(session, found, seen.deployment)
        answer = applying.apply(found.transport, work, session.report, asked.script)
    return judged(found.transport, want, asked.read(found.transport, answer))


def _pending(seen: Look) -> tuple[applying.Pending, ...]:
    return tuple(
        applying.Pending(step, change.drift)
        for step, change in zip(seen.steps, seen.changes, strict=True)
        if change.action != "none"
    )


def _served(  # noqa: PLR0913, PLR0917  everything that is known in the end
    found: Found,
    seen: Look,
    changed: set[str],
    checks: tuple[Check, ...],
    memory: tuple[Beside, ...],
    phases: Phases,
) -> Served:
    steps = tuple(
        StepResult(change.title, "changed" if change.title in changed else "ok")
        for change in seen.changes
    )
    deployment = seen.deployment
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
        machine_type=found.machine.machine_type if found.machine else "",
        place=found.machine.place if found.machine else "",
        expires=found.machine.expires if found.machine else "",
        attempts=found.machine.attempts if found.machine else (),
        memory=memory,
    )

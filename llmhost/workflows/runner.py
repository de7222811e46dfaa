"""The CI runner of a deployment: it comes once the provider has answered, and goes with it."""

from dataclasses import replace

from llmhost.events import Check, Notice, StepFinished
from llmhost.planning.plan import Change
from llmhost.planning.runner import title_of
from llmhost.runners.base import forge_of
from llmhost.spec.deployment import Ask, Deployment
from llmhost.workflows.engaging import Engagement
from llmhost.workflows.leaving import let_go, of_machine
from llmhost.workflows.look import Look
from llmhost.workflows.place import Found
from llmhost.workflows.results import RunnerAt, Served, StepResult
from llmhost.workflows.serve import Agree
from llmhost.workflows.session import Phases, Session
from llmhost.workflows.wanted import Wanted


def refuse_early(session: Session, deployment: Deployment) -> None:
    """Asks the forge whether a runner would be registered, before anything costs money.

    Raises:
        LlmhostError: It would not; with cause and remedy.
    """
    if deployment.runner:
        forge_of(deployment.runner, session.environ).check(deployment.runner)


def foreseen(session: Session, found: Found, deployment: Deployment) -> tuple[Change, ...]:
    """What `up` would do about the runner on a host that is there."""
    if deployment.runner is None:
        return ()
    at = Engagement(session, found, deployment, deployment.runner)
    seen = at.seen()
    stands = at.post.stands(seen.unit, seen.there)
    return (Change(title_of(deployment.name, deployment.runner), "none" if stands else "create"),)


def take_on(
    session: Session, phases: Phases, found: Found, deployment: Deployment, served: Served
) -> Served:
    """Has the runner online beside a provider that has answered; one that is, stays as it is.

    Raises:
        LlmhostError: It does not come; what was registered for it is removed again.
    """
    runner = deployment.runner
    if runner is None:
        return served
    at = Engagement(session, found, deployment, runner)
    with phases.phase("runner", "runner online"):
        seen = at.seen()
        changed: tuple[str, ...] = ()
        if not at.post.stands(seen.unit, seen.there):
            changed = at.engage(seen)
        else:
            session.report(StepFinished(f"runner {deployment.name}", "ok"))
    results = tuple(StepResult(title, "changed") for title in changed)
    if not changed:
        results = (StepResult(f"runner {deployment.name}", "ok"),)
    online = f"{at.post.name} at {runner}: {', '.join(at.post.labels)}"
    return replace(
        served,
        changed=served.changed + len(changed),
        steps=(*served.steps, *results),
        checks=(*served.checks, Check("runner", "ok", online)),
        phases=tuple(phases.times),
        runner=RunnerAt(at.post.name, str(runner), at.post.labels),
    )


def without(session: Session, found: Found, ask: Ask, name: str) -> bool:
    """Takes a runner away from a deployment that goes on without one, where that was asked for.

    Returns:
        Whether there is none any more, nor anything left of it.
    """
    if not ask.no_runner:
        return False
    _, left = let_go(session, found, name, of_machine(found.machine), last=False)
    for one in left:
        session.report(Notice(one, warning=True))
    return not left


def considerate(
    session: Session, found: Found, deployment: Deployment, agree: Agree | None
) -> Agree | None:
    """Agrees to nothing that would take the provider away from a job that is under way.

    Args:
        session: The effects there are.
        found: A host that was there before.
        deployment: What is wanted there.
        agree: Who is asked afterwards; None when somebody agreed already.
    """
    runner = deployment.runner
    if runner is None:
        return agree

    def asked(want: Wanted, seen: Look) -> None:
        Engagement(session, found, deployment, runner).refuse_during_a_job()
        if agree:
            agree(want, seen)

    return asked

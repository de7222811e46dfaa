"""Waits until a deployment serves: the host observes in a loop, the probes judge."""

from llmhost.errors import ServingError
from llmhost.events import Check, LogLine, Notice, Progress
from llmhost.probes.observation import Observation, Reader, watch
from llmhost.probes.verdict import Verdict, Watch
from llmhost.spec.deployment import Deployment
from llmhost.transport.base import Transport
from llmhost.workflows.look import Look
from llmhost.workflows.session import Session


class _Decided(Exception):  # noqa: N818  not an error: it ends the listening
    """A verdict was reached."""


def ready(session: Session, transport: Transport, seen: Look) -> tuple[Check, ...]:
    """Returns what was observed once the service serves; at once when it does already.

    Raises:
        ServingError: It failed, or the deadline came; with cause, remedy, the engine's last lines.
    """
    judge = Watch(seen.deployment)
    verdict = judge.judge(seen.observation)
    if verdict.state == "loading":
        verdict = _watched(session, transport, seen, judge, verdict)
    if verdict.state != "serving":
        raise failed(transport, seen.deployment, verdict)
    return verdict.checks


def failed(transport: Transport, deployment: Deployment, verdict: Verdict) -> ServingError:
    """The error for a service that does not serve."""
    name = deployment.name
    return ServingError(
        f"{name} on {transport.name} does not serve {deployment.model.id}: {verdict.why}",
        why=verdict.cause,
        hint=verdict.hint
        or f"`llmhost logs {name}` shows more; the next `llmhost up` goes on from here",
        details=verdict.log,
    )


def deadline(seen: Look) -> int:
    """Seconds that loading may take, from the profile and the size of the weights."""
    allowed = seen.deployment.profile.readiness.deadline
    return round(allowed.seconds + allowed.per_gb * seen.weights_gb)


def _watched(
    session: Session, transport: Transport, seen: Look, judge: Watch, verdict: Verdict
) -> Verdict:
    reader = Reader()
    latest = verdict

    def hear(line: str) -> None:
        nonlocal latest
        observation = reader.hear(line)
        if observation is None:
            return
        latest = judge.judge(observation)
        _tell(session, seen.deployment, observation, latest)
        if latest.state != "loading":
            raise _Decided

    seconds = deadline(seen)
    session.report(Notice(f"waiting up to {seconds} seconds for the model to load"))
    try:
        transport.run(watch(seen.deployment, seconds), hear)
    except _Decided:
        return latest
    return judge.late(seconds, latest)


def _tell(session: Session, deployment: Deployment, seen: Observation, verdict: Verdict) -> None:
    for line in seen.log:
        session.report(LogLine(deployment.profile.name, line))
    session.report(Progress("load", text=verdict.why))

"""How a deployment is, by what is observed now."""

from dataclasses import replace

from llmhost.facts.services import Logged
from llmhost.probes.verdict import Verdict, Watch
from llmhost.spec.deployment import Deployment
from llmhost.workflows.look import Look, look
from llmhost.workflows.place import Found, Place
from llmhost.workflows.recorded import opened
from llmhost.workflows.results import Health, Status
from llmhost.workflows.session import Session
from llmhost.workflows.sizing import measured
from llmhost.workflows.wanted import standing

_HEALTH: dict[str, Health] = {"serving": "serving", "loading": "loading", "failed": "failing"}


def status(session: Session, place: Place | None, name: str) -> Status:
    """Looks at a deployment once.

    Raises:
        LlmhostError: There is none of that name, or its host cannot be looked at.
    """
    with opened(session, place, name) as (found, deployment):
        return status_on(session, found, deployment)


def status_on(session: Session, found: Found, deployment: Deployment) -> Status:
    """Looks once at a deployment on a host that one is connected to."""
    seen, verdict = _seen(session, found, deployment)
    memory = measured(seen, seen.facts(_report(deployment)), session.environ)
    return replace(_status(found, seen, verdict), memory=memory)


def _seen(session: Session, found: Found, deployment: Deployment) -> tuple[Look, Verdict]:
    want = standing(session.environ, deployment)
    seen = look(found.transport, want, _report(deployment))
    return seen, Watch(seen.deployment, patience=1, weights_gb=seen.weights_gb).judge(
        seen.observation
    )


def _report(deployment: Deployment) -> Logged:
    """What the engine's log says about its memory."""
    memory = deployment.profile.memory
    patterns = memory.report.patterns if memory and deployment.gpus else ()
    return Logged(deployment.unit, deployment.container, patterns)


def _status(found: Found, seen: Look, verdict: Verdict) -> Status:
    deployment, unit = seen.deployment, seen.observation.unit
    health, why = _HEALTH[verdict.state], verdict.cause or verdict.why
    if unit and unit.active == "inactive":
        health = "stopped"
    return Status(
        name=deployment.name,
        provider=deployment.profile.name,
        model=deployment.model.id,
        endpoint=deployment.endpoint,
        host=found.transport.name,
        health=health,
        why=why,
        checks=verdict.checks,
        drift=tuple(change.title for _, change in seen.pending),
        simulated=found.simulated,
    )

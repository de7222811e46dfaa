"""Waits until a deployment serves: the host observes in a loop, the probes judge."""

from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class Ready:
    """A service that serves: what was observed, and what it wrote while somebody waited for it."""

    checks: tuple[Check, ...]
    log: tuple[str, ...] = ()


def ready(session: Session, transport: Transport, seen: Look) -> Ready:
    """Returns once the service serves; at once when it does already.

    Raises:
        ServingError: It failed, or the deadline came; with cause, remedy, the engine's last lines.
    """
    judge = Watch(seen.deployment, weights_gb=seen.weights_gb)
    verdict, log = judge.judge(seen.observation), seen.observation.log
    if verdict.state == "loading":
        verdict, log = _watched(session, transport, seen, judge, verdict)
    if verdict.state != "serving":
        raise failed(transport, seen.deployment, verdict)
    return Ready(verdict.checks, log)


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


@dataclass(slots=True)
class _Listening:
    """Hears a host that observes, until there is a verdict.

    Attributes:
        session: Who is told.
        judge: Judges what is seen.
        latest: The verdict on what was seen last.
        log: What the service has written.
        stored: Bytes where the provider keeps what it fetches itself, when that was seen last.
        fetched: Bytes that came in since the listening began.
    """

    session: Session
    judge: Watch
    latest: Verdict
    log: list[str] = field(default_factory=list)
    stored: int | None = None
    fetched: int = 0
    _reader: Reader = field(default_factory=Reader)

    def hear(self, line: str) -> None:
        """Takes one line; ends the listening when it decides."""
        seen = self._reader.hear(line)
        if seen is None:
            return
        self.latest = self.judge.judge(seen)
        self._tell(seen)
        if self.latest.state != "loading":
            raise _Decided

    def _tell(self, seen: Observation) -> None:
        deployment, before, self.stored = self.judge.deployment, self.stored, seen.stored
        self.log += seen.log
        for line in seen.log:
            self.session.report(LogLine(deployment.profile.name, line))
        if before is not None and seen.stored is not None and seen.stored > before:
            self.fetched += seen.stored - before
            text = f"{deployment.profile.title} is fetching {deployment.model.id}"
            self.session.report(Progress("weights", self.fetched, text=text))
        else:
            self.session.report(Progress("load", text=self.latest.why))


def _watched(
    session: Session, transport: Transport, seen: Look, judge: Watch, verdict: Verdict
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict on what was seen last, and the log until then."""
    seconds, hub = deadline(seen), seen.deployment.model.source == "hub"
    beside = "" if hub else ", not counting its download"
    session.report(Notice(f"waiting up to {seconds} seconds for the model to load{beside}"))
    listening = _Listening(session, judge, verdict)
    try:
        transport.run(watch(seen.deployment, seconds), listening.hear)
    except _Decided:
        return listening.latest, tuple(listening.log)
    allowed = seen.deployment.profile.readiness.deadline.per_gb * (listening.stored or 0) / 10**9
    more = beside if listening.fetched else ""
    late = judge.late(seconds + round(allowed), listening.latest, more)
    return late, tuple(listening.log)

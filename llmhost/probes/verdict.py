"""Judges observations: loading, serving or failed, and by what was seen."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, TypeAlias

from llmhost.events import Check
from llmhost.facts.services import UnitState
from llmhost.probes.checks import checks_of, resident_item
from llmhost.probes.observation import ContainerSeen, Observation
from llmhost.spec.deployment import Deployment

State: TypeAlias = Literal["loading", "serving", "failed"]

LOG_LINES = 400  # as many as `observe` tells at once
_NOT_YET = {0, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What observations come to.

    Attributes:
        state: In a word.
        why: What it rests on, in a sentence.
        checks: Each thing that was looked at.
        cause: Of a failure: the known cause, where the log shows one.
        hint: Of a failure: what to do.
        log: Of a failure: the engine's last lines.
    """

    state: State
    why: str
    checks: tuple[Check, ...] = ()
    cause: str = ""
    hint: str = ""
    log: tuple[str, ...] = ()


@dataclass(slots=True)
class Watch:
    """Judges one observation after the other; remembers restarts, wrong answers and the log.

    Attributes:
        deployment: What should serve.
        patience: How often a wrong answer must be seen before it is believed: a server may stumble
            while it starts.
        weights_gb: Size of the weights in GB; 0 where it is not known.
        log: The engine's last lines.
    """

    deployment: Deployment
    patience: int = 3
    weights_gb: float = 0.0
    log: list[str] = field(default_factory=list)
    _restarts: int | None = None
    _wrong: int = 0

    def judge(self, seen: Observation) -> Verdict:
        """The verdict after this observation."""
        self.log = (self.log + list(seen.log))[-LOG_LINES:]
        ended = self._ended(seen)
        if ended:
            return self._failed(ended)
        checks = checks_of(self.deployment, seen, self.weights_gb)
        missing = next((check for check in checks if check.outcome == "failed"), None)
        if missing is None:
            return Verdict("serving", "a real completion was answered", checks)
        if seen.completion is not None and not _still_loading(self.deployment, seen):
            self._wrong += 1
            if self._wrong >= self.patience:
                return self._failed(f"{missing.name}: {missing.seen}", checks)
        return Verdict("loading", f"{missing.name}: {missing.seen}", checks)

    def late(self, seconds: int, last: Verdict, beside: str = "") -> Verdict:
        """The verdict when the deadline has come; `beside` says what time did not count."""
        return self._failed(
            f"not ready after {seconds} seconds{beside}; last seen: {last.why}", last.checks
        )

    def _ended(self, seen: Observation) -> str:
        """Why nothing more is to be waited for; empty while there is something."""
        if ended := self._unit_ended(seen.unit):
            return ended
        if seen.unit and seen.unit.active == "activating":
            # After a boot the container is as its last life left it, until the unit starts it.
            return ""
        return self._container_ended(seen.container)

    def _unit_ended(self, unit: UnitState | None) -> str:
        if unit is None:
            return ""
        name, ended = self.deployment.unit, unit.result not in {"", "success"}
        match unit.active:
            case "failed":
                return f"the unit {name} failed ({unit.result})"
            case "inactive":
                return f"the unit {name} is not running"
            case "activating" if ended:
                return f"the unit {name} ended ({unit.result}) and waits to be started again"
            case _:
                return ""

    def _container_ended(self, container: ContainerSeen | None) -> str:
        if container is None:
            return ""
        if self._restarts is None:
            self._restarts = container.restarts
        if container.status in {"exited", "dead", "restarting"}:
            memory = ", killed for memory" if container.out_of_memory else ""
            return f"the engine ended with status {container.exit_code}{memory}"
        if container.restarts > self._restarts:
            return "the engine ended and was started again"
        return ""

    def _failed(self, why: str, checks: tuple[Check, ...] = ()) -> Verdict:
        for failure in self.deployment.profile.failures:
            for line in self.log:
                if re.search(failure.pattern, line):
                    return Verdict(
                        "failed",
                        why,
                        checks,
                        failure.cause,
                        failure.hint.replace("NAME", self.deployment.name),
                        tuple(self.log[-20:]),
                    )
        return Verdict("failed", why, checks, log=tuple(self.log[-20:]))


def _still_loading(deployment: Deployment, seen: Observation) -> bool:
    """Whether what is missing may simply not have come yet."""
    if seen.completion is not None and seen.completion.status in _NOT_YET:
        return True
    # A provider that says 200 to everything tells by its list of loaded models how far it is.
    readiness = deployment.profile.readiness
    return (
        readiness.while_loading == "ok"
        and readiness.resident is not None
        and resident_item(deployment, seen.resident) is None
    )

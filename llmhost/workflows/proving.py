"""The proof at the end of `up`: real questions and a load, before anybody relies on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from llmhost.errors import ExitStatus, ServingError
from llmhost.spec.checks import CheckFile
from llmhost.spec.gatefile import GateFile
from llmhost.workflows.gate import gate_on
from llmhost.workflows.place import Found
from llmhost.workflows.proof import Gated, Smoked
from llmhost.workflows.recorded import carried
from llmhost.workflows.session import Phases, Session
from llmhost.workflows.smoke import smoke_on

Shows: TypeAlias = Callable[[Smoked | Gated], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """What has to be shown.

    Attributes:
        shows: Shows a result, a bad one too.
        suites: The checks of `smoke`, by the names of their files; empty for none.
        gate: The load and its limits; None for none.
    """

    shows: Shows
    suites: Mapping[str, CheckFile] = field(default_factory=dict)
    gate: GateFile | None = None


class UnprovenError(ServingError):
    """It serves, and it takes more requests to say whether the limits hold."""

    exit_status = ExitStatus.NOT_ENOUGH_DATA


def prove(proof: Proof, session: Session, found: Found, name: str) -> None:
    """Returns once a deployment that serves has shown what it has to.

    Raises:
        ServingError: It has not; it goes on running.
        UnprovenError: There is not enough data to say.
    """
    deployment, phases = carried(session, found.transport).named(name), Phases(session.report)
    if proof.suites:
        with phases.phase("smoke", "real questions"):
            smoked = smoke_on(session, found, deployment, proof.suites)
        proof.shows(smoked)
        if not smoked.passed:
            raise _failed(ServingError, found, name, "does not pass `smoke`", smoked.why)
    if proof.gate:
        with phases.phase("gate", "load"):
            gated = gate_on(session, found, deployment, proof.gate)
        proof.shows(gated)
        _refuse(found, name, gated)


def _refuse(found: Found, name: str, gated: Gated) -> None:
    if gated.verdict == "pass":
        return
    bad = next(one for one in gated.judged if one.verdict == gated.verdict)
    why = f"{bad.name}: {bad.why}"
    if gated.verdict == "fail":
        raise _failed(ServingError, found, name, "does not pass `gate`", why)
    what = "has not passed `gate`: there is not enough data"
    raise _failed(UnprovenError, found, name, what, why)


def _failed(kind: type[ServingError], found: Found, name: str, what: str, why: str) -> ServingError:
    return kind(
        f"{name} is up, and {what}",
        why=why,
        hint=f"it goes on running on {found.transport.name}: `llmhost logs {name} "
        f"{found.place.flags}` shows why, `llmhost down {name} {found.place.flags}` ends it",
    )

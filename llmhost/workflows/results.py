"""What workflows come back with: the values behind every table and every `-o json` document."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.events import Check, Outcome
from llmhost.planning.plan import Plan

Health: TypeAlias = Literal["serving", "loading", "failing", "stopped", "absent", "unknown"]


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """How long a phase took, in seconds of wall time."""

    phase: str
    title: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one step."""

    title: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """The end of a good `up`: a real completion was answered.

    Attributes:
        name: The deployment's name.
        provider: Provider name, such as `vllm`.
        model: The id clients put into `"model"`.
        endpoint: Base URL of the API, as seen on the host itself.
        host: The host, such as `debian@127.0.1.1`.
        where: The flags that name this place, such as `--cloud sandbox`.
        changed: How many steps changed something.
        steps: All steps.
        checks: What was observed of the running service, the completion among them.
        phases: Seconds per phase.
        usd_per_hour: Price in US dollars; None where there is no bill.
        simulated: What of it is simulated; empty where everything is real.
    """

    name: str
    provider: str
    model: str
    endpoint: str
    host: str
    where: str
    changed: int
    steps: tuple[StepResult, ...]
    checks: tuple[Check, ...]
    phases: tuple[PhaseTime, ...]
    usd_per_hour: float | None = None
    simulated: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What `up` would do; `changes` counts what would really change."""

    plan: Plan
    changes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A deployment that exists, as a line of `ls`."""

    name: str
    provider: str
    model: str
    gpus: str
    where: str
    place: str
    state: str
    created: str
    usd_per_hour: float | None = None
    simulated: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything llmhost made, and the clouds that could not be asked, with the reason."""

    deployments: tuple[Entry, ...]
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How a deployment is, by what was observed now.

    Attributes:
        health: In a word.
        why: What it rests on, in a sentence.
        checks: Each observation.
        drift: Steps whose thing is not as it should be.
    """

    name: str
    provider: str
    model: str
    endpoint: str
    host: str
    health: Health
    why: str
    checks: tuple[Check, ...]
    drift: tuple[str, ...] = ()
    simulated: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """The end of a good `down`: what no longer exists, and what was left because it is not ours."""

    name: str
    removed: tuple[str, ...]
    left: tuple[str, ...] = ()

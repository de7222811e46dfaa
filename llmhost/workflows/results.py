"""What workflows come back with: the values behind every table and every `-o json` document."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.cloud.keeping import Finding, Waste
from llmhost.cloud.offers import Attempt, Offer
from llmhost.events import Check, Outcome
from llmhost.fit.report import Beside
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
class Memory:
    """How a deployment fits into the memory of its GPUs, by estimate; sizes in bytes per GPU.

    Attributes:
        verdict: `fits`, `tight` or `does not fit`.
        reasons: Why it is tight, or does not fit.
        budget: What the provider may fill.
        weights: The weights.
        cache: The KV cache of the requests that the provider makes room for, one at least.
        least: Everything else, at least.
        most: Everything else, at most.
        longest: The longest context that surely has room, in tokens.
        likely: What is likely to happen all the same; empty where it fits.
    """

    verdict: str
    reasons: tuple[str, ...]
    budget: int
    weights: int
    cache: int
    least: int
    most: int
    longest: int
    likely: str = ""


@dataclass(frozen=True, slots=True)
class RunnerAt:
    """A CI runner that is online.

    Attributes:
        name: What it is called where it is registered.
        at: Where that is, such as `github:OWNER/REPO`.
        labels: All of its labels; the one that begins with `llmhost-` is of this host alone.
    """

    name: str
    at: str
    labels: tuple[str, ...]


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
        machine_type: The cloud's name for the machine's kind; empty for a host of one's own.
        place: The machine's zone or computer.
        expires: When the cloud deletes it by itself, RFC 3339 in UTC; empty for never.
        attempts: What was tried to have the machine, if this command made it.
        memory: What the engine said it took, beside the estimate; empty where it did not start now.
        runner: The CI runner beside it; null where none was asked for.
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
    machine_type: str = ""
    place: str = ""
    expires: str = ""
    attempts: tuple[Attempt, ...] = ()
    memory: tuple[Beside, ...] = ()
    runner: RunnerAt | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What `up` would do.

    Attributes:
        plan: What would happen, in order.
        changes: How much of it would really change something.
        offers: Ways to have the machine, the cheapest first, up to the first few that may be taken;
            empty where there is a machine or none is needed.
        ttl_seconds: After so long the cloud would delete the machine; None for never.
        memory: How it fits; None where nothing new is to fit, or nobody knows.
        not_judged: Why nobody knows how it fits; empty where it was judged, or nothing new is to
            fit.
    """

    plan: Plan
    changes: int
    offers: tuple[Offer, ...] = ()
    ttl_seconds: int | None = None
    memory: Memory | None = None
    not_judged: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A deployment that exists, as a line of `ls`.

    Attributes:
        name: The deployment's name.
        provider: Provider name, such as `vllm`.
        model: The model it serves.
        gpus: Number and model of its GPUs.
        where: The flags that name this place, such as `--cloud sandbox`.
        place: The machine's zone or computer.
        state: Of the machine.
        created: When the machine was made, RFC 3339 in UTC.
        usd_per_hour: Price in US dollars; None where there is no bill, none is known, or the
            machine is stopped and costs its disk alone.
        simulated: What of it is simulated; empty where everything is real.
        machine_type: The cloud's name for the machine's kind; empty where it has none.
        expires: When the cloud deletes it by itself, RFC 3339 in UTC; empty for never, as for one
            that is stopped.
        owner: Who made it.
        billed: Whether its cloud sends a bill.
        swept_after: From when on `gc` ends it, for one that is stopped; empty for never.
    """

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
    machine_type: str = ""
    expires: str = ""
    owner: str = ""
    billed: bool = False
    swept_after: str = ""

    @property
    def cloud(self) -> str:
        """The cloud it is in."""
        return self.where.removeprefix("--cloud ").partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything llmhost made.

    Attributes:
        deployments: One for each machine.
        unasked: Clouds that could not be asked, with the reason.
        unused: What costs money though its machine is gone; `gc` deletes it.
    """

    deployments: tuple[Entry, ...]
    unasked: tuple[str, ...] = ()
    unused: tuple[Waste, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How a deployment is, by what was observed now.

    Attributes:
        health: In a word.
        why: What it rests on, in a sentence.
        checks: Each observation.
        drift: Steps whose thing is not as it should be.
        memory: What the engine's log says it took, beside the estimate.
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
    memory: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """The end of a good `down`.

    Attributes:
        name: The deployment's name.
        removed: What no longer exists.
        left: What was left because others may use it.
        kept: What could not be removed, each with the reason and what to do about it.
    """

    name: str
    removed: tuple[str, ...]
    left: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extended:
    """The end of a good `extend`: until when the machine lives, empty for until it is ended."""

    name: str
    place: str
    expires: str
    usd_per_hour: float | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """The end of `gc`.

    Attributes:
        waste: What was found, of llmhost's own and needed by nobody.
        deleted: How much of it is gone now; 0 with `--dry-run`.
        kept: What could not be deleted, each with the reason.
        unasked: Clouds that could not be asked, with the reason.
    """

    waste: tuple[Waste, ...]
    deleted: int = 0
    kept: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What `doctor` found in one cloud."""

    cloud: str
    findings: tuple[Finding, ...]

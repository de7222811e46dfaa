"""What happened, as values: workflows report events, `ui` renders them, scripts read them as JSON.

An event never carries a secret.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["ok", "changed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """A part of the way up or down begins; phases follow each other and are timed."""

    phase: str
    title: str


@dataclass(frozen=True, slots=True)
class PhaseFinished:
    """A phase ended after `seconds` of wall time."""

    phase: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step is being applied."""

    title: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step was checked or applied; `detail` says in a few words what it came to."""

    title: str
    outcome: Outcome
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come, in the words of the program that does it.

    Attributes:
        job: What is under way: `image`, `weights`, `packages`, `load`.
        done: Bytes done so far.
        total: Bytes in all; 0 while the program has not said.
        text: What it is busy with, for a person.
    """

    job: str
    done: int = 0
    total: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line from a program on the host, worth showing while somebody waits."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know; `warning` when it may hurt."""

    text: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class MachineExists:
    """A machine exists, or is asked for and may exist from now on: it costs money.

    Attributes:
        name: The deployment's name.
        machine_type: The cloud's name for its kind.
        place: Zone or computer.
        usd_per_hour: Price in US dollars per hour while it runs; None where none is known.
        expires: When the cloud deletes it by itself, RFC 3339 in UTC; empty for never.
        stopped: Whether it is stopped: it costs its disk alone, and does not end by itself.
    """

    name: str
    machine_type: str
    place: str
    usd_per_hour: float | None = None
    expires: str = ""
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class OfferTried:
    """A machine was asked for, and it is known what came of it.

    Attributes:
        machine_type: The cloud's name for its kind.
        place: Zone or computer.
        provisioning: `on-demand`, `spot` or `flex-start`.
        gpu: GPU model; empty without GPUs.
        gpus: How many of them.
        usd_per_hour: Price in US dollars per hour; None where none is known.
        price_date: Day of the price, ISO 8601; empty without one.
        outcome: `made`, or in a word why not: `stockout`, `quota`, ...
        words: The same as a sentence, with what the cloud said.
    """

    machine_type: str
    place: str
    provisioning: Literal["on-demand", "spot", "flex-start"]
    gpu: str
    gpus: int
    usd_per_hour: float | None
    price_date: str
    outcome: str
    words: str


@dataclass(frozen=True, slots=True)
class MachineGone:
    """A machine does not exist any more: the cloud says so."""

    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at and what was seen.

    Attributes:
        name: What was asked, such as `completion` or `gpu in container`.
        outcome: `ok`, or `failed`; `skipped` where the question does not arise.
        seen: What was observed, in a few words.
    """

    name: str
    outcome: Outcome
    seen: str


Event: TypeAlias = (
    PhaseStarted
    | PhaseFinished
    | StepStarted
    | StepFinished
    | Progress
    | LogLine
    | Notice
    | OfferTried
    | MachineExists
    | MachineGone
)
Reporter: TypeAlias = Callable[[Event], None]


def ignore(_event: Event, /) -> None:
    """The reporter for callers who do not listen."""

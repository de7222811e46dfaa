"""The `-o json` documents the command line adds to the values of `workflows.results`."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from llmhost.cli.failure import Failure
from llmhost.workflows.results import Examined, Gone

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class OnHost(Generic[Result]):
    """What came of a command on one of several hosts: a result or a failure.

    Attributes:
        host: The host, as it was typed.
        result: What the command prints for a single host; null where it failed.
        failure: What went wrong; null where nothing did.
    """

    host: str
    result: Result | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Hosts(Generic[Result]):
    """What came of a command that was given several hosts, in the order they were typed."""

    hosts: tuple[OnHost[Result], ...]


@dataclass(frozen=True, slots=True)
class Departed:
    """What came of `down`.

    Attributes:
        gone: What no longer exists.
        failures: What could not be taken away.
        unasked: Clouds that could not be asked what there is, each with the reason.
    """

    gone: tuple[Gone, ...]
    failures: tuple[Failure, ...] = ()
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """The last lines of a provider's log, oldest first."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `doctor` found in each cloud."""

    clouds: tuple[Examined, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, as a line of `providers list`.

    Attributes:
        name: What is typed after `up`.
        title: The provider's own name.
        about: What it is good for.
        maturity: How far to trust it here.
        model: The model it serves unless another is asked for.
        gpus: The GPUs it takes unless others are asked for, such as `2 x l4`; empty for none.
        cpu: Whether `--gpus 0` is possible.
    """

    name: str
    title: str
    about: str
    maturity: str
    model: str
    gpus: str
    cpu: bool


@dataclass(frozen=True, slots=True)
class Providers:
    """Every provider there is a profile of, the user's own included."""

    providers: tuple[Provider, ...]

"""What somebody types, how it ends, and what its process finds instead of the world outside."""

import importlib
import os
import pkgutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import NoReturn

import llmhost.cli
import llmhost.cloud.gcp
import llmhost.ui
import llmhost.workflows
from llmhost.cli import wiring
from llmhost.cloud import base
from llmhost.errors import HostError
from llmhost.transport.base import Answer, LineHandler
from llmhost.workflows import doctor, down, gc, place
from tests.cli.front import Stream
from tests.cloud.gcp.bench import Bench

# Whatever a command imports when it is typed is imported here, once.
for _package in (llmhost.cli, llmhost.workflows, llmhost.ui, llmhost.cloud.gcp):
    for _module in pkgutil.iter_modules(_package.__path__, f"{_package.__name__}."):
        importlib.import_module(_module.name)

KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Command:
    """A command line.

    Attributes:
        args: What is typed after `llmhost`.
        dies_at: The moment at which its process gets a signal; None lets it live.
        signal: Which; Ctrl-C is SIGINT.
        answer: What somebody at a terminal types; None where nobody sits.
        meanwhile: What happens while they think about it.
    """

    args: tuple[str, ...]
    dies_at: int | None = None
    signal: int = signal.SIGKILL
    answer: str | None = None
    meanwhile: Callable[[], object] = lambda: None


class Somebody(Stream):
    """Who sits at the terminal of a command, if anybody does."""

    def __init__(self, command: Command) -> None:
        super().__init__(command.answer or "", terminal=command.answer is not None)
        self._meanwhile = command.meanwhile

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # a stream of text
        self._meanwhile()
        return super().readline(size)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit status, or the signal that killed it, and what it said."""

    status: int
    stdout: str
    stderr: str


class NoHost:
    """A host behind a double without machines: there is none."""

    name = "nowhere"

    def run(self, _script: str, /, _on_line: LineHandler | None = None) -> Answer:
        raise HostError("there is no host behind this double")

    def stream(self, _port: int, /) -> NoReturn:
        raise ConnectionRefusedError("there is no host behind this double")

    def close(self) -> None:
        pass


def environ(bench: Bench) -> Mapping[str, str]:
    """The environment of a command."""
    return {**bench.environ, "PATH": os.environ["PATH"], "LLMHOST_CLOUD": "gcp", "TERM": "dumb"}


def seams(**more: object) -> Mapping[ModuleType, Mapping[str, object]]:
    """What is replaced in every command: nobody is connected to, and this cloud is the only one.

    Args:
        more: What else of `wiring`.
    """
    return {
        wiring: {"connect": lambda _address, **_: NoHost(), **more},
        **{module: {"DRIVERS": {"gcp": ""}} for module in (base, place, down, gc, doctor)},
    }

"""Commands that can be killed at any moment: each is a process of its own, forked from this one.

A fork has everything imported already, so that a command costs a fraction of a second, and dies as
any process does: `kill -9`, no `finally`, no `atexit`. The moments at which it can die are those at
which something is known or promised outside of it: before and after each call to Compute Engine,
before and after a request is written to the journal.
"""

import functools
import importlib
import os
import pkgutil
import shlex
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from google.cloud import compute_v1  # noqa: F401  imported here, not in each child

import llmhost.cli
import llmhost.cloud.gcp
import llmhost.spec.document as documents
import llmhost.ui
import llmhost.workflows
from llmhost.cli import wiring
from llmhost.cli.invocation import Invocation
from llmhost.cli.main import run
from llmhost.cloud import base
from llmhost.cloud.gcp.calls import Calls
from llmhost.cloud.gcp.journal import Journal
from llmhost.errors import HostError
from llmhost.transport.base import Answer, LineHandler
from llmhost.ui.terminal import Terminal
from llmhost.workflows import doctor, down, gc, place
from tests.cli.front import Stream
from tests.cloud.gcp.bench import Bench

if TYPE_CHECKING:
    from types import ModuleType

# Whatever a command imports when it is typed is imported here, once.
for _package in (llmhost.cli, llmhost.workflows, llmhost.ui, llmhost.cloud.gcp):
    for _module in pkgutil.iter_modules(_package.__path__, f"{_package.__name__}."):
        importlib.import_module(_module.name)

# Profiles and tables are the same in every run; reading YAML is most of what a command does.
documents.read_document = functools.lru_cache(maxsize=64)(documents.read_document)

KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Command:
    """A command line.

    Attributes:
        args: What is typed after `llmhost`.
        dies_at: The moment at which its process gets a signal; None lets it live.
        signal: Which; Ctrl-C is SIGINT.
        answer: What somebody at a terminal types; None where nobody sits.
    """

    args: tuple[str, ...]
    dies_at: int | None = None
    signal: int = signal.SIGKILL
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit status, or the signal that killed it, and what it said."""

    status: int
    stdout: str
    stderr: str


def together(bench: Bench, *commands: Command) -> list[Ended]:
    """Runs commands at the same time, each in a process of its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    children = [begin(bench, command) for command in commands]
    return [ended(*child) for child in children]


def alone(bench: Bench, *args: str) -> Ended:
    """Runs one command that lives."""
    (done,) = together(bench, Command(args))
    return done


class _NoHost:
    """A host behind a double without machines: there is none."""

    name = "nowhere"

    def run(self, _script: str, /, _on_line: LineHandler | None = None) -> Answer:
        raise HostError("there is no host behind this double")

    def close(self) -> None:
        pass


def begin(bench: Bench, command: Command) -> tuple[int, int, int]:
    """Starts a command: its process, and the pipes with what it says."""
    (out_read, out_write), (err_read, err_write) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _be(bench, command, out_write, err_write)
        finally:
            os._exit(99)  # whatever escapes must not go on being a test
    os.close(out_write)
    os.close(err_write)
    return child, out_read, err_read


def _be(bench: Bench, command: Command, out: int, err: int) -> NoReturn:
    """The child: a command line with the double for a cloud."""
    somebody = command.answer is not None
    stdin, stdout = Stream(command.answer or "", terminal=somebody), Stream()
    stderr = Stream(terminal=somebody)
    environ = {**bench.environ, "PATH": os.environ["PATH"], "LLMHOST_CLOUD": "gcp", "TERM": "dumb"}
    _use(bench, environ)
    if command.dies_at is not None:
        _count_down(command.dies_at, command.signal)
    typed = shlex.join(["llmhost", *command.args])
    terminal = Terminal(stdin, stdout, stderr, environ)
    status = 98
    try:
        status = run(command.args, Invocation(typed=typed, terminal=terminal))
    finally:
        # Pipes hold 64 KiB, which nobody empties before the end.
        os.write(out, stdout.getvalue().encode()[:60000])
        os.write(err, stderr.getvalue().encode()[-60000:])
        if status == 98:
            import traceback  # noqa: PLC0415  only then

            os.write(err, traceback.format_exc().encode()[-4000:])
        os._exit(status)


def _use(bench: Bench, environ: Mapping[str, str]) -> None:
    """Puts the double where the clouds are; this process is nobody else's any more."""
    os.environ.clear()
    os.environ.update(environ)
    seams: dict[ModuleType, dict[str, object]] = {
        wiring: {"driver": lambda _name: bench.driver, "connect": lambda _address, **_: _NoHost()},
        # Only this cloud: what else is on this computer is nobody's business here.
        **{module: {"DRIVERS": {"gcp": ""}} for module in (base, place, down, gc, doctor)},
    }
    for module, replaced in seams.items():
        for name, value in replaced.items():
            setattr(module, name, value)


def _count_down(moments: int, number: int) -> None:
    left = moments

    def moment() -> None:
        nonlocal left
        left -= 1
        if left == -1:
            os.kill(os.getpid(), number)

    def mortal(work: Callable[..., Any]) -> Callable[..., Any]:
        def die_or_work(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  whatever it takes
            moment()
            done = work(*args, **kwargs)
            moment()
            return done

        return die_or_work

    Calls._call = mortal(Calls._call)  # type: ignore[method-assign]  # noqa: SLF001  the one door out
    Journal.keep = mortal(Journal.keep)  # type: ignore[method-assign]


def ended(child: int, out: int, err: int) -> Ended:
    """Waits for the end of what `begin` has begun."""
    with os.fdopen(out, "rb") as stdout, os.fdopen(err, "rb") as stderr:
        said, told = stdout.read().decode(), stderr.read().decode()
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), said, told)

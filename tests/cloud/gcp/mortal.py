"""Commands that run in this process and die at any moment, hundreds of them in a minute.

Death is an exception that nothing catches, at a call to Compute Engine or at a line of the journal,
before it or after it; from then on the command reaches nothing any more, whichever of its threads
tries. `forked.py` has the same with processes and `kill -9`, which takes fifty times as long.
"""

import itertools
import shlex
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from llmhost.cli.invocation import Invocation
from llmhost.cli.main import run
from llmhost.cloud.gcp.compute import Compute
from llmhost.cloud.gcp.driver import GcpDriver
from llmhost.cloud.gcp.journal import Entry, Journal
from llmhost.ui.terminal import Terminal
from tests.cli.front import Stream
from tests.cloud.gcp.bench import Bench
from tests.cloud.gcp.direct import DirectCalls
from tests.cloud.gcp.typed import KILLED, Command, Ended, Somebody, environ
from tests.fake_gce import FakeGce

# Beyond Linux's largest, so that none is the number of a process that there is.
_numbers = itertools.count(2**22 + 1)
_alive: set[int] = set()


class DeadError(BaseException):
    """The command has died: nothing may catch this."""


@dataclass
class Life:
    """One command's.

    Attributes:
        left: So many moments are left to it; None is forever.
        process: Its number.
    """

    left: int | None
    process: int = field(default_factory=lambda: next(_numbers))
    lock: Lock = field(default_factory=Lock)

    def moment(self) -> None:
        """One of the moments at which something outside is known or promised."""
        with self.lock:
            if self.left is None:
                return
            self.left -= 1
            if self.left < 0:
                raise DeadError


@dataclass(frozen=True, slots=True)
class _MortalJournal(Journal):
    life: Life = field(kw_only=True)

    def keep(self, name: str, entry: Entry) -> None:
        self.life.moment()
        Journal.keep(self, name, entry)
        self.life.moment()

    def drop(self, name: str, entry: Entry) -> None:
        self.life.moment()
        Journal.drop(self, name, entry)


def together(bench: Bench, *commands: Command) -> list[Ended]:
    """Runs commands at the same time, each in a thread of its own."""
    if len(commands) == 1:
        return [_run(bench, commands[0])]
    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(lambda command: _run(bench, command), commands))


def alone(bench: Bench, *args: str) -> Ended:
    """Runs one command that lives."""
    return _run(bench, Command(args))


def _run(bench: Bench, command: Command) -> Ended:
    stdin, stdout, stderr = Somebody(command), Stream(), Stream(terminal=command.answer is not None)
    life = Life(command.dies_at)
    invocation = Invocation(
        typed=shlex.join(["llmhost", *command.args]),
        terminal=Terminal(stdin, stdout, stderr, environ(bench)),
        drivers={"gcp": _driver(bench, life)},
    )
    _alive.add(life.process)
    try:
        status = run(command.args, invocation)
    except DeadError:
        status = KILLED
    finally:
        _alive.discard(life.process)
    return Ended(status, stdout.getvalue(), stderr.getvalue())


def _driver(bench: Bench, life: Life) -> GcpDriver:
    driver = bench.driver
    gce = bench.gce
    assert isinstance(gce, FakeGce)
    parts = driver._parts  # noqa: SLF001  what it works with is made when it is first needed
    parts.compute = Compute(DirectCalls(gce, life.moment))
    parts.journal = _MortalJournal(
        parts.state, parts.account.project, life.process, _alive.__contains__, life=life
    )
    return driver

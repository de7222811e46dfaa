"""Commands that can be killed at any moment: each is a process of its own, forked from this one.

A fork has everything imported already, so that a command costs a fraction of a second, and dies as
any process does: `kill -9`, no `finally`, no `atexit`. The moments at which it can die are those at
which something is known or promised outside of it: before and after each call to Compute Engine,
before and after a request is written to the journal.
"""

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from google.cloud import compute_v1  # noqa: F401  imported here, not in each child

from llmhost.cli.invocation import Invocation
from llmhost.cli.main import run
from llmhost.cloud.gcp.calls import Calls
from llmhost.cloud.gcp.journal import Journal
from llmhost.ui.terminal import Terminal
from tests.cli.front import Stream
from tests.cloud.gcp.bench import Bench
from tests.cloud.gcp.typed import Command, Ended, Somebody, environ, seams

_CALL, _KEEP = Calls._call, Journal.keep  # noqa: SLF001  the one door out, and the journal


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
    stdin, stdout = Somebody(command), Stream()
    stderr = Stream(terminal=command.answer is not None)
    known = environ(bench)
    _use(bench, known)
    if command.dies_at is not None:
        _count_down(command.dies_at, command.signal)
    typed = shlex.join(["llmhost", *command.args])
    terminal = Terminal(stdin, stdout, stderr, known)
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


def _use(bench: Bench, known: Mapping[str, str]) -> None:
    """Puts the double where the clouds are; this process is nobody else's any more."""
    # Whoever began this one may be about to die; that is no reason for this one to.
    Calls._call, Journal.keep = _CALL, _KEEP  # type: ignore[method-assign]  # noqa: SLF001  below
    os.environ.clear()
    os.environ.update(known)
    for module, replaced in seams(driver=lambda _name: bench.driver).items():
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

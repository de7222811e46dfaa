"""An `up` that finds nothing to do, as a whole process, against plain ssh and against two tools.

The host is a sandbox machine; it is reached with `--host`, so that a longer wire can lie before it.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import rival
from benchmarks.exchange import AT_MOST
from benchmarks.startup import LLMHOST
from benchmarks.target import Target
from benchmarks.timing import Comparison, Contender, take_turns
from llmhost.transport.base import Address

NAME = "llmhost-bench"
WHAT = ("up", "llamacpp", "--gpus", "0", "--name", NAME, "--yes")

# How many times faster than each tool, by round-trip time in ms.
FASTER: dict[str, dict[int, float]] = {
    "pyinfra": {0: 3.5, 50: 8, 150: 12},
    "ansible": {0: 11, 50: 15, 150: 16},
}


@contextlib.contextmanager
def machine() -> Iterator[Address]:
    """A sandbox machine that serves, taken away afterwards."""
    from llmhost.cloud.sandbox.driver import SandboxDriver  # noqa: PLC0415  imports much

    try:
        subprocess.run([LLMHOST, *WHAT, "--cloud", "sandbox"], check=True, stdout=sys.stderr)
        found = SandboxDriver().find(NAME)
        if found is None or found.address is None:
            raise LookupError(f"the machine {NAME} is not there after `llmhost up`")
        yield found.address
    finally:
        down = [LLMHOST, "down", NAME, "--cloud", "sandbox", "--yes"]
        subprocess.run(down, check=True, stdout=sys.stderr)


def up(target: Target, hosts: int = 1) -> Contender:
    """The command, for the first of the ways to a host or for several."""
    names = target.names[:hosts]
    argv = (LLMHOST, *WHAT, *(word for name in names for word in ("--host", name)))
    return Contender(f"llmhost up, {len(names)} x", argv, environ=target.environ)


def record(target: Target, folder: Path) -> None:
    """Keeps what an unchanged `up` asks of a machine, and what that answers."""
    mine = up(target)
    subprocess.run(mine.argv, check=True, env=mine.environ, capture_output=True)
    argv = (sys.executable, "-m", "benchmarks.recorded", str(folder), *mine.argv[1:])
    subprocess.run(argv, check=True, env=mine.environ, capture_output=True)


def compare(target: Target, recorded: Path, runs: int) -> Iterator[Comparison]:
    """Against one plain `ssh host bash -s` with all that was asked of the host."""
    argv = (*target.ssh, "sudo", "-n", "bash", "-s")
    plain = Contender("ssh bash -s", argv, recorded / "all.bash", target.environ)
    subject, yardstick = take_turns((up(target), plain), runs)
    at_most = AT_MOST.get(target.rtt_ms)
    yield Comparison("unchanged up", target.rtt_ms, subject, yardstick, at_most)


def compare_rivals(target: Target, runs: int) -> Iterator[Comparison]:
    """Against pyinfra and Ansible with nothing left to do either."""
    rival.install()
    for other in (rival.pyinfra(target), rival.ansible(target)):
        subject, yardstick = take_turns((up(target), other), runs)
        faster = FASTER[other.name].get(target.rtt_ms)
        at_most = 1 / faster if faster else None
        yield Comparison("unchanged up", target.rtt_ms, subject, yardstick, at_most)

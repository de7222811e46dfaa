"""Wall time of whole processes, taken in turns so that a slow minute hurts all of them alike."""

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Contender:
    """A program to time.

    Attributes:
        name: How the table calls it.
        argv: What is run.
        stdin: A file it reads; None for nothing.
        environ: Its whole environment; None for this process's own.
    """

    name: str
    argv: tuple[str, ...]
    stdin: Path | None = None
    environ: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of wall time of the runs of one program."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure that is compared; one slow or one lucky run does not move it."""
        return statistics.median(self.seconds)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One program held against another.

    Attributes:
        case: What was done.
        rtt_ms: Round-trip time to the host, in milliseconds; None where there is no host.
        subject: The one that is to be fast.
        yardstick: The one it is held against.
        at_most: The largest ratio of medians that meets the target; None for a figure to know.
    """

    case: str
    rtt_ms: int | None
    subject: Timing
    yardstick: Timing
    at_most: float | None

    @property
    def ratio(self) -> float:
        """Median of the subject over median of the yardstick."""
        return self.subject.median / self.yardstick.median

    @property
    def met(self) -> bool:
        """Whether the target is met; true where there is none."""
        return self.at_most is None or self.ratio <= self.at_most


class FailedRunError(Exception):
    """A program that was to be timed did not do what it should."""


def take_turns(contenders: Sequence[Contender], runs: int) -> list[Timing]:
    """Runs each program once uncounted and then `runs` times, in turns: A B A B.

    Raises:
        FailedRunError: One ended with an exit status other than 0.
    """
    seconds: list[list[float]] = [[] for _ in contenders]
    for turn in range(runs + 1):
        for contender, taken in zip(contenders, seconds, strict=True):
            wall = _once(contender)
            if turn:
                taken.append(wall)
    return [
        Timing(contender.name, tuple(taken))
        for contender, taken in zip(contenders, seconds, strict=True)
    ]


def _once(contender: Contender) -> float:
    with (contender.stdin or Path("/dev/null")).open("rb") as stdin:
        begun = time.perf_counter()
        done = subprocess.run(
            contender.argv,
            stdin=stdin,
            capture_output=True,
            env=contender.environ,
            check=False,
        )
        wall = time.perf_counter() - begun
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
        raise FailedRunError(f"{contender.name}: exit status {done.returncode}\n{said}")
    return wall

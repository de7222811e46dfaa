"""How long the program takes before it does anything, and for what needs no host."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import Comparison, Contender, take_turns

_PYTHON = sys.executable
LLMHOST = str(Path(_PYTHON).with_name("llmhost"))
_TYPER = (_PYTHON, str(Path(__file__).with_name("one_command.py")))


@dataclass(frozen=True, slots=True)
class Pair:
    """A quick command of llmhost's, and the same kind of thing without llmhost."""

    subject: Contender
    yardstick: Contender
    at_most: float


def pairs(folder: Path) -> tuple[Pair, ...]:
    """What is held against what; files are written into the folder."""
    nothing = Contender("python -c pass", (_PYTHON, "-c", "pass"))
    help_page = Contender("typer app --help", (*_TYPER, "--help"))
    command = Contender("typer app", _TYPER)
    render = ("render", "vllm", "--gpus", "2", "--out", str(folder / "rendered"))
    fit = ("fit", "Qwen/Qwen3-32B-AWQ", "--gpu", "l4", "--gpus", "2", "--offline")
    return (
        Pair(_llmhost("--version"), nothing, 3.0),
        Pair(_llmhost("--help"), help_page, 1.15),
        Pair(_llmhost("providers", "list"), command, 2.5),
        Pair(_llmhost(*render), command, 2.5),
        Pair(_llmhost(*fit), command, 2.5),
    )


def compare(runs: int, folder: Path) -> Iterator[Comparison]:
    """Each pair in turns."""
    for pair in pairs(folder):
        mine, other = take_turns((pair.subject, pair.yardstick), runs)
        yield Comparison("start-up", None, mine, other, pair.at_most)


def _llmhost(*args: str) -> Contender:
    return Contender(f"llmhost {' '.join(args[:2])}", (LLMHOST, *args))

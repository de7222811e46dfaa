"""How long the program takes before it does anything, and for what needs no host."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Comparison, Contender, take_turns

_PYTHON = sys.executable
LLMHOST = str(Path(_PYTHON).with_name("llmhost"))
_TYPER = (_PYTHON, str(Path(__file__).with_name("one_command.py")))


def compare(runs: int, folder: Path) -> Iterator[Comparison]:
    """Each of llmhost's quick commands, and the same kind of thing without llmhost."""
    nothing = Contender("python -c pass", (_PYTHON, "-c", "pass"))
    help_page = Contender("typer app --help", (*_TYPER, "--help"))
    command = Contender("typer app", _TYPER)
    fit = ("fit", "Qwen/Qwen3-32B", "--gpu", "l4", "--gpus", "2", "--offline")
    render = ("render", "vllm", "--gpus", "2", "--out", str(folder / "rendered"))
    for args, yardstick, at_most in (
        (("--version",), nothing, 3.0),
        (("--help",), help_page, 1.15),
        (("providers", "list"), command, 2.5),
        (render, command, 2.5),
        (fit, command, 2.5),
    ):
        subject = Contender(f"llmhost {' '.join(args[:2])}", (LLMHOST, *args))
        mine, other = take_turns((subject, yardstick), runs)
        yield Comparison("start-up", None, mine, other, at_most)

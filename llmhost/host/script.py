"""Puts the scripts together that are sent to a host, and reads what they print. Pure."""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from llmhost.transport.base import Answer

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PREAMBLE = f"export PATH={_PATH} LC_ALL=C.UTF-8\n"


@dataclass(frozen=True, slots=True)
class Job:
    """One step's effects, ready to run on a host: `calls` in order, the first failure ends it."""

    number: int
    title: str
    lane: str
    calls: tuple[tuple[str, ...], ...]


def call(argv: Iterable[str], /) -> str:
    """One call as bash source, each argument one word whatever it holds."""
    return shlex.join(argv)


@cache
def library(*names: str) -> str:
    """The bash functions of those files, without the comments that only readers need."""
    return "".join(_without_comments(_source(f"{name}.bash")) for name in names)


@cache
def program(name: str) -> str:
    """A program that is laid on the host as it is, such as `fetch.py`."""
    return _source(name)


def gather(questions: Sequence[tuple[str, ...]], mark: str, *, extra: str = "") -> str:
    """A script that asks all questions and frames each answer between lines that hold `mark`.

    Args:
        questions: Argv of each question.
        mark: A string that cannot be in any answer, such as 128 random bits in hexadecimal.
        extra: Bash definitions the questions rely on.
    """
    lines = [
        _PREAMBLE,
        library("facts", "observe"),
        extra,
        'ask() { "$@" 2>/dev/null </dev/null; printf "\\n%s %d\\n" "$mark" $?; }\n',
        f"mark={mark}\n",
        *(f"ask {call(question)}\n" for question in questions),
    ]
    return "".join(lines)


def answers(output: str, mark: str) -> tuple[Answer, ...]:
    """The answers of a `gather` script, in the order of its questions."""
    pieces = re.split(rf"\n{re.escape(mark)} (\d+)\n", output)
    return tuple(
        Answer(int(status), text, "")
        for text, status in zip(pieces[:-1:2], pieces[1::2], strict=True)
    )


def apply(jobs: Sequence[Job], holder: str) -> str:
    """A script that runs the jobs on the host; neighbours with a lane run side by side.

    Args:
        jobs: In order. Jobs without a lane wait for everything before them.
        holder: Who applies, for whoever finds the lock taken.
    """
    lines = [
        _PREAMBLE,
        library("apply", "effects", "native", "runner"),
        f"begin {shlex.quote(holder)}\n",
        *(call(("event", "title", str(job.number), job.title)) + "\n" for job in jobs),
        *(_job(job) for job in jobs),
    ]
    for group in _groups(jobs):
        lanes = _lanes(group)
        if len(lanes) == 1:
            lines += [f"step {job.number} job_{job.number} || finish $?\n" for job in group]
            continue
        for lane, members in lanes.items():
            steps = " && ".join(f"step {job.number} job_{job.number}" for job in members)
            lines.append(f"lane_{lane}() {{ {steps}; }}\n")
        lines.append(f"lanes {' '.join(f'lane_{lane}' for lane in lanes)} || finish $?\n")
    lines.append("finish 0\n")
    return "".join(lines)


def launch(source: str, title: str) -> str:
    """A script that starts an `apply` script in its unit and follows it."""
    start = call(("launch", title, source))
    return f"{_PREAMBLE}{library('follow')}{start} || exit\nfollow || exit\n"


def follow() -> str:
    """A script that follows the apply that runs already."""
    return f"{_PREAMBLE}{library('follow')}follow\n"


def _job(job: Job) -> str:
    body = " &&\n  ".join(call(argv) for argv in job.calls) or "true"
    return f"job_{job.number}() {{\n  {body}\n}}\n"


def _groups(jobs: Sequence[Job]) -> list[list[Job]]:
    groups: list[list[Job]] = []
    for job in jobs:
        if groups and job.lane and groups[-1][-1].lane:
            groups[-1].append(job)
        else:
            groups.append([job])
    return groups


def _lanes(group: Sequence[Job]) -> dict[str, list[Job]]:
    lanes: dict[str, list[Job]] = {}
    for job in group:
        lanes.setdefault(job.lane, []).append(job)
    return lanes


def _source(name: str) -> str:
    return files("llmhost.host").joinpath(name).read_text(encoding="utf-8")


def _without_comments(source: str) -> str:
    return "".join(
        line for line in source.splitlines(keepends=True) if not line.lstrip().startswith("#")
    )

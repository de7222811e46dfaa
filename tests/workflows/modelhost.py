"""A way to a machine in memory: it reads the scripts that are sent and does what they say."""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from llmhost.transport.base import Answer, LineHandler, Stream
from llmhost.transport.refusals import UnansweredError
from tests.workflows.engine import Engine, serves
from tests.workflows.machine import Machine

_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|[^\s'"();&|])+|&&|\|\||\(\)|;""")


@dataclass
class ModelHost:
    """A transport to a machine in memory.

    Attributes:
        machine: What is at the other end.
        engine: What is observed of its service.
        api: Port of this computer on which its API answers; 0 while nothing listens.
        key: The API key in its environment file.
        fails: Titles of steps that fail, with the last lines of the program that does.
        busy: Who is faster with an apply of their own, once.
        keeps: Effects that leave no trace, whatever they say.
        exchanges: What each exec was for, such as `("apply", "gather")`.
        done: Every effect that was done.
        silent: How many times nothing answers, as while it boots.
    """

    machine: Machine = field(default_factory=Machine)
    engine: Engine = serves
    api: int = 0
    key: str = ""
    fails: dict[str, Sequence[str]] = field(default_factory=dict)
    busy: str = ""
    keeps: str = ""
    exchanges: list[tuple[str, ...]] = field(default_factory=list)
    done: list[tuple[str, ...]] = field(default_factory=list)
    name: str = "debian@192.0.2.7"
    closed: bool = False
    silent: int = 0

    def run(self, script: str, /, on_line: LineHandler | None = None) -> Answer:
        if self.silent:
            self.silent -= 1
            raise UnansweredError(f"{self.name} cannot be reached", why="nothing listens there")
        kept: list[str] = []
        self.exchanges.append(())
        for line in self._lines(script):
            if isinstance(line, Answer):
                return line
            if isinstance(line, int):
                return Answer(line, "".join(kept), "")
            if on_line:
                on_line(line)
            else:
                kept.append(f"{line}\n")
        return Answer(0, "".join(kept), "")

    def stream(self, _port: int, /) -> Stream:
        if not self.api:
            raise ConnectionRefusedError(111, "Connection refused")
        return socket.create_connection(("127.0.0.1", self.api))

    def close(self) -> None:
        self.closed = True

    def _lines(self, script: str) -> Iterator[str | int | Answer]:
        """Lines of output; an exit status ends it, or an answer with its last words."""
        if found := re.search(r"^launch ", script, re.MULTILINE):
            self._note("apply")
            yield from self._apply(words(script[found.start() :], 3)[2])
        elif script.endswith("\nfollow\n"):
            self._note("follow")
            yield from ("title\t0\timage x", "step\t0\tstarted", "step\t0\tchanged\t9", "end\t0")
            self.machine.holder = ""
        if found := re.search(r"^mark=(\w+)$", script, re.MULTILINE):
            self._note("gather")
            yield from self._gather(script, found[1], words(script[found.end() :]))
        elif found := re.search(r"^watch (\d+)$", script, re.MULTILINE):
            self._note("watch")
            for _ in range(int(found[1])):
                yield from self.engine(variables(script))
        elif script.endswith("\napi_key\n"):
            self._note("key")
            yield self.key
        elif script.startswith(("docker container inspect", "journalctl")):
            self._note(script.strip())
            if script.startswith("docker") and not self.machine.containers:
                yield Answer(1, "", "Error response from daemon: No such container: llmhost-vllm")
            yield "a line of the log"

    def _note(self, what: str) -> None:
        self.exchanges[-1] += (what,)

    def _gather(self, script: str, mark: str, source: list[str]) -> Iterator[str]:
        for question in split(source, "ask"):
            if question == ("observe",):
                status, text = 0, "\n".join(self.engine(variables(script))) + "\n"
            else:
                status, text = self.machine.ask(question)
            yield from f"{text}\n{mark} {status}".split("\n")

    def _apply(self, source: str) -> Iterator[str | int]:
        if self.busy:
            yield f"busy\t{self.busy}"
            self.machine.holder, self.busy = self.busy, ""
            yield 75
        calls = words(source[source.rindex("\nbegin ") :])
        jobs = [job for job in split(calls, "event") if job[0] == "title"]
        for number, title in ((job[1], job[2]) for job in jobs):
            yield f"title\t{number}\t{title}"
        for number, title in ((job[1], job[2]) for job in jobs):
            yield f"step\t{number}\tstarted"
            if title in self.fails:
                yield from (f"evidence\t{number}\t{line}" for line in self.fails[title])
                yield f"step\t{number}\tfailed\t1"
                yield "end\t1"
                yield 1
            for effect in effects(calls, f"job_{number}"):
                self.done.append(effect)
                if effect[0] != self.keeps:
                    self.machine.do(effect)
            yield f"step\t{number}\tchanged\t1500"
        yield "end\t0"


def words(source: str, most: int | None = None) -> list[str]:
    """The first words of bash source, of which this understands what llmhost writes."""
    found = islice(_WORD.finditer(source), most)
    return [_QUOTED.sub(lambda quoted: quoted[1] or quoted[2] or "", word[0]) for word in found]


def split(source: list[str], before: str) -> Iterator[tuple[str, ...]]:
    """The words after each occurrence of a word."""
    starts = [index for index, word in enumerate(source) if word == before]
    for start, end in zip(starts, [*starts[1:], len(source)], strict=True):
        yield tuple(source[start + 1 : end])


def effects(source: list[str], job: str) -> list[tuple[str, ...]]:
    """The calls in the body of a function."""
    start = next(i for i, word in enumerate(source) if word == job and source[i + 1] == "()") + 3
    body = source[start : source.index("}", start)]
    calls: list[tuple[str, ...]] = [()]
    for word in body:
        if word == "&&":
            calls.append(())
        else:
            calls[-1] += (word,)
    return calls


def variables(script: str) -> Mapping[str, str]:
    """What `observe` goes by: the assignments before the questions."""
    start = script.index("\nname=")
    pairs = (word.partition("=") for word in words(script[start:], 14))
    return {key: value for key, equals, value in pairs if equals}

"""The command line as a user has it: a process of its own, its streams and its exit status."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self, TypeAlias

from llmhost.cloud.sandbox.infra.making import cache
from llmhost.cloud.sandbox.state import state_dir

PATIENCE = 240.0
"""Seconds after which a command that does not end has failed."""

Event: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    argv: tuple[str, ...]
    status: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:  # noqa: ANN401  whatever the command's schema says
        """What `-o json` printed: one document and nothing else."""
        return json.loads(self.stdout)

    def good(self) -> Self:
        """Itself, if it ended well."""
        assert self.status == 0, f"{self}"
        return self

    def __str__(self) -> str:
        return f"{' '.join(self.argv)} ended with {self.status}\n{self.stdout}\n{self.stderr}"


@dataclass(frozen=True, slots=True)
class Failed:
    """What a failure said, and that it was an expected one."""

    error: str
    why: str
    hint: str
    details: tuple[str, ...]
    exit_status: int

    @classmethod
    def read(cls, ended: Ended) -> "Failed":
        """Reads a failure, which has no traceback and is the same in every form."""
        assert ended.status, f"{ended}"
        assert "Traceback" not in ended.stderr, f"{ended}"
        said = ended.document
        told = {field.name: said[field.name] for field in fields(cls)}
        failed = cls(**{**told, "details": tuple(said["details"])})
        assert failed.exit_status == ended.status
        assert failed.error in ended.stderr, "people are told the same as programs"
        assert failed.hint, f"a failure says what to do next: {failed}"
        return failed


@dataclass(slots=True)
class Running:
    """A command under way, whose events are heard as they come."""

    process: subprocess.Popen[str]
    heard: list[Event] = field(default_factory=list)
    _lines: "queue.Queue[str]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._lines.put(line)
        self._lines.put("")

    def events(self) -> Iterator[Event]:
        """Events as they come, until the command ends."""
        deadline = time.monotonic() + PATIENCE
        while line := self._lines.get(timeout=max(0.1, deadline - time.monotonic())):
            if not line.startswith("{"):
                rest = "".join(iter(self._lines.get, ""))
                raise AssertionError(f"it told what is no event: {line}{rest}")
            self.heard.append(json.loads(line))
            yield self.heard[-1]

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        """Returns the first event of that kind."""
        for event in self.events():
            if wanted(event):
                return event
        raise AssertionError(f"it ended before that: {self.heard[-5:]}")

    def kill(self) -> None:
        """Ends it as `kill -9` does: it cannot tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ended(self) -> Ended:
        """Waits for its end."""
        for _ in self.events():
            pass
        assert self.process.stdout
        output = self.process.stdout.read()
        told = "\n".join(json.dumps(event) for event in self.heard)
        return Ended(tuple(map(str, self.process.args)), self.process.wait(), output, told)  # type: ignore[arg-type]  # argv is a list


@dataclass(frozen=True, slots=True)
class Llmhost:
    """Runs command lines, with an empty home of their own and nothing else of the tester's.

    Attributes:
        home: Home directory of the user who types them.
        environ: Further environment.
    """

    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *words: str, timeout: float = PATIENCE) -> Ended:
        """Runs one command to its end."""
        argv = self._argv(words)
        done = subprocess.run(
            argv,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(("llmhost", *words), done.returncode, done.stdout, done.stderr)

    def json(self, *words: str) -> Any:  # noqa: ANN401  whatever the command's schema says
        """The document of a command that ends well."""
        return self(*words, "-o", "json").good().document

    def fails(self, *words: str) -> Failed:
        """What a command that fails as expected says."""
        return Failed.read(self(*words, "-o", "json"))

    @contextlib.contextmanager
    def start(self, *words: str) -> Iterator[Running]:
        """Starts a command that is followed by its events; it never outlives the block."""
        with subprocess.Popen(
            self._argv((*words, "--events")),
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield Running(process)
            finally:
                process.kill()

    def knowing(self, **environ: str) -> "Llmhost":
        """The same with more environment."""
        return Llmhost(self.home, {**self.environ, **environ})

    def _argv(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "llmhost", *words]

    def _environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            # What the sandbox has made is shared with the tester's own, whatever the home is.
            "XDG_STATE_HOME": str(state_dir().parents[1]),
            "XDG_CACHE_HOME": str(cache().parents[1]),
            **self.environ,
        }

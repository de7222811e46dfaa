"""A host in memory: it answers every question and does every effect that llmhost knows.

It is to the scripts what a Debian machine is, as far as a deployment can tell. So a test sees the
whole way: look, apply, look again.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from llmhost.transport.base import Answer, LineHandler
from tests.workflows.engine import serves

UNITS = "/etc/systemd/system/"
DAEMON_JSON = "/etc/docker/daemon.json"
COMPOSE = "/usr/libexec/docker/cli-plugins/docker-compose"
Said = tuple[int, str]
ABSENT: Said = (1, "")
NOT_FOUND: Said = (127, "")


@dataclass(frozen=True)
class Entry:
    """A file or directory."""

    content: str = ""
    mode: int = 0o644
    owner: str = "root:root"
    kind: str = "regular file"
    changed: int = 0


@dataclass
class Unit:
    """A systemd unit."""

    active: str = "inactive"
    enabled: bool = False
    since: int = 0
    stale: bool = False


@dataclass
class ModelHost:
    """A bare Debian machine with a driver for its GPUs; tests change it as they need.

    Attributes:
        fails: Titles of steps that fail, with the last lines of the program that does.
        exchanges: What each exec did, in order, such as `("apply", "gather")`.
        engine: What is observed of the service, a list of lines for each look.
    """

    gpus: int = 0
    driver: str = "580.95.05"
    mtu: int = 1500
    free: int = 75 * 10**9
    system: str = "ID=debian\nVERSION_ID=13\nVERSION_CODENAME=trixie\nPRETTY_NAME='Debian 13'\n"
    more: str = "LLMHOST_ARCH=x86_64\nLLMHOST_MEMORY_KB=16371124\nLLMHOST_SYSTEMD=1\n"
    files: dict[str, Entry] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    packages: set[str] = field(default_factory=lambda: {"ca-certificates"})
    accounts: dict[str, str] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)
    containers: dict[str, str] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    cdi: bool = False
    holder: str = ""
    fails: dict[str, Sequence[str]] = field(default_factory=dict)
    effects: list[tuple[str, ...]] = field(default_factory=list)
    exchanges: list[tuple[str, ...]] = field(default_factory=list)
    engine: Callable[[Mapping[str, str]], Iterator[str]] = serves
    name: str = "debian@192.0.2.7"
    closed: bool = False
    clock: int = 1795170000

    def run(self, script: str, /, on_line: LineHandler | None = None) -> Answer:
        """Does what a script asks for."""
        status, lines = self._answered(script)
        kept = []
        for line in lines:
            if on_line is None:
                kept.append(f"{line}\n")
            else:
                on_line(line)
        return Answer(status[0], "".join(kept), "")

    def close(self) -> None:
        self.closed = True

    def _answered(self, script: str) -> tuple[list[int], Iterator[str]]:
        """An exit status, known once the lines are read, and the lines."""
        status = [0]
        tail = script[script.rfind("\n}\n") if "\nlaunch " not in script else 0 :]

        def lines() -> Iterator[str]:
            did = []
            if found := re.search(r"^launch ", script, re.MULTILINE):
                did.append("apply")
                words = shlex.shlex(script[found.start() :], posix=True, punctuation_chars=True)
                words.whitespace_split = True
                _, _title, source, *_ = (words.get_token() for _ in range(3))
                yield from self._applied(str(source), status)
            elif re.search(r"^follow$", tail, re.MULTILINE):
                did.append("follow")
                yield from self._followed()
            if "\nmark=" in script and not status[0]:
                did.append("gather")
                yield from self._gathered(script)
            if found := re.search(r"^watch (\d+)$", script, re.MULTILINE):
                did.append("watch")
                self.exchanges.append(tuple(did))
                for _ in range(int(found[1])):
                    yield from self.engine(_settings(script))
                return
            if "report stream" in script:
                did.append("smoke")
                yield "stream\t200 data: {\"choices\": [1]} data: [DONE]"
                yield "unknown\t404 no such model"
            self.exchanges.append(tuple(did or [script.strip()]))

        return status, lines()

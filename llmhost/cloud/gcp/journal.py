"""Requests that were about to be sent: written before they are, so that a crash cannot double them.

A machine that was asked for by a command that died is asked for again in the very same words, with
the very same requestId: Compute Engine answers with the operation that exists already, or makes the
machine now. It never makes a second one.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from llmhost.cloud.gcp.state import State, write
from llmhost.cloud.offers import Offer

# How long Compute Engine is taken to remember a requestId: an hour is customary with Google's APIs
# (AIP-155), half of it is safe.
_MEMORY_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Entry:
    """An insert that was about to be sent.

    Attributes:
        offer: What was asked for.
        request_id: Its identity.
        body: The instance, as it was sent.
        sent: Seconds since 1970.
        process: The process that was about to send it.
    """

    offer: Offer
    request_id: str
    body: Mapping[str, Any]
    sent: float
    process: int = 0

    def fresh(self, now: datetime) -> bool:
        """Whether Compute Engine still knows it."""
        return now.timestamp() - self.sent < _MEMORY_SECONDS


def alive(process: int) -> bool:
    """Whether a process of this computer runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


@dataclass(frozen=True, slots=True)
class Journal:
    """The entries of one project: a folder for each deployment, a file for each request.

    Attributes:
        state: Where they are kept.
        project: The project.
        process: Who keeps them: this process.
        runs: Whether a process runs.
    """

    state: State
    project: str
    process: int = field(default_factory=os.getpid)
    runs: Callable[[int], bool] = alive

    def keep(self, name: str, entry: Entry) -> None:
        """Writes an entry to disk; only then may its request be sent."""
        write(self._file(name, entry), json.dumps(asdict(entry)).encode())

    def entries(self, name: str) -> tuple[Entry, ...]:
        """The entries of a deployment, the oldest first; what cannot be read is none."""
        read = (_read(file) for file in self._folder(name).glob("*.json"))
        return tuple(sorted((entry for entry in read if entry), key=lambda entry: entry.sent))

    def abandoned(self, entry: Entry) -> bool:
        """Whether nobody but us is busy with it."""
        return entry.process == self.process or not self.runs(entry.process)

    def drop(self, name: str, entry: Entry) -> None:
        """Its request has been answered for good."""
        self._file(name, entry).unlink(missing_ok=True)

    def clear(self, name: str) -> None:
        """Nothing of a deployment is there any more."""
        for entry in self.entries(name):
            self.drop(name, entry)

    def _folder(self, name: str) -> Path:
        return self.state.folder / "requests" / self.project / name

    def _file(self, name: str, entry: Entry) -> Path:
        return self._folder(name) / f"{entry.request_id}.json"


def _read(file: Path) -> Entry | None:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return Entry(**{**raw, "offer": Offer(**raw["offer"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None

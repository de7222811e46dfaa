"""What was asked of the double, and what broke the contract."""

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One call.

    Attributes:
        number: Its place among all calls, from 1.
        at: When, by the double's clock.
        method: Which; what the discovery document does not know is shown as `VERB PATH`.
        project: Of which project.
        zone: In which zone; empty for calls that belong to none.
        name: About which resource.
        status: The HTTP status of the answer; 0 if none was sent.
        request_id: `requestId`.
        query: The query's parameters.
        body: What was sent.
    """

    number: int
    at: float
    method: str
    project: str = ""
    zone: str = ""
    name: str = ""
    status: int = 0
    request_id: str = ""
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


class Journal:
    """Entries in the order in which they were answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.log: list[Entry] = []
        self.calls: Counter[str] = Counter()
        self.violations: list[str] = []

    def write(self, entry: Entry) -> Entry:
        """Keeps an entry, under the number it gets now."""
        with self._lock:
            numbered = replace(entry, number=len(self.log) + 1)
            self.log.append(numbered)
            self.calls[entry.method] += 1
            return numbered

    def violation(self, text: str) -> None:
        """Keeps what should not have happened."""
        with self._lock:
            self.violations.append(text)

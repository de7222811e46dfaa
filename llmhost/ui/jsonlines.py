"""The story as JSON lines, for programs: one object per event, with the event's own field names."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from threading import Lock

from llmhost.events import Event
from llmhost.ui.terminal import Terminal


def _now() -> datetime:
    return datetime.now(UTC)


def as_text(document: object, indent: int | None = None) -> str:
    """A document as JSON that no runner of CI jobs takes for a command: `##[` stands in none."""
    return json.dumps(document, indent=indent).replace("##[", "\\u0023#[")


@dataclass(slots=True)
class JsonLines:
    """Writes `{"event": NAME, "time": RFC 3339, …fields}`; `host` too where there are several."""

    terminal: Terminal
    clock: Callable[[], datetime] = _now
    _lock: Lock = field(default_factory=Lock)

    def tell(self, event: Event, /, host: str = "") -> None:
        """Writes an event."""
        self.write(type(event).__name__, asdict(event) | ({"host": host} if host else {}))

    def pause(self) -> None:
        """Has nothing to do: nothing is redrawn."""

    def write(self, name: str, fields: dict[str, object]) -> None:
        """Writes any object in the same form, such as the failure at the end."""
        time = self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._lock:
            line = as_text({"event": name, "time": time, **fields})
            self.terminal.stderr.write(f"{line}\n")
            self.terminal.stderr.flush()

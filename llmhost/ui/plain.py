"""The story as plain lines, for logs and pipes: one per finished step, progress now and then."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from llmhost.events import (
    Event,
    LogLine,
    PhaseFinished,
    PhaseStarted,
    Progress,
)
from llmhost.ui import steps
from llmhost.ui.meter import Meter
from llmhost.ui.paint import Line, Span, line
from llmhost.ui.terminal import Terminal
from llmhost.ui.units import duration

# A CI log should show that something moves, not be made of it.
_PROGRESS_EVERY_SECONDS = 5.0


@dataclass(slots=True)
class Plain:
    """Writes each event that matters as a line of its own."""

    terminal: Terminal
    clock: Callable[[], float] = time.monotonic
    _meters: dict[tuple[str, str], Meter] = field(default_factory=dict)
    _shown: dict[tuple[str, str], float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def tell(self, event: Event, /, host: str = "") -> None:
        """Shows an event; progress and log lines at most every few seconds."""
        with self._lock:
            shown = self._line(event, host)
            if shown is not None:
                self.terminal.say([steps.labelled(host, shown)])

    def pause(self) -> None:
        """Has nothing to do: a line that is written stays."""

    def _line(self, event: Event, host: str) -> Line | None:
        match event:
            case PhaseStarted(title=title):
                return line(Span(title, "strong"))
            case PhaseFinished(seconds=seconds):
                return line(Span(f"  took {duration(seconds)}", "faint"))
            case Progress():
                return self._progress(event, host)
            case LogLine(source=source, text=text):
                return line(f"  ...      {source}: {text}") if self._due((host, source)) else None
            case _:
                return steps.lasting(event)

    def _progress(self, event: Progress, host: str) -> Line | None:
        key = (host, event.job)
        meter = self._meters.setdefault(key, Meter(event))
        complete = 0 < event.total <= event.done and meter.latest.done < event.total
        meter.add(event, self.clock())
        return (
            line(f"  ...      {event.job}: {meter.words}") if self._due(key) or complete else None
        )

    def _due(self, key: tuple[str, str]) -> bool:
        now = self.clock()
        if now - self._shown.get(key, -_PROGRESS_EVERY_SECONDS) < _PROGRESS_EVERY_SECONDS:
            return False
        self._shown[key] = now
        return True

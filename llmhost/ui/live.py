"""The story on a terminal: what is finished scrolls by, what runs is redrawn below it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from llmhost.events import Event, PhaseFinished
from llmhost.ui import steps
from llmhost.ui.meter import Meter
from llmhost.ui.paint import Line, Span, Style, harmless, line
from llmhost.ui.running import Running
from llmhost.ui.terminal import Terminal
from llmhost.ui.units import duration

_STYLES: dict[Style, str] = {
    "plain": "",
    "strong": "bold",
    "faint": "dim",
    "good": "green",
    "bad": "red",
    "warn": "yellow",
    "accent": "cyan",
}
_FRAMES_PER_SECOND = 8
_BAR_WIDTH = 24


@dataclass(slots=True)
class Live:
    """Draws running steps with their time, and jobs with bar, bytes and rate."""

    terminal: Terminal
    clock: Callable[[], float] = time.monotonic
    _running: dict[str, Running] = field(default_factory=dict)
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))
    _drawing: RichLive | None = None
    _lock: RLock = field(default_factory=RLock)

    def tell(self, event: Event, /, host: str = "") -> None:
        """Takes an event; a finished thing becomes a line that stays."""
        with self._lock:
            running = self._running.setdefault(host, Running())
            done = _lasting(event, running.title)
            running.take(event, self.clock())
            drawing = self._drawing or self._start()
            if done is not None:
                drawing.console.print(_rich(steps.labelled(host, done)), soft_wrap=True)

    def pause(self) -> None:
        """Stops drawing and leaves what is finished on the screen."""
        with self._lock:
            if self._drawing is not None:
                self._drawing.stop()
                self._drawing = None

    def _start(self) -> RichLive:
        console = Console(
            file=self.terminal.stderr,
            force_terminal=True,
            no_color=not self.terminal.coloured(self.terminal.stderr),
            markup=False,
            highlight=False,
        )
        self._drawing = RichLive(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=_FRAMES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._drawing.start()
        return self._drawing

    def _draw(self) -> RenderableType:
        with self._lock:
            busy = [(host, running) for host, running in self._running.items() if running.title]
            return Group(*(part for host, running in busy for part in self._host(host, running)))

    def _host(self, host: str, running: Running) -> list[RenderableType]:
        now = self.clock()
        head = steps.labelled(host, line(Span(running.title, "strong"), _took(now - running.since)))
        grid = Table.grid(padding=(0, 1))
        grid.add_row(self._spinner, _row(head))
        parts: list[RenderableType] = [grid]
        parts += [
            _row(line("  …        ", title, _took(now - since)))
            for title, since in running.steps.items()
        ]
        parts += [_job(job, meter) for job, meter in running.jobs.items()]
        parts += [
            _row(line(Span(f"           {entry.source} | {entry.text}", "faint")))
            for entry in running.log
        ]
        return parts


def _rich(of: Line) -> Text:
    # Text takes what it is given as it is; strings handed to a console could be read as mark-up.
    return Text.assemble(*((harmless(span.text), _STYLES[span.style]) for span in of))


def _row(of: Line) -> Text:
    text = _rich(of)
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _lasting(event: Event, title: str) -> Line | None:
    match event:
        case PhaseFinished(seconds=seconds):
            return line(Span(title, "strong"), Span(f"  {duration(seconds)}", "faint"))
        case _:
            return steps.lasting(event)


def _took(seconds: float) -> Span:
    return Span(f"  {duration(seconds)}", "faint")


def _job(job: str, meter: Meter) -> RenderableType:
    name, fraction = Text(f"  {job:<9}"), meter.fraction
    words = Text(harmless(meter.words), no_wrap=True, overflow="ellipsis")
    grid = Table.grid(padding=(0, 1))
    if fraction is None:
        grid.add_row(name, words)
    else:
        grid.add_row(name, ProgressBar(total=1.0, completed=fraction, width=_BAR_WIDTH), words)
    return grid

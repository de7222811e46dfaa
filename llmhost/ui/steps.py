"""Lines about events, the same words wherever they are shown."""

from llmhost.events import Event, Notice, Outcome, StepFinished
from llmhost.ui.paint import Line, Span, Style, line
from llmhost.ui.units import duration

STYLES: dict[Outcome, Style] = {
    "ok": "good",
    "changed": "warn",
    "failed": "bad",
    "skipped": "faint",
}
_WORTH_TELLING_SECONDS = 1.0


def lasting(event: Event) -> Line | None:
    """The line that stays of an event, wherever it is shown; None where nothing stays."""
    match event:
        case StepFinished():
            return _finished(event)
        case Notice():
            return _notice(event)
        case _:
            return None


def labelled(label: str, of: Line) -> Line:
    """The line, behind the host it speaks of where there are several."""
    return (Span(f"{label}  ", "accent"), *of) if label else of


def _finished(event: StepFinished) -> Line:
    took = f"  {duration(event.seconds)}" if event.seconds >= _WORTH_TELLING_SECONDS else ""
    return line(
        "  ",
        Span(f"{event.outcome:<7}", STYLES[event.outcome]),
        "  ",
        event.title,
        Span(f": {event.detail}" if event.detail else "", "faint"),
        Span(took, "faint"),
    )


def _notice(event: Notice) -> Line:
    word = Span("warning", "warn") if event.warning else Span("note", "accent")
    return line(word, f": {event.text}")

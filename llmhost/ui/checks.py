"""What was looked at and what was seen, one line each."""

from typing import TYPE_CHECKING

from llmhost.ui.columns import columns
from llmhost.ui.paint import Line, Span
from llmhost.ui.steps import STYLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmhost.events import Check


def checks(of: "Sequence[Check]", *, width: int | None = None) -> tuple[Line, ...]:
    """The checks, aligned below each other."""
    rows = [
        (
            Span(f"  {check.outcome}", STYLES[check.outcome]),
            Span(check.name),
            Span(check.seen, "faint" if check.outcome == "ok" else "plain"),
        )
        for check in of
    ]
    return columns(rows, width=width)

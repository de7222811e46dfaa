"""The end of a good `down`: what no longer exists, and what was left."""

from typing import TYPE_CHECKING

from llmhost.ui.paint import Line, Span, line, lines

if TYPE_CHECKING:
    from llmhost.workflows.results import Gone


def gone(of: "Gone") -> tuple[Line, ...]:
    """The name, and below it everything that went or stayed."""
    return (
        line(Span(of.name, "strong"), " is gone"),
        *lines(of.removed, "plain", indent="  - "),
        *((line("  left, because others may use it:"),) if of.left else ()),
        *lines(of.left, "faint", indent="    "),
        *(line(Span("  not removed", "bad"), f": {kept}") for kept in of.kept),
    )

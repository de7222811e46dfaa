"""Tables as aligned columns: no frames, so that `awk`, `grep` and eyes can read them."""

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from llmhost.ui.paint import Line, Span, harmless

_GAP = "  "
_LEAST = 12


def columns(
    rows: Sequence[Sequence[Span]], *, header: Sequence[str] = (), width: int | None = None
) -> tuple[Line, ...]:
    """Aligns rows of cells.

    Args:
        rows: Cells from left to right; all rows have the same number.
        header: Titles of the columns, shown faintly in capitals.
        width: Columns of the terminal; the widest cells are cut to fit. None cuts nothing.
    """
    titles = [tuple(Span(title.upper(), "faint") for title in header)] if header else []
    table: list[Sequence[Span]] = [*titles, *rows]
    if not table:
        return ()
    widths = [max(cells(row[place].text) for row in table) for place in range(len(table[0]))]
    if width is not None:
        _shrink(widths, width - len(_GAP) * (len(widths) - 1))
    return tuple(_aligned(row, widths) for row in table)


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1
        for letter in harmless(text)
    )


def cut(text: str, room: int) -> str:
    """The text, shortened with an ellipsis where it takes more than `room` columns."""
    if cells(text) <= room:
        return text
    kept = text
    while kept and cells(kept) > room - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _shrink(widths: list[int], room: int) -> None:
    """Takes from the widest column, again and again, until all of them fit or none can give."""
    while sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1


def _aligned(row: Sequence[Span], widths: Sequence[int]) -> Line:
    spans: list[Span] = []
    for span, width in zip(row, widths, strict=True):
        text = cut(span.text, width)
        spans += [Span(text, span.style), Span(" " * (width - cells(text)) + _GAP)]
    return tuple(spans[:-1])

"""The outcome, as a table for people and as one JSON document for programs."""

import json
from collections.abc import Iterable

from benchmarks.timing import Comparison, Timing

_HEADINGS = ("case", "RTT", "program", "min", "median", "max", "ratio", "target", "")
_NUMBERS = range(3, 8)  # columns that line up at the right


def table(comparisons: Iterable[Comparison]) -> str:
    """Two rows for each comparison: the program, and what it is held against."""
    rows: list[tuple[str, ...]] = [_HEADINGS]
    for c in comparisons:
        rtt = "" if c.rtt_ms is None else f"{c.rtt_ms} ms"
        target = "" if c.at_most is None else f"{c.at_most:.3g}"
        verdict = "" if c.at_most is None else ("met" if c.met else "MISSED")
        rows.append((c.case, rtt, *_figures(c.subject), f"{c.ratio:.3f}", target, verdict))
        rows.append(("", "", *_figures(c.yardstick), "", "", ""))
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADINGS))]
    return "\n".join(_row(row, widths) for row in rows)


def document(comparisons: Iterable[Comparison]) -> str:
    """A list of comparisons; times are in seconds."""
    return json.dumps(
        [
            {
                "case": c.case,
                "rtt_ms": c.rtt_ms,
                "subject": {"name": c.subject.name, "seconds": c.subject.seconds},
                "yardstick": {"name": c.yardstick.name, "seconds": c.yardstick.seconds},
                "ratio": c.ratio,
                "at_most": c.at_most,
                "met": c.met,
            }
            for c in comparisons
        ],
        indent=2,
    )


def _figures(timing: Timing) -> tuple[str, ...]:
    figures = (min(timing.seconds), timing.median, max(timing.seconds))
    return (timing.name, *(f"{seconds:.3f} s" for seconds in figures))


def _row(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (
        cell.rjust(width) if i in _NUMBERS else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()

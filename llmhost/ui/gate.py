"""A load in numbers, how its requests spread, and the verdict on each limit."""

from typing import TYPE_CHECKING

from llmhost.ui.columns import columns, cut
from llmhost.ui.paint import Line, Span, Style, line
from llmhost.ui.units import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmhost.gate.measures import Measures, Spread
    from llmhost.gate.verdict import Judged
    from llmhost.workflows.proof import Gated

STYLES: dict[str, Style] = {"pass": "good", "fail": "bad", "not enough data": "warn"}
_TIMES = {
    "e2e": "end to end",
    "ttft": "first token",
    "itl": "between tokens",
    "tpot": "per token after it",
}
_AT_LEAST = frozenset({"tokens_per_second", "judge", "successes"})
_BARS, _BAR, _WIDE = 10, 40, 60
_TENTH = 0.1


def gated(of: "Gated", *, width: int | None = None) -> tuple[Line, ...]:
    """Numbers, plot, limits, verdict."""
    return (
        *_numbers(of.measures),
        line(),
        *_plot(of.measures.each),
        *columns([_limit(one) for one in of.judged], width=width),
        line(
            Span(of.name, "strong"), " with ", of.model, ": ", Span(of.verdict, STYLES[of.verdict])
        ),
        *((line(Span("simulated", "accent"), f": {of.simulated}"),) if of.simulated else ()),
    )


def _numbers(of: "Measures") -> tuple[Line, ...]:
    tokens = f", {of.tokens_per_second:.1f} tokens/s" if of.tokens_per_second is not None else ""
    rate = f"{of.requests_per_second:.2f} requests/s{tokens}"
    rows = [
        _spread(words, spread) for name, words in _TIMES.items() if (spread := getattr(of, name))
    ]
    return (
        line(f"{count(of.requests, 'request')} in {of.seconds:.1f} s, {of.failed} failed; {rate}"),
        *(
            line(Span(f"  {number} x ", "bad"), cut(" ".join(why.split()), _WIDE))
            for why, number in of.errors
        ),
        *columns(rows, header=("  seconds", "p50", "p95", "p99", "mean", "most")),
    )


def _spread(words: str, of: "Spread") -> tuple[Span, ...]:
    values = (of.p50, of.p95, of.p99, of.mean, of.most)
    return (Span(f"  {words}"), *(Span(_seconds(value)) for value in values))


def _plot(each: "Sequence[float]") -> tuple[Line, ...]:
    """How many requests took how long: a bar for each tenth of the range."""
    if not each or min(each) == max(each):
        return ()
    least, step = min(each), (max(each) - min(each)) / _BARS
    bars = [0] * _BARS
    for value in each:
        bars[min(int((value - least) / step), _BARS - 1)] += 1
    return (
        *(
            line(
                Span(f"  {_seconds(least + place * step):>7} ", "faint"),
                Span("#" * -(-number * _BAR // max(bars)), "accent"),
                Span(f" {number}" if number else "", "faint"),
            )
            for place, number in enumerate(bars)
        ),
        line(),
    )


def _limit(of: "Judged") -> tuple[Span, ...]:
    measured = "-" if of.measured is None else _value(of.name, of.measured)
    sign = ">=" if of.name in _AT_LEAST else "<"
    return (
        Span(f"  {of.verdict}", STYLES[of.verdict]),
        Span(of.name.replace("_", " ")),
        Span(f"{measured} {sign} {_value(of.name, of.limit)}"),
        Span(of.why, "faint"),
    )


def _value(name: str, value: float) -> str:
    match name:
        case "error_rate":
            return f"{value:.2%}"
        case "successes":
            return f"{value:.0f}"
        case "tokens_per_second" | "judge":
            return f"{value:.1f}"
    return f"{_seconds(value)} s"


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < _TENTH else f"{value:.2f}"

"""How a deployment fits into the memory of its GPUs, and what its engine says it took."""

from typing import TYPE_CHECKING

from llmhost.ui.columns import columns
from llmhost.ui.paint import Line, Span, Style, line
from llmhost.ui.units import size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmhost.fit.report import Beside
    from llmhost.workflows.results import Memory

_VERDICTS: dict[str, Style] = {"fits": "good", "tight": "warn", "does not fit": "bad"}


def fitting(of: "Memory | None", not_judged: str = "") -> tuple[Line, ...]:
    """The verdict, what it rests on, and why where it is not good; or why there is none."""
    if of is None:
        return (line(Span("not judged", "warn"), f": {not_judged}"),) if not_judged else ()
    most = of.weights + of.cache + of.most
    return (
        line(
            Span(of.verdict, _VERDICTS[of.verdict]),
            f": {size(of.weights)} of weights, {size(of.cache)} of KV cache and up to "
            f"{size(of.most)} beside on each GPU ({most / of.budget:.0%} of what it may fill); ",
            _longest(of),
        ),
        *(line(Span("  because ", "faint"), reason) for reason in of.reasons),
        *((line(Span("  likely ", "faint"), of.likely),) if of.likely else ()),
    )


def beside(of: "Sequence[Beside]", *, simulated: bool = False) -> tuple[Line, ...]:
    """Every estimate beside what the engine says, or what stands in for one."""
    if not of:
        return ()
    rows = [
        (
            Span(f"  {one.what}"),
            Span(_range(one)),
            Span(_amount(one, one.measured), _style(one, simulated=simulated)),
        )
        for one in of
    ]
    said = "the stand-in says" if simulated else "the engine says"
    return columns(rows, header=("  memory", "estimated", said))


def _style(of: "Beside", *, simulated: bool) -> Style:
    if simulated:
        return "faint"  # no model is loaded: its figures are nobody's
    return "good" if of.within else "warn"


def _longest(of: "Memory") -> str:
    if not of.longest:
        return "no context has room for sure"
    return f"a context of up to {of.longest:,} tokens has room"


def _range(of: "Beside") -> str:
    least, most = _amount(of, of.least), _amount(of, of.most)
    return least if least == most else f"{least} to {most}"


def _amount(of: "Beside", amount: int) -> str:
    return f"{amount:,}" if of.what.startswith("tokens") else size(amount)

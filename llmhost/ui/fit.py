"""A verdict as a table and a bar per GPU, and what would fit instead as commands to copy."""

from typing import TYPE_CHECKING

from llmhost.ui.columns import columns
from llmhost.ui.paint import Line, Span, Style, line
from llmhost.ui.units import count, price, size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmhost.fit.engine import Between
    from llmhost.fit.judge import Fit, PerGpu
    from llmhost.fit.remedies import Remedy
    from llmhost.fit.tiers import Tier
    from llmhost.workflows.fit import Answer, Tiers

_VERDICTS: dict[str, Style] = {"fits": "good", "tight": "warn", "does not fit": "bad"}
_BAR = 40
_MOST_BARS = 8


def answer(of: "Answer", width: int | None = None) -> tuple[Line, ...]:
    """A verdict with its reasons, and what would fit."""
    remark = (line(Span(f"  {of.remark}", "warn")), line()) if of.remark else ()
    if of.asked is None:
        title = line(Span(of.model, "strong"), f" with {of.provider}: what holds it")
        return (*remark, title, *_choices(of.would_fit, width))
    better = (
        (
            line(),
            line(Span("would fit, the cheapest first", "strong")),
            *_choices(of.would_fit, width),
        )
        if of.would_fit
        else ()
    )
    return (*remark, *_fit(of.asked), *better)


def tiers(of: "Tiers", width: int | None = None) -> tuple[Line, ...]:
    """The table of tiers."""
    rows = [_tier(tier) for tier in of.tiers]
    header = ("size", "model", *of.tiers[0].sizes, "4 bit and 8192 tokens on", "costs")
    return columns(rows, header=header, width=width)


def _tier(of: "Tier") -> tuple[Span, ...]:
    held = of.held_by
    return (
        Span(of.name, "strong"),
        Span(of.model),
        *(Span(size(taken)) for taken in of.sizes.values()),
        Span(held.what if held else "no single machine"),
        Span(price(held.usd_per_hour) if held else ""),
    )


def _fit(of: "Fit") -> tuple[Line, ...]:
    where = f"{of.gpus} x {of.gpu}"
    if of.machines > 1:
        where = f"{count(of.machines, 'machine')} with {where} each"
    return (
        line(
            Span(of.model, "strong"),
            f" on {where} with {of.provider}: ",
            Span(of.verdict, _VERDICTS[of.verdict]),
        ),
        *_settings(of),
        line(),
        *_memory(of),
        line(),
        *_bars(of),
        line(),
        *_limits(of),
        *(line(Span("  because ", "faint"), reason) for reason in of.reasons),
        *((line(Span("  likely ", "faint"), of.likely),) if of.likely else ()),
        *(line(Span(f"  {remark}", "faint")) for remark in of.remarks),
    )


def _settings(of: "Fit") -> tuple[Line, ...]:
    """What has to be set so that it is as it was judged."""
    said = " ".join(f"--set {name}={value}" for name, value in of.settings.items())
    return (line(Span("  with ", "faint"), said),) if said else ()


def _memory(of: "Fit") -> tuple[Line, ...]:
    per_gpu, asked = of.per_gpu, f"{of.context:,} tokens x {count(of.requests, 'request')}"
    kept = f"{asked}, {of.bytes_per_token:,.0f} bytes each in {of.cache_bits:g} bits"
    weights = f"{of.weights.format or 'all'} {size(of.weights.size)}: {of.weights.evidence}"
    rows = [
        ("weights", size(per_gpu.weights), of.weights.certainty, weights),
        ("KV cache", size(per_gpu.cache), "exact", kept),
        ("everything else", _range(per_gpu.overhead), "estimate", "CUDA, libraries, activations"),
        ("may fill", size(per_gpu.budget), "", f"of {size(per_gpu.total)} on each GPU"),
    ]
    return columns(
        [
            (Span(f"  {what}"), Span(f"{amount:>15}"), Span(sure, _sure(sure)), Span(how, "faint"))
            for what, amount, sure, how in rows
        ],
        header=("  on each gpu", "", "", ""),
    )


def _sure(certainty: str) -> Style:
    return "warn" if certainty == "estimate" else "good"


def _bars(of: "Fit") -> tuple[Line, ...]:
    """A bar per GPU: they are alike, because the fullest one decides."""
    number = of.spread.gpus
    bars = [_bar(f"  GPU {place}", of.per_gpu) for place in range(min(number, _MOST_BARS))]
    more = line(Span(f"  and {number - _MOST_BARS} more", "faint"))
    return (*bars, *((more,) if number > _MOST_BARS else ()))


def _bar(title: str, of: "PerGpu") -> Line:
    """Weights `#`, everything else `+`, KV cache `=`, free `.`; the share may be above 100 %."""
    left, bar = _BAR, [Span(f"{title} ")]
    for taken, letter, style in _parts(of):
        cells = min(round(taken / of.budget * _BAR), left)
        bar.append(Span(letter * cells, style))
        left -= cells
    share = (of.weights + of.overhead.most + of.cache) / of.budget
    return (*bar, Span("." * left, "faint"), Span(f" {share:4.0%}"))


def _parts(of: "PerGpu") -> "Iterable[tuple[int, str, Style]]":
    return (
        (of.weights, "#", "accent"),
        (of.overhead.most, "+", "warn"),
        (of.cache, "=", "good"),
    )


def _limits(of: "Fit") -> tuple[Line, ...]:
    if of.longest.most <= 0:
        return ()
    longest = _tokens(of.longest)
    whole = f", as far as the model goes ({of.trained:,})" if of.longest.least == of.trained else ""
    return (
        line(f"  longest context for {count(of.requests, 'request')} at a time: {longest}{whole}"),
        line(f"  the KV cache has room for {_tokens(of.cache_tokens)} in all"),
    )


def _choices(of: "Iterable[Remedy]", width: int | None) -> tuple[Line, ...]:
    rows = [
        (
            Span(f"  {price(one.usd_per_hour) or 'price unknown'}"),
            Span(one.bought or "on demand", "faint"),
            Span(one.fit.verdict, _VERDICTS[one.fit.verdict]),
            Span(one.what),
            Span(_tokens(one.fit.longest), "faint"),
        )
        for one in of
    ]
    if not rows:
        return (line(Span("  nothing in the table of machines", "bad")),)
    table = columns(rows, header=("  costs", "bought", "", "what", "longest context"), width=width)
    commands = [line(Span(f"  {one.command}", "accent")) for one in of if one.command]
    return (*table, *((line(), *commands) if commands else ()))


def _range(of: "Between") -> str:
    least, most = size(of.least), size(of.most)
    return least if least == most else f"{least.removesuffix(' GB')} - {most}"


def _tokens(of: "Between") -> str:
    if of.least == of.most:
        return f"{of.least:,} tokens"
    return f"{of.least:,} to {of.most:,} tokens"

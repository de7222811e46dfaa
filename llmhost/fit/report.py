"""What an engine itself says about its memory once it runs, beside what was estimated."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmhost.fit.judge import Fit
    from llmhost.spec.memory import Report

_MIB, _GIB = 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Measured:
    """What an engine reported; None where it did not say.

    Attributes:
        cache_tokens: Tokens its KV cache holds.
        cache: Bytes of the KV cache on the GPU that has the most.
        weights: Bytes of weights on the GPU that has the most.
    """

    cache_tokens: int | None = None
    cache: int | None = None
    weights: int | None = None

    def __bool__(self) -> bool:
        return (self.cache_tokens, self.cache, self.weights) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Beside:
    """An estimate beside its measurement.

    Attributes:
        what: `weights`, `KV cache` or `tokens in KV cache`.
        least: Estimated at least.
        most: Estimated at most.
        measured: What the engine says.
        within: Whether that lies between the two, with 2 % to spare for rounding and blocks.
    """

    what: str
    least: int
    most: int
    measured: int
    within: bool


def read_report(patterns: "Report", log: "Iterable[str]") -> Measured:
    """Reads an engine's log; of several starts in it the last one counts.

    Args:
        patterns: Where the profile says the numbers are.
        log: Its lines, the oldest first.
    """
    lines = tuple(log)
    tokens = _last(patterns.cache_tokens, lines)
    cache = _bytes(patterns.cache_gib, patterns.cache_mib, lines)
    weights = _bytes(patterns.weights_gib, patterns.weights_mib, lines)
    return Measured(None if tokens is None else int(tokens), cache, weights)


def beside(fit: "Fit", measured: Measured) -> tuple[Beside, ...]:
    """Every number the engine reported, beside the estimate of it."""
    per_gpu = fit.per_gpu
    pairs = (
        ("weights", per_gpu.weights, per_gpu.weights, measured.weights),
        ("KV cache", per_gpu.room.least, per_gpu.room.most, measured.cache),
        (
            "tokens in KV cache",
            fit.cache_tokens.least,
            fit.cache_tokens.most,
            measured.cache_tokens,
        ),
    )
    return tuple(
        Beside(what, least, most, said, within=least * 0.98 <= said <= most * 1.02)
        for what, least, most, said in pairs
        if said is not None
    )


def _bytes(gib: str, mib: str, lines: tuple[str, ...]) -> int | None:
    """Of several GPUs the one that has the most: the last start prints as many lines as it has."""
    if (found := _last(gib, lines)) is not None:
        return int(found * _GIB)
    values = _all(mib, lines)
    return int(max(values) * _MIB) if values else None


def _last(pattern: str, lines: tuple[str, ...]) -> float | None:
    values = _all(pattern, lines)
    return values[-1] if values else None


def _all(pattern: str, lines: tuple[str, ...]) -> list[float]:
    if not pattern:
        return []
    finder = re.compile(pattern)
    found = (finder.search(line) for line in lines)
    return [number for match in found if match and (number := _number(match[1])) is not None]


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None

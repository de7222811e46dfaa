"""What a load comes to in numbers. Formulas: docs/guides/gate.md."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from llmhost.gate.sample import Sample
from llmhost.gate.statistics import percentile


@dataclass(frozen=True, slots=True)
class Spread:
    """How a time spreads over requests that succeeded, in seconds."""

    p50: float
    p95: float
    p99: float
    mean: float
    most: float


@dataclass(frozen=True, slots=True)
class Measures:
    """A load in numbers.

    Attributes:
        requests: How many were made.
        failed: How many of them failed.
        errors: Why, and how often, the most frequent first.
        seconds: From the first request to the end of the last.
        e2e: From sent to the last byte.
        ttft: From sent to the first token.
        itl: Between one piece of a stream and the next, of all streams together.
        tpot: Time per output token after the first, one value for each request.
        requests_per_second: That succeeded.
        tokens_per_second: Tokens of all answers per second; null where the server does not count.
        each: How long each request that succeeded took, in the order in which they ended.
    """

    requests: int
    failed: int
    errors: tuple[tuple[str, int], ...]
    seconds: float
    e2e: Spread | None
    ttft: Spread | None
    itl: Spread | None
    tpot: Spread | None
    requests_per_second: float
    tokens_per_second: float | None
    each: tuple[float, ...]


def measures(samples: Sequence[Sample], seconds: float) -> Measures:
    """Measures a load that took so many seconds."""
    good = [sample for sample in samples if not sample.error]
    errors = Counter(sample.error for sample in samples if sample.error)
    tokens = [sample.tokens for sample in good if sample.tokens is not None]
    counted = bool(good) and len(tokens) == len(good) and seconds > 0
    return Measures(
        requests=len(samples),
        failed=len(samples) - len(good),
        errors=tuple(errors.most_common()),
        seconds=round(seconds, 3),
        e2e=spread(sample.seconds for sample in good),
        ttft=spread(sample.first for sample in good if sample.first is not None),
        itl=spread(gap for sample in good for gap in sample.gaps),
        tpot=spread(each for sample in good if (each := per_token(sample)) is not None),
        requests_per_second=round(len(good) / seconds, 3) if seconds > 0 else 0.0,
        tokens_per_second=round(sum(tokens) / seconds, 3) if counted else None,
        each=tuple(round(sample.seconds, 4) for sample in good),
    )


def per_token(sample: Sample) -> float | None:
    """(E2E - TTFT) / (tokens - 1); None where there is no second token."""
    if sample.first is None or sample.tokens is None or sample.tokens < 2:  # noqa: PLR2004  see above
        return None
    return (sample.seconds - sample.first) / (sample.tokens - 1)


def spread(of: Iterable[float]) -> Spread | None:
    """How values spread; None where there are none."""
    values = sorted(of)
    if not values:
        return None
    p50, p95, p99 = (round(percentile(values, share), 6) for share in (0.5, 0.95, 0.99))
    return Spread(p50, p95, p99, round(fmean(values), 6), round(values[-1], 6))

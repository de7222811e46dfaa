"""Judges a load: pass, fail, or not enough data to be sure of either."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.gate.measures import Measures, Spread
from llmhost.gate.sample import Sample
from llmhost.gate.statistics import least_likely_share, most_likely_share, needed
from llmhost.spec.gatefile import GateFile, Limits

SUCCESSES = "successes"
"""What is judged beside the limits of a file: that there are any."""

Verdict: TypeAlias = Literal["pass", "fail", "not enough data"]

# Surer than any gate asks to be: whoever looks after each request looks often.
_HOPELESS = 0.9999


@dataclass(frozen=True, slots=True)
class Judged:
    """One limit and what came of it.

    Attributes:
        name: Which, as in the file: `error_rate`, `e2e_p95`, `judge`; also `successes`.
        limit: What must hold: at most, or at least for `tokens_per_second`, `judge`, `successes`.
        measured: What was measured; null where there was nothing to measure.
        verdict: Whether one can be sure that it holds, or that it does not.
        why: What that rests on.
    """

    name: str
    limit: float
    measured: float | None
    verdict: Verdict
    why: str


def overall(judged: Sequence[Judged]) -> Verdict:
    """One verdict of all: a single fail fails, and what is not sure does not pass."""
    verdicts = {one.verdict for one in judged}
    for verdict in ("fail", "not enough data"):
        if verdict in verdicts:
            return verdict
    return "pass"


def judge(samples: Sequence[Sample], measured: Measures, file: GateFile) -> Iterator[Judged]:
    """Every limit of the file, in its order; before them what holds whatever the file says."""
    limits = file.limits
    if measured.requests and measured.failed == measured.requests:
        none = f"none of {measured.requests} requests succeeded; {measured.errors[0][0]}"
        yield Judged(SUCCESSES, 1, 0, "fail", none)
    if limits.error_rate is not None:
        yield _errors(measured, limits.error_rate, file.confidence)
    for name in Limits.model_fields:
        time, _, rank = name.partition("_p")
        limit = getattr(limits, name)
        if rank.isdecimal() and limit is not None:
            yield _time(samples, measured, (name, time, int(rank)), limit, file.confidence)
    if limits.tokens_per_second is not None:
        yield _throughput(measured, limits.tokens_per_second)


def hopeless(failed: int, of: int, file: GateFile) -> bool:
    """Whether a load has failed so clearly that the rest of it need not be asked."""
    limit = file.limits.error_rate
    return limit is not None and least_likely_share(failed, of, _HOPELESS) > limit


def share_below(hits: int, of: int, limit: float, confidence: float) -> tuple[Verdict, str]:
    """Whether the share of hits among all requests there may ever be is below a limit."""
    most = most_likely_share(hits, of, confidence)
    sure = f"with {100 * confidence:.12g}% confidence"  # as it was said: 99.9 is not 100
    if of and most < limit:
        return "pass", f"below {most:.2%} {sure}"
    least = least_likely_share(hits, of, confidence)
    if least > limit:
        return "fail", f"above {least:.2%} {sure}"
    more = needed(hits, limit, confidence)
    with_hits = f" with {hits} of them" if hits else ""
    return (
        "not enough data",
        f"between {least:.2%} and {most:.2%}: {more} requests{with_hits} show it",
    )


def _errors(measured: Measures, limit: float, confidence: float) -> Judged:
    of, failed = measured.requests, measured.failed
    verdict, why = share_below(failed, of, limit, confidence)
    rate = failed / of if of else None
    return Judged("error_rate", limit, rate, verdict, f"{failed} of {of} failed; {why}")


def _time(
    samples: Sequence[Sample],
    measured: Measures,
    of: tuple[str, str, int],
    limit: float,
    confidence: float,
) -> Judged:
    name, time, rank = of
    spread: Spread | None = getattr(measured, time)
    late = sum(_late(sample, time, limit) for sample in samples)
    # A part of a request's gaps counts for that part of a request; the sum is rounded against us.
    hits = math.ceil(round(late, 9))
    verdict, why = share_below(hits, len(samples), 1 - rank / 100, confidence)
    value = getattr(spread, f"p{rank}") if spread else None
    return Judged(
        name, limit, value, verdict, f"{hits} of {len(samples)} took {limit:g} s or more; {why}"
    )


def _late(sample: Sample, time: str, limit: float) -> float:
    """Whether a request took as long as the limit or longer; one that failed took for ever.

    The gaps of one request are no independent observations: together they count as one.
    """
    if sample.error:
        return 1.0
    match time:
        case "e2e":
            return float(sample.seconds >= limit)
        case "ttft":
            return float(sample.first is None or sample.first >= limit)
        case _:
            gaps = sample.gaps
            return sum(gap >= limit for gap in gaps) / len(gaps) if gaps else 0.0


def _throughput(measured: Measures, limit: float) -> Judged:
    value = measured.tokens_per_second
    if value is None:
        why = "the server does not count tokens in `usage`"
        return Judged("tokens_per_second", limit, None, "not enough data", why)
    verdict: Verdict = "pass" if value >= limit else "fail"
    return Judged("tokens_per_second", limit, value, verdict, "one number for the whole run")

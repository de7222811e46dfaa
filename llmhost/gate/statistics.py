"""Percentiles, and what may be said of all requests after some of them were seen.

Exact bounds for a share: C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits
illustrated in the case of the binomial", Biometrika 26 (1934). One-sided here: a gate asks for one
side only. Without any hit they come to the "rule of three": 3 / n with 95 % confidence.
"""

import math
from collections.abc import Callable, Sequence

_STEPS = 60  # halvings of an interval of length 1: more than a float can tell apart


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed (nearest rank).

    Args:
        values: In any order, at least one; infinity stands for what never came.
        share: Between 0 and 1, such as 0.95.
    """
    # One unit in the last place above a whole number would move the rank: 0.07 * 100.
    rank = math.ceil(round(share * len(values), 9))
    return sorted(values)[max(rank, 1) - 1]


def most_likely_share(hits: int, of: int, confidence: float) -> float:
    """The largest share of hits that these observations leave possible."""
    if of == 0 or hits >= of:
        return 1.0
    if hits == 0:
        return -math.expm1(math.log1p(-confidence) / of)
    return _root(lambda share: at_most(hits, of, share) - (1 - confidence))


def least_likely_share(hits: int, of: int, confidence: float) -> float:
    """The smallest share of hits that these observations leave possible."""
    if hits == 0:
        return 0.0
    return _root(lambda share: at_most(hits - 1, of, share) - confidence)


def needed(hits: int, limit: float, confidence: float) -> int:
    """How many observations it takes, with so many hits, to be sure that the share is below."""
    least, most = hits, max(2 * hits, 1)
    while most_likely_share(hits, most, confidence) >= limit:
        least, most = most, 2 * most
    while most - least > 1:
        middle = (least + most) // 2
        if most_likely_share(hits, middle, confidence) < limit:
            most = middle
        else:
            least = middle
    return most


def at_most(hits: int, of: int, share: float) -> float:
    """The probability of at most so many hits when each comes with this share."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return float(hits >= of)
    hit, miss = math.log(share), math.log1p(-share)
    whole = math.lgamma(of + 1)
    return math.fsum(
        math.exp(whole - math.lgamma(n + 1) - math.lgamma(of - n + 1) + n * hit + (of - n) * miss)
        for n in range(hits + 1)
    )


def _root(falling: Callable[[float], float]) -> float:
    """Where a function that falls between 0 and 1 is 0."""
    least, most = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (least + most) / 2
        if falling(middle) > 0:
            least = middle
        else:
            most = middle
    return (least + most) / 2

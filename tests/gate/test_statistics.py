"""Percentiles of what is known, and bounds that are exact."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.gate.statistics import (
    at_most,
    least_likely_share,
    most_likely_share,
    needed,
    percentile,
)

TIMES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)
SHARES = st.floats(0.01, 1.0)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_percentiles_of_the_numbers_to_a_hundred_are_themselves(share: float, value: int) -> None:
    values = [float(7 * number % 101) for number in range(1, 101)]
    assert percentile(values, share) == value


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_percentiles_of_an_exponential_distribution_are_those_of_its_formula(share: float) -> None:
    count = 10_000
    values = [-math.log1p(-(n + 0.5) / count) for n in range(count)]
    assert percentile(values, share) == pytest.approx(-math.log1p(-share), rel=0.01)


def test_a_rank_that_is_a_whole_number_is_not_moved_by_rounding() -> None:
    assert percentile([float(n) for n in range(1, 101)], 0.07) == 7


def test_what_never_came_is_later_than_everything() -> None:
    assert percentile([1.0] * 94 + [math.inf] * 6, 0.95) == math.inf
    assert percentile([1.0] * 95 + [math.inf] * 5, 0.95) == 1.0


@given(TIMES, SHARES)
def test_a_percentile_is_the_least_value_that_covers_its_share(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)
    assert found in values
    covered = sum(value <= found for value in values)
    assert covered >= share * len(values) - 1e-6
    below = sum(value < found for value in values)
    assert below < share * len(values) + 1e-6


# What statistics packages print: R's binom.test(x, n, alternative = "less" and "greater").
@pytest.mark.parametrize(
    ("hits", "of", "least", "most"),
    [
        (0, 10, 0.0, 0.2588656),
        (1, 10, 0.005116197, 0.3941633),
        (5, 10, 0.2224411, 0.7775589),
        (10, 10, 0.7411344, 1.0),
        (2, 100, 0.003564, 0.061621),
    ],
)
def test_bounds_are_those_of_clopper_and_pearson(
    hits: int, of: int, least: float, most: float
) -> None:
    assert least_likely_share(hits, of, 0.95) == pytest.approx(least, abs=2e-6)
    assert most_likely_share(hits, of, 0.95) == pytest.approx(most, abs=2e-6)


def test_without_an_error_it_takes_299_requests_to_be_sure_of_less_than_one_percent() -> None:
    assert needed(0, 0.01, 0.95) == 299
    assert most_likely_share(0, 299, 0.95) < 0.01 <= most_likely_share(0, 298, 0.95)


def test_without_an_exception_it_takes_59_requests_to_be_sure_of_a_p95() -> None:
    assert needed(0, 0.05, 0.95) == 59


def test_the_rule_of_three_is_what_it_comes_to() -> None:
    for count in (100, 1000, 10_000):
        assert most_likely_share(0, count, 0.95) == pytest.approx(3 / count, rel=0.02)


@given(st.integers(1, 400), st.floats(0.0, 1.0), st.floats(0.6, 0.999))
def test_what_was_seen_lies_between_the_bounds(of: int, part: float, confidence: float) -> None:
    hits = round(part * of)
    least = least_likely_share(hits, of, confidence)
    most = most_likely_share(hits, of, confidence)
    assert 0 <= least <= hits / of + 1e-9
    assert hits / of - 1e-9 <= most <= 1


@given(st.integers(0, 40), st.floats(0.005, 0.5))
def test_what_is_needed_is_enough_and_one_less_is_not(hits: int, limit: float) -> None:
    count = needed(hits, limit, 0.95)
    assert most_likely_share(hits, count, 0.95) < limit
    assert most_likely_share(hits, count - 1, 0.95) >= limit


def test_probabilities_of_a_coin_are_those_one_can_count() -> None:
    assert at_most(0, 3, 0.5) == pytest.approx(1 / 8)
    assert at_most(1, 3, 0.5) == pytest.approx(4 / 8)
    assert (at_most(1, 3, 0.0), at_most(2, 3, 1.0), at_most(3, 3, 1.0)) == (1.0, 0.0, 1.0)

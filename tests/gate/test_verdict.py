"""Pass, fail, or not enough data: what may be said after so many requests."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.gate.measures import measures
from llmhost.gate.sample import Sample
from llmhost.gate.verdict import Judged, hopeless, judge, overall
from llmhost.spec.gatefile import GateFile, Limits

FILE = GateFile()


def load(good: int, bad: int = 0, seconds: float = 1.0) -> list[Sample]:
    """A load: requests that went well, and others that failed."""
    well = Sample(seconds, first=0.1, gaps=(0.01, 0.03), tokens=3)
    return [well] * good + [Sample(0.0, error="answered 500")] * bad


def judged(samples: Sequence[Sample], **limits: float | None) -> dict[str, Judged]:
    file = FILE.model_copy(update={"limits": Limits(**limits)})
    return {one.name: one for one in judge(samples, measures(samples, 10.0), file)}


def verdict(samples: Sequence[Sample]) -> str:
    return overall(tuple(judge(samples, measures(samples, 10.0), FILE)))


@given(st.integers(0, 15))
def test_fifteen_requests_never_pass_a_gate_of_one_percent(bad: int) -> None:
    assert verdict(load(15 - bad, bad)) != "pass"
    assert judged(load(15 - bad, bad))["error_rate"].verdict != "pass"


@given(st.integers(1, 298))
def test_no_load_of_less_than_299_requests_passes(count: int) -> None:
    assert judged(load(count))["error_rate"].verdict == "not enough data"


def test_a_clean_load_of_299_requests_passes() -> None:
    assert verdict(load(299)) == "pass"
    assert FILE.requests >= 299


def test_one_error_in_300_is_not_enough_data_and_says_how_much_is() -> None:
    error_rate = judged(load(299, 1))["error_rate"]
    assert error_rate.verdict == "not enough data"
    assert error_rate.why == (
        "1 of 300 failed; between 0.02% and 1.57%: 473 requests with 1 of them show it"
    )
    assert judged(load(472, 1))["error_rate"].verdict == "pass"


def test_what_can_only_be_worse_fails() -> None:
    assert judged(load(270, 30))["error_rate"].verdict == "fail"
    assert verdict(load(270, 30)) == "fail"


@pytest.mark.parametrize(("count", "expected"), [(58, "not enough data"), (59, "pass")])
def test_a_p95_takes_59_requests(count: int, expected: str) -> None:
    assert judged(load(count), error_rate=None)["e2e_p95"].verdict == expected


def test_a_request_that_failed_took_for_ever() -> None:
    assert judged(load(280, 20), error_rate=None)["e2e_p95"].verdict == "not enough data"
    assert judged(load(250, 50), error_rate=None)["e2e_p95"].verdict == "fail"


def test_a_limit_that_is_reached_is_broken() -> None:
    assert judged(load(300, seconds=10.0))["e2e_p95"].verdict == "fail"
    assert judged(load(300, seconds=9.99))["e2e_p95"].verdict == "pass"


def test_gaps_of_one_request_are_not_many_observations() -> None:
    few = [Sample(1.0, first=0.1, gaps=(0.01,) * 1000, tokens=1001)] * 20
    assert judged(few, itl_p95=0.1)["itl_p95"].verdict == "not enough data"
    many = few * 10
    assert judged(many, itl_p95=0.1)["itl_p95"].verdict == "pass"


def test_half_of_the_gaps_late_is_half_of_the_requests_late() -> None:
    samples = [Sample(1.0, first=0.1, gaps=(0.01, 0.5), tokens=3)] * 200
    assert judged(samples, itl_p95=0.1)["itl_p95"].verdict == "fail"
    assert judged(samples, itl_p50=0.1)["itl_p50"].verdict == "not enough data"


@given(st.integers(1, 40), st.sampled_from(sorted(Limits.model_fields)))
def test_nothing_that_succeeds_is_never_a_pass(count: int, name: str) -> None:
    limits = {**dict.fromkeys(Limits.model_fields), name: 0.9}
    samples = load(0, count)
    file = FILE.model_copy(update={"limits": Limits(**limits)})
    assert overall(tuple(judge(samples, measures(samples, 10.0), file))) == "fail"


@pytest.mark.parametrize(
    ("confidence", "said"), [(0.95, "95%"), (0.999, "99.9%"), (0.99999, "99.999%")]
)
def test_confidence_is_told_as_it_was_said(confidence: float, said: str) -> None:
    file = FILE.model_copy(update={"confidence": confidence})
    samples = load(100_000)
    found = next(iter(judge(samples, measures(samples, 10.0), file)))
    assert f" with {said} confidence" in found.why


def test_throughput_is_one_number() -> None:
    assert judged(load(100), tokens_per_second=30.0)["tokens_per_second"].verdict == "pass"
    assert judged(load(100), tokens_per_second=30.1)["tokens_per_second"].verdict == "fail"
    uncounted = [Sample(1.0, first=0.1)]
    found = judged(uncounted, tokens_per_second=1.0)["tokens_per_second"]
    assert found.verdict == "not enough data"


def test_nothing_at_all_is_not_enough_data() -> None:
    assert verdict([]) == "not enough data"


def test_a_load_is_given_up_only_when_it_is_lost() -> None:
    assert not hopeless(1, 1, FILE)
    assert hopeless(3, 3, FILE)
    assert not hopeless(3, 100, FILE)
    assert not hopeless(300, 300, FILE.model_copy(update={"limits": Limits(error_rate=None)}))


def test_one_fail_fails_and_what_is_not_sure_does_not_pass() -> None:
    ok, bad, open_ = (Judged("x", 1, 1, v, "") for v in ("pass", "fail", "not enough data"))
    assert overall([ok, open_, bad]) == "fail"
    assert overall([ok, open_]) == "not enough data"
    assert overall([ok]) == "pass"

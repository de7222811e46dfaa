"""Numbers as people read them."""

import pytest

from llmhost.ui.units import count, duration, price, size


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (15_000, "15 kB"),
        (812_000_000, "812 MB"),
        (3_140_000_000, "3.1 GB"),
        (65_536_000_000, "65.5 GB"),
    ],
)
def test_sizes_are_decimal(number: int, words: str) -> None:
    assert size(number) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0s"),
        (9.94, "9.9s"),
        (9.96, "10s"),
        (59.4, "59s"),
        (59.6, "1m00s"),
        (131, "2m11s"),
        (3599.7, "1h00m"),
        (3780, "1h03m"),
    ],
)
def test_times_have_two_figures_that_matter(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_no_bill_is_no_price() -> None:
    assert (price(None), price(0.5)) == ("", "$0.50 per hour")


def test_nouns_agree_with_their_number() -> None:
    assert (count(0, "step"), count(1, "step"), count(2, "step")) == (
        "0 steps",
        "1 step",
        "2 steps",
    )

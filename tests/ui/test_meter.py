"""The meter: where a job is, how fast it goes, how long it will take."""

from llmhost.events import Progress
from llmhost.ui.meter import Meter


def metered(*samples: tuple[float, int], total: int = 0, text: str = "") -> Meter:
    meter = Meter(Progress("image", samples[0][1], total))
    for now, done in samples:
        meter.add(Progress("image", done, total, text), now)
    return meter


def test_the_rate_is_that_of_the_last_seconds() -> None:
    slow_then_fast = metered((0, 0), (100, 1_000_000), (105, 501_000_000), total=1_001_000_000)
    assert slow_then_fast.rate == 100_000_000
    assert slow_then_fast.words == "501 MB of 1.0 GB, 100 MB/s, 5.0s left"


def test_one_sample_has_no_rate() -> None:
    assert metered((0, 500), total=1000).words == "500 B of 1 kB"


def test_a_stall_shows_no_rate_and_no_time_left() -> None:
    assert metered((0, 500), (5, 500), total=1000).words == "500 B of 1 kB"


def test_a_job_that_begins_again_is_measured_anew() -> None:
    again = metered((0, 900), (1, 100), (2, 200), total=1000)
    assert again.rate == 100
    assert again.fraction == 0.2


def test_without_a_total_only_what_is_known_is_said() -> None:
    meter = metered((0, 0), text="loading shards")
    assert (meter.words, meter.fraction) == ("loading shards", None)


def test_more_than_everything_is_everything() -> None:
    assert metered((0, 1200), total=1000).fraction == 1.0

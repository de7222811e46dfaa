"""Fast enough for thousands of runs; generous bounds, for a machine that others use, too."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.fake_gce import FakeGce
from tests.fake_gce_tests.clients import ZONE, Google, ask


def median_ms(call: Callable[[], object], times: int = 50) -> float:
    def once() -> float:
        began = time.perf_counter()
        call()
        return (time.perf_counter() - began) * 1000

    return statistics.median(once() for _ in range(times))


def test_a_get_takes_less_than_five_milliseconds(gce: FakeGce, google: Google) -> None:
    gce.plant_instance(ZONE, "a")
    google.get()
    assert median_ms(google.get) < 5


def test_a_list_of_a_hundred_machines_takes_less_than_a_tenth_of_a_second(gce: FakeGce) -> None:
    for number in range(100):
        gce.plant_instance(ZONE, f"m{number}", labels={"llmhost": "1"})
    path = "aggregated/instances?filter=labels.llmhost%3D1"
    assert median_ms(lambda: ask(gce, "GET", path), 5) < 100


def test_a_double_starts_in_less_than_a_tenth_of_a_second() -> None:
    def start() -> None:
        with FakeGce():
            pass

    assert median_ms(start, 5) < 100


def test_a_hundred_machines_at_once_are_made_and_deleted(gce: FakeGce, google: Google) -> None:
    names = [f"m{number}" for number in range(100)]
    with ThreadPoolExecutor(16) as pool:
        for operation in pool.map(google.insert, names):
            google.wait(operation)
        gce.advance(10)
        assert {i["status"] for i in gce.instances()} == {"RUNNING"}
        for operation in pool.map(google.delete, names):
            google.wait(operation)
    assert not gce.instances()
    assert not gce.disks()

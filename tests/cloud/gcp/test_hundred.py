"""A hundred machines: bounded time, bounded concurrency, and every call counted."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmhost.cloud.gcp import clearing
from llmhost.cloud.gcp.names import labels
from tests.cloud.gcp.bench import Bench
from tests.cloud.gcp.direct import DirectCalls
from tests.cloud.gcp.mortal import alone
from tests.cloud.gcp.typed import seams
from tests.fake_gce import FakeGce, Latency, RealClock

MANY = 100
ZONES = ("us-central1-a", "us-central1-b", "europe-west4-a", "asia-east1-a")

# A minute passes in a second: a machine takes half a second to go.
RATE, DELETION = 60, 25.0


@pytest.fixture
def gce() -> Iterator[FakeGce]:
    with FakeGce(clock=RealClock(rate=RATE), latency=Latency(delete=DELETION)) as gce:
        yield gce


@pytest.fixture
def many(gce: FakeGce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Somebody with a hundred machines whose time is over, and one of somebody else's."""
    for module, replaced in seams().items():
        for name, value in replaced.items():
            monkeypatch.setattr(module, name, value)
    bench = Bench(gce, tmp_path / "home")
    bench.state.mkdir()
    for number in range(MANY):
        deployment = f"m{number:02}"
        gce.plant_instance(
            ZONES[number % len(ZONES)],
            f"llmhost-{deployment}",
            labels=labels(deployment, "me", bench.now()),
        )
    gce.plant_instance(ZONES[0], "theirs")
    gce.advance(3600)
    return bench


@pytest.fixture
def most(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many calls were under way at once, at most."""
    lock, now, peak = threading.Lock(), 0, 0
    ask = DirectCalls._call  # noqa: SLF001  the one door out

    def counted(*args: object) -> object:
        nonlocal now, peak
        with lock:
            now, peak = now + 1, max(peak, now + 1)
        try:
            return ask(*args)  # type: ignore[arg-type]  # passed on
        finally:
            with lock:
                now -= 1

    monkeypatch.setattr(DirectCalls, "_call", counted)
    return lambda: peak


def test_ls_asks_for_machines_and_for_disks_once_however_many_there_are(
    many: Bench, gce: FakeGce
) -> None:
    gce.plant_disk(ZONES[0], "llmhost-m00-1", labels("m00", "me", many.now()))
    gce.plant_disk(ZONES[0], "theirs")
    gce.advance(3600)
    listing = json.loads(alone(many, "ls", "-o", "json").stdout)
    assert len(listing["deployments"]) == MANY
    assert [one["name"] for one in listing["unused"]] == ["llmhost-m00-1"]
    assert gce.calls == {"instances.aggregatedList": 1, "disks.aggregatedList": 1}


@pytest.mark.parametrize("command", [("down", "--all", "--yes"), ("gc", "--yes")])
def test_all_of_them_go_in_bounded_time_with_bounded_concurrency(
    many: Bench, gce: FakeGce, most: Callable[[], int], command: tuple[str, ...]
) -> None:
    begun = time.monotonic()
    ended = alone(many, *command)
    assert ended.status == 0, ended.stderr
    assert [instance["name"] for instance in gce.instances()] == ["theirs"]
    # `down` asks ten times for each, `gc` five times; a few for all.
    assert sum(gce.calls.values()) <= 10 * MANY + 20
    # One after the other they would take a hundred times 25 s of the double's time.
    assert time.monotonic() - begun < MANY * DELETION / RATE
    assert 1 < most() <= clearing.HANDS

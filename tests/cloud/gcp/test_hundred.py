"""A hundred machines: bounded time, bounded concurrency, and every call counted."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmhost.cloud.gcp import clearing
from llmhost.cloud.gcp.calls import Calls
from llmhost.cloud.gcp.names import labels
from tests.cloud.gcp.bench import Bench
from tests.cloud.gcp.forked import alone
from tests.fake_gce.process import FakeGceProcess

MANY = 100
ZONES = ("us-central1-a", "us-central1-b", "europe-west4-a", "asia-east1-a")


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Bench]:
    """Somebody with a hundred machines, and one of somebody else's."""
    with FakeGceProcess(state=tmp_path / "world.json", options=("--per-call", "1")) as gce:
        bench = Bench(gce, tmp_path / "home")
        bench.state.mkdir()
        for number in range(MANY):
            name = f"m{number:02}"
            gce.plant_instance(
                ZONES[number % len(ZONES)],
                f"llmhost-{name}",
                labels=labels(name, "me", bench.now()),
            )
        gce.plant_instance(ZONES[0], "theirs")
        yield bench


def test_ls_asks_once(many: Bench) -> None:
    before = sum(many.gce.calls.values())
    listing = json.loads(alone(many, "ls", "-o", "json").stdout)
    assert len(listing["deployments"]) == MANY
    assert sum(many.gce.calls.values()) - before == 1


@pytest.mark.parametrize("command", [("down", "--all", "--yes"), ("gc", "--yes")])
def test_all_of_them_go_in_bounded_time(many: Bench, command: tuple[str, ...]) -> None:
    many.gce.advance(3600)
    before, begun = sum(many.gce.calls.values()), time.monotonic()
    ended = alone(many, *command)
    assert ended.status == 0, ended.stderr
    assert [instance["name"] for instance in many.gce.instances()] == ["theirs"]
    # Nine calls for each machine and a few for all of them: 16 side by side, that is some five
    # minutes where an answer takes a third of a second and a machine half a minute to go.
    assert sum(many.gce.calls.values()) - before <= 10 * MANY + 20
    assert time.monotonic() - begun < 60


def test_no_more_than_so_many_calls_are_under_way_at_once(
    many: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, now, most = threading.Lock(), 0, 0
    ask = Calls._call  # noqa: SLF001  the one door out

    def counted(*args: object) -> object:
        nonlocal now, most
        with lock:
            now, most = now + 1, max(most, now + 1)
        try:
            return ask(*args)  # type: ignore[arg-type]  # passed on
        finally:
            with lock:
                now -= 1

    monkeypatch.setattr(Calls, "_call", counted)
    many.gce.advance(3600)
    driver = many.driver
    driver.clear(driver.waste(), many.heard)
    assert 1 < most <= clearing.HANDS

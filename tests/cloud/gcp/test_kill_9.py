"""The lives of `test_kills.py` with processes and `kill -9`: no `finally`, no thread that is left.

A life takes two seconds this way: a few are lived each time, and with `bin/test --slow` 500, or as
many as `LLMHOST_KILL_RUNS` says.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cloud.gcp.bench import ZONES, Bench
from tests.cloud.gcp.drawn import UP, Life, lives
from tests.cloud.gcp.forked import alone, begin, ended, together
from tests.cloud.gcp.lives import PACE, live
from tests.cloud.gcp.looks import there
from tests.cloud.gcp.typed import KILLED, Command
from tests.fake_gce import Phantom, Stockout
from tests.fake_gce.process import FakeGceProcess

RUNS = os.environ.get("LLMHOST_KILL_RUNS", "")


@pytest.fixture(scope="module")
def gce(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGceProcess]:
    state = tmp_path_factory.mktemp("world") / "world.json"
    with FakeGceProcess(state=state, options=("--per-call", "5")) as gce:
        yield gce


@settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(life=lives)
def test_what_holds_for_threads_holds_for_processes(
    gce: FakeGceProcess, tmp_path: Path, life: Life
) -> None:
    live(life, Bench(gce, tmp_path / "home", pace=PACE), together)


@pytest.mark.slow
@settings(
    max_examples=int(RUNS or 500),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(life=lives)
def test_it_holds_for_as_many_processes_as_anybody_has_time_for(
    gce: FakeGceProcess, tmp_path: Path, life: Life
) -> None:
    live(life, Bench(gce, tmp_path / "home", pace=PACE), together)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_two_processes_at_once_make_one_machine(
    gce: FakeGceProcess, tmp_path: Path, *, elsewhere: bool
) -> None:
    gce.wipe()
    gce.forgive()
    gce.script(Stockout(zone=ZONES[0], times=1), Phantom(zone=ZONES[1], times=1))
    homes = [tmp_path / str(number) for number in range(2)]
    for home in homes:
        home.mkdir()
    pair = [Bench(gce, home, pace=PACE) for home in (homes if elsewhere else homes[:1] * 2)]
    children = [begin(bench, Command(UP)) for bench in pair]
    assert [ended(*child).status for child in children] == [1, 1]  # there is no host
    assert len(there(gce)) == 1


@pytest.mark.parametrize("moment", [14, 17, 18, 19, 22])
def test_a_killed_process_leaves_no_second_machine(
    gce: FakeGceProcess, tmp_path: Path, moment: int
) -> None:
    """Around the insert: before the journal, between it and the call, and after the answer."""
    gce.wipe()
    gce.forgive()
    bench = Bench(gce, tmp_path / "home", pace=PACE)
    bench.state.mkdir()
    (killed,) = together(bench, Command(UP, moment))
    assert killed.status == KILLED
    alone(bench, *UP)
    assert len(there(gce)) == 1

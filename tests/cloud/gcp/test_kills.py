"""Random faults and random deaths: nothing is lost, nothing is leaked, nothing is stolen.

500 lives by default, the same ones each time; `LLMHOST_KILL_RUNS=5000` lives that many, at random.
`test_kill_9.py` has the same with processes and signals.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cloud.gcp.bench import ZONES, Bench
from tests.cloud.gcp.drawn import UP, UP_THERE, Life, lives
from tests.cloud.gcp.lives import PACE, live
from tests.cloud.gcp.looks import there
from tests.cloud.gcp.mortal import alone, together
from tests.cloud.gcp.typed import KILLED, Command, seams
from tests.fake_gce import FakeGce, ManualClock, Phantom, Slow, Stockout

RUNS = os.environ.get("LLMHOST_KILL_RUNS", "")


@pytest.fixture(scope="module", autouse=True)
def gce() -> Iterator[FakeGce]:
    """A cloud for all lives; its clock moves five seconds with each call."""
    with FakeGce(clock=ManualClock(per_call=5)) as gce, pytest.MonkeyPatch.context() as patch:
        # typer sets it and deletes it again, which two commands in threads may do at the same time.
        patch.setenv("PYDANTIC_DISABLE_PLUGINS", "1")
        for module, replaced in seams().items():
            for name, value in replaced.items():
                patch.setattr(module, name, value)
        yield gce


@settings(
    max_examples=int(RUNS or 500),
    derandomize=not RUNS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(life=lives)
def test_nothing_is_leaked_and_nothing_is_stolen(gce: FakeGce, tmp_path: Path, life: Life) -> None:
    pace = replace(PACE, making=0.08, pause=0.002)
    live(life, Bench(gce, tmp_path / "home", pace=pace), together)


@pytest.mark.parametrize("times", [0, 1, 2, 3])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_two_commands_at_once_make_one_machine(
    gce: FakeGce, tmp_path: Path, times: int, *, elsewhere: bool
) -> None:
    """On one computer or on two, meeting in the same zone or passing each other by."""
    for zone in (ZONES[0], "us-east4-*", "*"):
        gce.wipe()
        gce.forgive()
        gce.script(Stockout(zone=zone, times=times), Phantom(zone=zone, times=times))
        homes = [tmp_path / f"{zone.strip('*')}{n}" for n in range(2)]
        for home in homes:
            home.mkdir()
        pair = [Bench(gce, home, pace=PACE) for home in (homes if elsewhere else homes[:1] * 2)]
        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(lambda bench: alone(bench, *UP), pair))
        assert [one.status for one in ended] == [1, 1]  # there is no host behind the double
        assert len(there(gce)) == 1


@pytest.mark.parametrize("hidden", [False, True])
def test_a_killed_command_leaves_no_second_machine(
    gce: FakeGce, tmp_path: Path, *, hidden: bool
) -> None:
    """Every moment of the first `up`; the second looks elsewhere, and may not see what comes."""
    for moment in range(75):
        gce.wipe()
        gce.forgive()
        gce.script(Slow(call="instances.insert", seconds=900, hidden=hidden, zone="us-east4-*"))
        bench = Bench(gce, tmp_path / str(moment), pace=PACE)
        bench.state.mkdir()
        (killed,) = together(bench, Command(UP, moment))
        alone(bench, *UP_THERE)
        gce.advance(5000)  # what could not be seen yet can be seen now
        assert len(there(gce)) == 1, moment
        if killed.status != KILLED:
            break
    else:
        raise AssertionError("`up` has more moments than that")
    assert moment > 20

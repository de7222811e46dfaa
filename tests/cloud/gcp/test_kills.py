"""Random faults and random deaths: nothing is lost, nothing is leaked, nothing is stolen.

Each run is a short life of one deployment: commands that are killed at some moment, a cloud with
faults, other people's things beside it. At every step what exists has an end of its own, `ls` tells
of it, and at the last `down` or `gc` takes all of it away and nothing else.

500 runs by default, derandomized; `LLMHOST_KILL_RUNS=5000` makes more of them, at random.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.pace import Pace
from tests.cloud.gcp.bench import ZONES, Bench
from tests.cloud.gcp.forked import KILLED, Command, alone, begin, ended, together
from tests.fake_gce import (
    CredentialsExpired,
    Dropped,
    HostKeysLate,
    OperationFails,
    PermissionDenied,
    Phantom,
    QuotaExceeded,
    Slow,
    Stockout,
    Unavailable,
)
from tests.fake_gce.faults import Fault
from tests.fake_gce.process import FakeGceProcess

# Minutes of work for both processors: run by `bin/test --slow`.
pytestmark = pytest.mark.slow

RUNS = os.environ.get("LLMHOST_KILL_RUNS", "")
NAME = "vllm"
UP = ("up", "vllm", "--gpus", "2", "--yes")
DOWN = ("down", NAME)
GC = ("gc", "--yes")
EXTEND = ("extend", NAME, "--ttl", "4h", "--yes")

# A clock that is moved by waiting; little patience, so that slow operations are given up, too.
PACE = Pace(making=0.4, hidden=3.0, vouching=2.0, login=0.5, pause=0.01)

zones = st.sampled_from((*ZONES, "us-*", "*"))
few = st.integers(1, 3)
calls = st.sampled_from(
    (
        "*",
        "instances.insert",
        "instances.delete",
        "instances.get",
        "instances.aggregatedList",
        "zoneOperations.wait",
        "disks.*",
        "firewalls.*",
    )
)
later = st.integers(0, 25)


def some(kind: type[Fault], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Fault]:
    return st.builds(kind, **fields)


faults = st.lists(
    st.one_of(
        some(
            Stockout,
            zone=zones,
            times=few,
            detailed=st.booleans(),
            sync=st.booleans(),
            leaves_disk=st.booleans(),
            zones_available=st.sampled_from(((), ("us-central1-b",))),
        ),
        some(Phantom, zone=zones, leaves_disk=st.booleans()),
        some(
            Slow,
            zone=zones,
            seconds=st.sampled_from((200.0, 900.0, 4000.0)),
            hidden=st.booleans(),
            call=st.sampled_from(("instances.insert", "instances.delete", "*")),
        ),
        some(OperationFails, zone=zones, call=st.sampled_from(("instances.insert", "instances.*"))),
        some(QuotaExceeded, zone=zones, sync=st.booleans(), times=few),
        some(Dropped, call=calls, committed=st.booleans(), after=later, times=st.integers(1, 8)),
        some(
            Unavailable,
            call=calls,
            status=st.sampled_from((429, 500, 502, 503)),
            after=later,
            times=st.integers(1, 8),
        ),
        some(CredentialsExpired, after=later, times=st.integers(1, 30)),
        some(PermissionDenied, call=calls, after=later, times=few),
        some(HostKeysLate, seconds=st.sampled_from((30.0, 300.0))),
    ),
    max_size=4,
)

dies = st.one_of(st.none(), st.integers(0, 70))
command = st.one_of(
    st.builds(Command, st.just(UP), dies),
    st.builds(Command, st.just(UP), dies),
    st.builds(Command, st.sampled_from((DOWN, GC, EXTEND)), dies),
)
steps = st.lists(
    st.one_of(
        st.lists(command, min_size=1, max_size=1),
        st.lists(command, min_size=2, max_size=2),
        st.sampled_from(("another computer", "an hour")),
    ),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def gce(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGceProcess]:
    state = tmp_path_factory.mktemp("world") / "world.json"
    with FakeGceProcess(state=state, options=("--per-call", "5")) as gce:
        yield gce


@settings(
    max_examples=int(RUNS or 500),
    derandomize=not RUNS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    faults=faults, steps=steps, theirs=st.sets(st.integers(0, 5)), end=st.sampled_from((DOWN, GC))
)
def test_nothing_is_leaked_and_nothing_is_stolen(  # noqa: PLR0913, PLR0917  a life has many sides
    gce: FakeGceProcess,
    tmp_path_factory: pytest.TempPathFactory,
    faults: list[Fault],
    steps: list[list[Command] | str],
    theirs: set[int],
    end: tuple[str, ...],
) -> None:
    gce.wipe()
    gce.forgive()
    bench = Bench(gce, tmp_path_factory.mktemp("home"), pace=PACE)
    foreign = planted(gce, theirs)
    gce.script(*faults)
    try:
        for step in steps:
            take(bench, step)
            assert ends_by_itself(gce)
            assert foreign <= everything(gce)
        gce.forgive()
        assert told(bench) == there(gce)
        finish(bench, end)
        assert everything(gce) == foreign
    finally:
        shutil.rmtree(bench.state)


def planted(gce: FakeGceProcess, which: set[int]) -> set[str]:
    """Other people's things, some of which have our names."""
    things = (
        lambda: gce.plant_instance(ZONES[0], f"llmhost-{NAME}", labels={"llmhost-name": NAME}),
        lambda: gce.plant_instance(ZONES[2], "llmhost-other", labels={"team": "others"}),
        lambda: gce.plant_disk(ZONES[1], f"llmhost-{NAME}", {"llmhost-name": NAME}),
        lambda: gce.plant_disk(ZONES[0], "data"),
        lambda: gce.plant_firewall("llmhost-ssh-theirs", description="ours", targetTags=["web"]),
        lambda: gce.plant_address("us-east4", "llmhost-address"),
    )
    for number in sorted(which):
        things[number]()
    return everything(gce)


def take(bench: Bench, step: list[Command] | str) -> None:
    if step == "another computer":
        shutil.rmtree(bench.state, ignore_errors=True)
        bench.state.mkdir()
    elif step == "an hour":
        bench.gce.advance(3600)
    else:
        assert isinstance(step, list)
        for typed, done in zip(step, together(bench, *step), strict=True):
            assert done.status in {0, 1, 2, KILLED}, f"{typed}\n{done.stderr}"
            assert "Traceback" not in done.stderr, done.stderr


def finish(bench: Bench, end: tuple[str, ...]) -> None:
    """The deployment's end: by its owner, or by nobody but time and a sweep."""
    gce = bench.gce
    if end == DOWN:
        done = alone(bench, *DOWN)
        assert done.status == 0, done.stderr
        assert not there(gce)
        gce.advance(5000)  # what could not be seen yet can be seen now
        done = alone(bench, *DOWN)
    else:
        gce.advance(9 * 3600)
        assert not there(gce), "time has ended every machine"
        done = alone(bench, *GC)
    assert done.status == 0, done.stderr


def ours(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [thing for thing in things if names.is_ours(thing)]


def there(gce: Any) -> list[str]:  # noqa: ANN401  either double
    """The places of the machines that are ours."""
    return sorted(thing["zone"].rpartition("/")[2] for thing in ours(gce.instances()))


def told(bench: Bench) -> list[str]:
    """The places of the machines that `ls` tells of."""
    listing = json.loads(alone(bench, "ls", "-o", "json").stdout)
    assert not listing["unasked"]
    for entry in listing["deployments"]:
        assert entry["expires"]
    return sorted(entry["place"] for entry in listing["deployments"])


def ends_by_itself(gce: FakeGceProcess) -> bool:
    """Whether every machine of ours takes its disks with it, at an end nobody has to mind."""
    return all(
        instance["scheduling"].get("instanceTerminationAction") == "DELETE"
        and int(instance["scheduling"]["maxRunDuration"]["seconds"]) <= 8 * 3600
        and all(disk["autoDelete"] for disk in instance["disks"])
        for instance in ours(gce.instances())
    )


def everything(gce: FakeGceProcess) -> set[str]:
    """The identifier of everything that can be seen."""
    things = (gce.instances(), gce.disks(), gce.firewalls(), gce.addresses())
    return {f"{thing['kind']} {thing['id']}" for several in things for thing in several}


@pytest.mark.parametrize("times", [0, 1, 2, 3])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_two_commands_at_once_make_one_machine(
    gce: FakeGceProcess, tmp_path: Path, times: int, *, elsewhere: bool
) -> None:
    """On one computer or on two, meeting in the same zone or passing each other by."""
    for zone in (ZONES[0], "us-east4-*", "*"):
        gce.wipe()
        gce.forgive()
        gce.script(Stockout(zone=zone, times=times), Phantom(zone=zone, times=times))
        homes = [tmp_path / f"{zone.strip('*')}{n}" for n in range(2)]
        benches = [Bench(gce, home, pace=PACE) for home in (homes if elsewhere else homes[:1] * 2)]
        for home in homes:
            home.mkdir()
        children = [begin(bench, Command(UP)) for bench in benches]
        for child in children:
            assert ended(*child).status == 1  # there is no host behind the double
        assert len(there(gce)) == 1


def test_a_killed_command_leaves_no_second_machine(gce: FakeGceProcess, tmp_path: Path) -> None:
    """Every moment of the first `up`, one after the other."""
    for moment in range(75):
        gce.wipe()
        gce.forgive()
        bench = Bench(gce, tmp_path / str(moment), pace=PACE)
        bench.state.mkdir()
        (killed,) = together(bench, Command(UP, moment))
        alone(bench, *UP)
        assert len(there(gce)) == 1, moment
        if killed.status != KILLED:
            break
    else:
        raise AssertionError("`up` has more moments than that")
    assert moment > 20

"""Short lives of one deployment, at random: faults, deaths, other people's things, and an end.

At every step what exists has an end of its own; at the last `ls` tells of all of it, and `down` or
`gc` takes all of it away and nothing else.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.pace import Pace
from tests.cloud.gcp.bench import ZONES, Bench
from tests.cloud.gcp.typed import KILLED, Command, Ended
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
from tests.fake_gce.verbs import Verbs

NAME = "vllm"
UP = ("up", "vllm", "--gpus", "2", "--yes")
UP_THERE = (*UP, "--region", "us-central1")
DOWN = ("down", "--yes", NAME)
GC = ("gc", "--yes")
MOVED, HOUR = "another computer", "an hour"
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
    st.builds(Command, st.sampled_from((UP, UP_THERE)), dies),
    st.builds(Command, st.sampled_from((DOWN, GC, EXTEND)), dies),
)
steps = st.lists(
    st.one_of(
        st.lists(command, min_size=1, max_size=1),
        st.lists(command, min_size=2, max_size=2),
        st.sampled_from((MOVED, HOUR)),
    ),
    min_size=1,
    max_size=3,
)


@dataclass(frozen=True, slots=True)
class Life:
    """What happens to a deployment.

    Attributes:
        faults: What goes wrong in the cloud.
        steps: Commands, alone or two at a time, and other turns of fate.
        theirs: Which of other people's things are there.
        end: How it is meant to end.
    """

    faults: list[Fault]
    steps: list[list[Command] | str]
    theirs: set[int]
    end: tuple[str, ...]

    @property
    def parted(self) -> bool:
        """Whether a command may have died that no later one knows of or agrees with."""
        pairs = [step for step in self.steps if isinstance(step, list) and len(step) > 1]
        return MOVED in self.steps or bool(pairs)


lives = st.builds(Life, faults, steps, st.sets(st.integers(0, 5)), st.sampled_from((UP, DOWN, GC)))


class Together(Protocol):
    """Runs commands at the same time."""

    def __call__(self, bench: Bench, /, *commands: Command) -> Sequence[Ended]: ...


def live(life: Life, bench: Bench, together: Together) -> None:
    """Lives a life and looks at what is left of it.

    Args:
        life: What happens.
        bench: Where, with a cloud that may hold what an earlier life left.
        together: How commands are run.
    """
    gce = bench.gce
    gce.wipe()
    gce.forgive()
    shutil.rmtree(bench.state, ignore_errors=True)
    bench.state.mkdir()
    foreign = planted(gce, life.theirs)
    gce.script(*life.faults)
    for step in life.steps:
        take(bench, step, together)
        assert ends_by_itself(gce)
        assert foreign <= everything(gce)
    gce.forgive()
    assert told(bench, together) == there(gce)
    if life.end == UP:
        only(together(bench, Command(UP)))
        gce.advance(5000)  # what could not be seen yet can be seen now
        assert there(gce)
        assert len(there(gce)) == 1 or life.parted
    finish(bench, life.end, together)
    assert everything(gce) == foreign


def planted(gce: Verbs, which: set[int]) -> set[str]:
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


def take(bench: Bench, step: list[Command] | str, together: Together) -> None:
    if step == MOVED:
        shutil.rmtree(bench.state, ignore_errors=True)
        bench.state.mkdir()
    elif step == HOUR:
        bench.gce.advance(3600)
    elif isinstance(step, list):
        for typed, done in zip(step, together(bench, *step), strict=True):
            assert done.status in {0, 1, 2, KILLED}, f"{typed}\n{done.stderr}"
            assert "Traceback" not in done.stderr, done.stderr


def finish(bench: Bench, end: tuple[str, ...], together: Together) -> None:
    """The deployment's end: by its owner, or by nobody but time and a sweep."""
    gce = bench.gce
    if end != GC:
        done = only(together(bench, Command(DOWN)))
        assert done.status == 0, done.stderr
        assert not there(gce)
        gce.advance(5000)  # what could not be seen yet can be seen now
        done = only(together(bench, Command(DOWN)))
    else:
        gce.advance(12 * 3600)  # a life begins when a machine runs, which may be late
        # One that `extend` had stopped when it died runs for no time: it waits for `gc`.
        runs = [one for one in ours(gce.instances()) if one["status"] != "TERMINATED"]
        assert not runs, "time has ended every machine"
        done = only(together(bench, Command(GC)))
    assert done.status == 0, done.stderr


def ours(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [thing for thing in things if names.is_ours(thing)]


def there(gce: Verbs) -> list[str]:
    """The places of the machines that are ours."""
    return sorted(thing["zone"].rpartition("/")[2] for thing in ours(gce.instances()))


def told(bench: Bench, together: Together) -> list[str]:
    """The places of the machines that `ls` tells of."""
    listing = json.loads(only(together(bench, Command(("ls", "-o", "json")))).stdout)
    assert not listing["unasked"]
    for entry in listing["deployments"]:
        assert entry["expires"]
    return sorted(entry["place"] for entry in listing["deployments"])


def ends_by_itself(gce: Verbs) -> bool:
    """Whether every machine of ours takes its disks with it, at an end nobody has to mind."""
    return all(
        instance["scheduling"].get("instanceTerminationAction") == "DELETE"
        and int(instance["scheduling"]["maxRunDuration"]["seconds"]) <= 8 * 3600
        and all(disk["autoDelete"] for disk in instance["disks"])
        for instance in ours(gce.instances())
    )


def everything(gce: Verbs) -> set[str]:
    """The identifier of everything that can be seen."""
    things = (gce.instances(), gce.disks(), gce.firewalls(), gce.addresses())
    return {f"{thing['kind']} {thing['id']}" for several in things for thing in several}


def only(ended: Sequence[Ended]) -> Ended:
    """How the one command ended."""
    (one,) = ended
    return one

"""What may happen to a deployment, drawn at random: faults, commands, deaths, turns of fate."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.cloud.gcp.bench import ZONES
from tests.cloud.gcp.typed import Command
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

NAME = "vllm"
UP = ("up", "vllm", "--gpus", "2", "--yes")
UP_THERE = (*UP, "--region", "us-central1")
DOWN = ("down", "--yes", NAME)
GC = ("gc", "--yes")
MOVED, HOUR = "another computer", "an hour"
EXTEND = ("extend", NAME, "--ttl", "4h", "--yes")

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


def some(kind: type[Fault], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Fault]:
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


@dataclass(frozen=True, slots=True)
class Gap:
    """After half a day somebody looks at what `gc` would delete, and agrees after a while.

    Attributes:
        stopped: Whether somebody stops the machine before, so that nothing else ends it.
        dies: The moment at which `gc` dies; None lets it live.
        meanwhile: Commands between the list and the answer.
    """

    stopped: bool
    dies: int | None
    meanwhile: list[Command]


needing = st.sampled_from(([Command(UP)], [Command(EXTEND)]))
gaps = st.builds(
    Gap, st.booleans(), dies, st.one_of(needing, st.lists(command, min_size=1, max_size=2))
)
steps = st.lists(
    st.one_of(
        gaps,
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
        steps: Commands, alone or two at a time, gaps, and other turns of fate.
        theirs: Which of other people's things are there.
        end: How it is meant to end.
    """

    faults: list[Fault]
    steps: list[list[Command] | Gap | str]
    theirs: set[int]
    end: tuple[str, ...]

    @property
    def parted(self) -> bool:
        """Whether a command may have died that no later one knows of or agrees with."""
        pairs = [step for step in self.steps if isinstance(step, list) and len(step) > 1]
        return MOVED in self.steps or bool(pairs)


lives = st.builds(Life, faults, steps, st.sets(st.integers(0, 5)), st.sampled_from((UP, DOWN, GC)))

"""Whenever `up` ends between the registration of a runner and its being online, nothing stays."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from llmhost.workflows.down import down
from llmhost.workflows.gc import gc
from tests.fake_github import FakeGitHub
from tests.workflows.modelhost import ModelHost
from tests.workflows.runner.host import IN_SANDBOX, OLLAMA, PLACE, TOKEN, RunnerMachine
from tests.workflows.runner.interruption import Interruption, KilledError
from tests.workflows.runner.test_sweeping import Keeper
from tests.workflows.world import SANDBOX, World


@dataclass
class Cut:
    """What an `up` that was cut short has left."""

    at: str
    world: World
    registered: bool


def cut_at_every_moment(github: FakeGitHub, home: Path, *, killed: bool) -> Iterator[Cut]:
    for moment in count(1):
        github.world.runners.clear()
        environ = {"GITHUB_TOKEN": TOKEN, **github.environ}
        host = ModelHost(machine=RunnerMachine(github=github))
        world = World(home=home / f"{moment}", host=host, environ=environ)
        interruption = Interruption(moment, killed)
        with pytest.MonkeyPatch.context() as patch:
            interruption.begin(patch)
            with suppress(KeyboardInterrupt, KilledError):
                world.up(OLLAMA, SANDBOX)
        if not interruption.reached:
            return
        yield Cut(interruption.passed[moment - 1], world, bool(github.names()))


def by_down(world: World) -> None:
    down(world.session, SANDBOX, "ollama")


def by_down_once_the_machine_is_gone(world: World) -> None:
    world.clouds["sandbox"].there.clear()
    down(world.session, SANDBOX, "ollama", PLACE)


def by_gc_with_its_machine(world: World) -> None:
    world.clouds["sandbox"] = Keeper("sandbox", world.clouds["sandbox"].there, expired=("ollama",))
    gc(world.session, (), lambda _: True)


WAYS = [by_down, by_down_once_the_machine_is_gone, by_gc_with_its_machine]


@pytest.mark.parametrize("goes", WAYS, ids=lambda way: way.__name__)
def test_killed_at_any_moment_the_registration_goes_with_the_machine(
    github: FakeGitHub, tmp_path: Path, goes: Callable[[World], None]
) -> None:
    left = []
    for cut in cut_at_every_moment(github, tmp_path, killed=True):
        assert cut.registered == (cut.at != "before POST generate-jitconfig"), cut.at
        left.append(cut.at)
        goes(cut.world)
        assert github.names() == [], cut.at
        assert cut.world.clouds["sandbox"].there == [], cut.at
    assert {"after POST generate-jitconfig", "before runner_start", "after runner_start"} < {*left}
    assert left[-1] == "after GET runners", "the last of all is the question whether it is online"


def test_interrupted_at_any_moment_it_takes_the_registration_away_itself(
    github: FakeGitHub, tmp_path: Path
) -> None:
    left = {
        cut.at: cut.world
        for cut in cut_at_every_moment(github, tmp_path, killed=False)
        if cut.registered
    }
    # Whether a registration was made that nobody heard of cannot be known: `down` finds it.
    assert set(left) == {"after POST generate-jitconfig"}


def test_gc_finds_a_registration_whose_machine_is_gone_and_that_never_came_online(
    github: FakeGitHub, tmp_path: Path
) -> None:
    cuts = cut_at_every_moment(github, tmp_path, killed=True)
    cut = next(one for one in cuts if one.at == "before runner_start")
    assert github.names() == [IN_SANDBOX]
    cut.world.clouds["sandbox"].there.clear()
    assert gc(cut.world.session, (), lambda _: True, (PLACE,)).deleted == 1
    assert github.names() == []

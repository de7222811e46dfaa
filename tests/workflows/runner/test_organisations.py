"""The runner of an organisation: it joins its group, and goes with `down` and `gc`."""

from dataclasses import replace

import pytest

from llmhost.errors import LlmhostError
from llmhost.spec.runner import read_runner
from llmhost.workflows.down import down
from llmhost.workflows.gc import gc
from tests.fake_github import FakeGitHub
from tests.workflows.runner.host import OLLAMA, TOKEN
from tests.workflows.world import SANDBOX, World

ORGANISATION = replace(OLLAMA, runner=read_runner("github:acme", "gpu"))


@pytest.fixture
def group(github: FakeGitHub) -> int:
    github.token(TOKEN, "acme")
    github.group(5, "gpu")
    return 5


def test_a_runner_of_an_organisation_joins_its_group_and_goes_with_its_machine(
    world: World, github: FakeGitHub, group: int
) -> None:
    world.up(ORGANISATION, SANDBOX)
    (runner,) = github.world.runners
    assert (runner.place, runner.group, runner.online) == ("acme", group, True)
    assert world.up(ORGANISATION, SANDBOX).changed == 0
    assert down(world.session, SANDBOX, "ollama").kept == ()
    assert github.names("acme") == []


@pytest.mark.usefixtures("group")
def test_gc_finds_registrations_of_an_organisation(world: World, github: FakeGitHub) -> None:
    world.up(ORGANISATION, SANDBOX)
    github.world.runners[0].online = False
    world.clouds["sandbox"].there.clear()
    assert gc(world.session, (), lambda _: True, (read_runner("github:acme"),)).deleted == 1
    assert github.names("acme") == []


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize(
    ("name", "said"),
    [("gpus", "acme has no runner group `gpus`"), ("open", "lends these runners to public ones")],
)
def test_a_group_that_cannot_be_is_refused_before_there_is_a_machine(
    world: World, github: FakeGitHub, name: str, said: str
) -> None:
    github.group(6, "open", public=True)
    with pytest.raises(LlmhostError, match=said):
        world.up(replace(OLLAMA, runner=read_runner("github:acme", name)), SANDBOX)
    assert world.clouds["sandbox"].there == []
    assert github.world.runners == []

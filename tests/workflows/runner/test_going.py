"""The registration of a CI runner goes with its host, whatever became of that."""

from dataclasses import replace

import pytest

from llmhost.cloud.base import Machine as CloudMachine
from llmhost.spec.runner import runner_name
from llmhost.workflows import leaving
from llmhost.workflows.down import down
from tests.fake_github import FakeGitHub
from tests.fakes import FakeCloud
from tests.workflows.runner.host import IN_SANDBOX, OLLAMA, PLACE, RunnerMachine
from tests.workflows.world import HOST, SANDBOX, World


def test_down_takes_the_registration_away_first(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, SANDBOX)
    gone = down(world.session, SANDBOX, "ollama")
    assert gone.removed == (
        "machine ollama with its disks",
        f"runner {IN_SANDBOX} at github:acme/models",
    )
    assert (github.names(), gone.kept) == ([], ())


def test_down_takes_the_registration_of_a_host_that_never_came_online(
    world: World, github: FakeGitHub
) -> None:
    """Killed between the registration and the start; nothing was written down anywhere."""
    world.up(replace(OLLAMA, runner=None), SANDBOX)
    github.runner("acme/models", IN_SANDBOX)
    there = world.clouds["sandbox"].there
    there[:] = [replace(one, labels={**one.labels, "runner": str(PLACE)}) for one in there]
    down(world.session, SANDBOX, "ollama")
    assert github.names() == []


def test_down_works_by_name_alone_when_the_machine_is_gone_already(
    world: World, github: FakeGitHub
) -> None:
    github.runner("acme/models", IN_SANDBOX)
    gone = down(world.session, SANDBOX, "ollama", PLACE)
    assert gone.removed == (f"runner {IN_SANDBOX} at github:acme/models",)
    gone = down(world.session, SANDBOX, "ollama", PLACE)
    assert gone.removed == ("nothing: it was gone already",)


def test_down_waits_for_a_forge_that_believes_in_a_job(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners[0].busy = True

    class Cloud(FakeCloud):
        def delete(self, machine: CloudMachine, report: object, /) -> None:
            del report
            self.there.remove(machine)
            github.world.runners[0].busy = False  # as when it hears of the end

    cloud = Cloud("sandbox", world.clouds["sandbox"].there)
    world.clouds["sandbox"] = cloud
    assert down(world.session, SANDBOX, "ollama").kept == ()
    assert github.names() == []


def test_down_says_what_it_could_not_remove(
    world: World, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "BUSY_SECONDS", 0.0)
    world.up(OLLAMA, SANDBOX)
    del world.environ["GITHUB_TOKEN"]
    gone = down(world.session, SANDBOX, "ollama")
    assert world.clouds["sandbox"].there == []
    (kept,) = gone.kept
    assert f"runner {IN_SANDBOX} at github:acme/models: no token is set" in kept
    assert "llmhost gc --runner github:acme/models" in kept
    assert github.names() == [IN_SANDBOX]


def test_on_a_host_of_ones_own_the_runner_goes_with_account_and_registration(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    world.up(OLLAMA, HOST)
    gone = down(world.session, HOST, "ollama")
    assert gone.removed[:3] == (
        "runner ollama with its folder",
        "account llmhost-runner",
        f"runner {runner_name('ollama', '4b40ae0b45c3403e')} at github:acme/models",
    )
    assert github.names() == []
    assert machine.accounts == {}

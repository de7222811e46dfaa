"""What the tests of CI runners stand on: GitHub's double, and a machine whose runner reaches it."""

from collections.abc import Iterator

import pytest

from llmhost.workflows import engaging, leaving
from tests.fake_github import FakeGitHub
from tests.workflows.modelhost import ModelHost
from tests.workflows.runner.host import TOKEN, RunnerMachine
from tests.workflows.world import World


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as github:
        github.token(TOKEN, "acme/models", "acme/other")
        github.repository("acme/other")
        yield github


@pytest.fixture
def machine(github: FakeGitHub) -> RunnerMachine:
    return RunnerMachine(github=github)


@pytest.fixture
def world(world: World, github: FakeGitHub, machine: RunnerMachine) -> World:
    world.host = ModelHost(machine=machine)
    world.environ |= {"GITHUB_TOKEN": TOKEN, **github.environ}
    return world


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits as long as a forge may need."""
    monkeypatch.setattr(leaving, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(engaging, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(engaging, "ONLINE_SECONDS", 0.1)

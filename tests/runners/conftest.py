"""What the tests of runners stand on: GitHub's double, and somebody with a token."""

from collections.abc import Iterator

import pytest

from llmhost.runners.base import Forge, forge_of
from llmhost.spec.runner import Runner, read_runner
from tests.fake_github import FakeGitHub

TOKEN = "github_pat_planted0token1of2this3run"  # noqa: S105  to be looked for where it may not be


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as github:
        github.token(TOKEN, "acme/models", "acme")
        yield github


class Asker:
    """Asks the double as llmhost does, with what an environment holds."""

    def __init__(self, github: FakeGitHub) -> None:
        self.environ = {"GITHUB_TOKEN": TOKEN, **github.environ}

    def forge(self, place: str = "github:acme/models", **environ: str) -> tuple[Forge, Runner]:
        runner = read_runner(place)
        return forge_of(runner, {**self.environ, **environ}), runner


@pytest.fixture
def asker(github: FakeGitHub) -> Asker:
    return Asker(github)

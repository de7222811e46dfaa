"""GitLab's runners, as far as GitLab allows."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from llmhost.errors import LlmhostError, UsageError
from llmhost.runners.base import BusyRunnerError, Forge, forge_of
from llmhost.spec.runner import Runner, read_runner, runner_name
from tests.fake_gitlab import FakeGitLab

TOKEN = "glpat-planted0token1of2this3run"  # noqa: S105  to be looked for where it may not be
PLACE = read_runner("gitlab:acme/models")
NAME = runner_name("ollama", "gcp")
LABELS = ("self-hosted", "gpu", "llmhost-ollama")


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with FakeGitLab(tokens={TOKEN: ["api"]}) as gitlab:
        yield gitlab


def forge(gitlab: FakeGitLab, runner: Runner = PLACE, token: str = TOKEN) -> Forge:
    return forge_of(runner, {"GITLAB_TOKEN": token, **gitlab.environ})


def refused(gitlab: FakeGitLab, runner: Runner = PLACE, token: str = TOKEN) -> LlmhostError:
    asked = forge(gitlab, runner, token)
    with pytest.raises(LlmhostError) as caught:
        asked.check(runner)
    assert caught.value.hint, "it says what to do"
    assert TOKEN not in repr(vars(caught.value)), "nobody is told the token"
    return caught.value


@pytest.mark.parametrize("place", [PLACE, read_runner("gitlab:acme")], ids=str)
def test_a_runner_is_registered_for_its_tags_alone(gitlab: FakeGitLab, place: Runner) -> None:
    asked = forge(gitlab, place)
    asked.check(place)
    made = asked.register(NAME, LABELS, place)
    assert made.credential.value.startswith("glrt-")
    assert made.credential.value not in repr(made)
    found = asked.find(NAME)
    assert found
    assert (found.online, found.busy, found.labels) == (False, False, LABELS)
    gitlab.runners[0].status = "online"
    assert asked.ours()[0].online


def test_one_of_the_same_name_gives_way_unless_it_is_busy(gitlab: FakeGitLab) -> None:
    asked = forge(gitlab)
    asked.register(NAME, LABELS, PLACE)
    asked.register(NAME, LABELS, PLACE)
    assert len(gitlab.runners) == 1
    gitlab.runners[0].running = True
    with pytest.raises(BusyRunnerError, match="has a job in hand"):
        asked.register(NAME, LABELS, PLACE)


def test_a_runner_that_is_gone_is_removed_well(gitlab: FakeGitLab) -> None:
    asked = forge(gitlab)
    made = asked.register(NAME, LABELS, PLACE).runner
    asked.remove(made)
    asked.remove(made)
    assert gitlab.runners == []


def test_the_program_comes_with_its_checksum(gitlab: FakeGitLab) -> None:
    program = forge(gitlab).software("x86_64")
    assert program.url.endswith("/binaries/gitlab-runner-linux-amd64")
    assert len(program.sha256) == 64
    with pytest.raises(LlmhostError, match="no runner for riscv64"):
        forge(gitlab).software("riscv64")


def test_what_gitlab_refuses_is_told_with_its_remedy(gitlab: FakeGitLab) -> None:
    assert refused(gitlab, token="").message.startswith("no token is set")
    bad = "glpat-expired"
    assert refused(gitlab, token=bad).message == "GitLab does not accept the token in GITLAB_TOKEN"
    gitlab.tokens[bad] = ["read_api"]
    assert refused(gitlab, token=bad).why == "its scopes: read_api"
    typo = read_runner("gitlab:acme/typo")
    assert "does not exist on GitLab" in refused(gitlab, typo).message
    gitlab.forbidden = True
    with pytest.raises(LlmhostError, match="may not register runners at acme/models"):
        forge(gitlab).register(NAME, LABELS, PLACE)


def test_a_project_that_is_not_private_is_refused_unless_it_is_said(gitlab: FakeGitLab) -> None:
    gitlab.visibility = "internal"
    assert isinstance(refused(gitlab), UsageError)
    forge(gitlab).check(replace(PLACE, public=True))

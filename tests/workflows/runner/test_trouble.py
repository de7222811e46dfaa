"""A runner that does not come in time, and a token that dies on the way."""

import pytest

from llmhost.errors import LlmhostError
from llmhost.workflows.down import down
from tests.fake_github import FakeGitHub
from tests.fake_github.world import Fault, Runner
from tests.workflows.runner.host import IN_SANDBOX, OLLAMA, TOKEN, RunnerMachine
from tests.workflows.world import SANDBOX, World


def test_a_runner_that_runs_and_is_never_heard_of_is_told_by_its_deadline_and_last_words(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    machine.begins = lambda runner: setattr(runner, "online", False)
    machine.said = "Connect to server failed: Name or service not known\n"
    with pytest.raises(LlmhostError, match=r"did not come online at .*: not within 0 s") as caught:
        world.up(OLLAMA, SANDBOX)
    assert caught.value.why == "the host does not reach the forge"
    assert caught.value.details == (machine.said.strip(),)
    assert github.names() == []


def test_one_that_comes_just_in_time_has_come(
    world: World, machine: RunnerMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at once more when the time is over, whatever the pauses between."""
    late: list[Runner] = []

    def begins(runner: Runner) -> None:
        runner.online = False
        late.append(runner)

    def pause(_seconds: float) -> None:
        late[0].online = True

    machine.begins = begins
    monkeypatch.setattr("llmhost.workflows.engaging.time.sleep", pause)
    assert world.up(OLLAMA, SANDBOX).runner


def test_a_token_that_dies_between_check_and_registration_is_told_as_such(
    world: World, github: FakeGitHub
) -> None:
    github.fail(Fault("POST", "generate-jitconfig", 401, {"message": "Bad credentials"}))
    with pytest.raises(LlmhostError, match="does not accept the token in GITHUB_TOKEN") as caught:
        world.up(OLLAMA, SANDBOX)
    assert (caught.value.why, github.names()) == ("Bad credentials", [])
    assert "expired" in caught.value.hint
    github.fail(Fault("POST", "generate-jitconfig", 403, {"message": "Resource not accessible"}))
    with pytest.raises(LlmhostError, match="may not register runners at acme/models"):
        world.up(OLLAMA, SANDBOX)
    assert world.up(OLLAMA, SANDBOX).runner, "and the next one goes on where it is"


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        (None, "GitHub does not accept the token in GITHUB_TOKEN"),
        (frozenset[str](), "the token in GITHUB_TOKEN may not register runners at acme/models"),
    ],
    ids=["401", "403"],
)
def test_a_token_that_dies_while_the_runner_comes_is_told_and_the_next_up_finds_it(
    world: World,
    github: FakeGitHub,
    machine: RunnerMachine,
    rights: frozenset[str] | None,
    said: str,
) -> None:
    def dies(_runner: Runner) -> None:
        del github.world.tokens[TOKEN]
        if rights is not None:
            github.token(TOKEN, sees=frozenset({"acme/models"}))

    machine.begins = dies
    with pytest.raises(LlmhostError) as caught:
        world.up(OLLAMA, SANDBOX)
    assert caught.value.message == said
    # Nobody may remove it now: it waits for jobs, and whoever comes with a token finds it.
    assert github.names() == [IN_SANDBOX]
    github.token(TOKEN, "acme/models")
    assert world.up(OLLAMA, SANDBOX).changed == 0
    down(world.session, SANDBOX, "ollama")
    assert github.names() == []

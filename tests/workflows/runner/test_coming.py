"""A CI runner comes once the provider has answered, and stays as it is where it is well."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from llmhost.errors import LlmhostError, UsageError
from llmhost.spec.runner import read_runner, runner_name
from llmhost.workflows import engaging
from tests.fake_github import FakeGitHub
from tests.workflows.machine import Entry
from tests.workflows.runner.host import (
    IN_SANDBOX,
    OLLAMA,
    PLACE,
    TOKEN,
    UNIT,
    UNIT_FILE,
    RunnerMachine,
)
from tests.workflows.world import HOST, SANDBOX, World


def test_the_runner_is_registered_after_the_provider_has_answered(
    world: World, github: FakeGitHub
) -> None:
    served = world.up(OLLAMA, SANDBOX)
    assert served.runner
    assert (served.runner.name, served.runner.at) == (IN_SANDBOX, "github:acme/models")
    assert served.runner.labels == ("self-hosted", "linux", "cpu", "ollama", "llmhost-ollama")
    assert github.names() == [IN_SANDBOX]
    asked = [path.rpartition("/")[2] for _, path, _ in github.calls]
    # Looked at before anything is made, registered when all is ready.
    assert asked[:2] == ["runners", "models"]
    assert asked.index("generate-jitconfig") > asked.index("downloads") > 1
    phases = [phase.phase for phase in served.phases]
    assert phases[-2:] == ["ready", "runner"]


def test_a_second_up_changes_nothing_and_registers_nothing(
    world: World, github: FakeGitHub
) -> None:
    world.up(OLLAMA, SANDBOX)
    github.calls.clear()
    assert world.up(OLLAMA, SANDBOX).changed == 0
    assert {method for method, _, _ in github.calls} == {"GET"}
    assert world.host.done == []


def test_a_runner_whose_job_is_done_is_registered_anew(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners.clear()
    machine.units[UNIT].active = "inactive"
    served = world.up(OLLAMA, SANDBOX)
    assert [step.title for step in served.steps if step.outcome == "changed"] == ["runner ollama"]
    assert github.names() == [IN_SANDBOX]


def test_a_runner_that_ended_unheard_gives_way_at_once_and_a_job_unheard_does_not(
    world: World, github: FakeGitHub, machine: RunnerMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider was restarted, and the runner with it; GitHub has not noticed."""
    world.up(OLLAMA, SANDBOX)
    first = github.world.runners[0]
    machine.units[UNIT].active = "inactive"
    world.up(OLLAMA, SANDBOX)
    assert github.world.runners[0].id != first.id
    machine.units[UNIT].active = "inactive"
    github.world.runners[0].busy = True
    monkeypatch.setattr(engaging, "BUSY_SECONDS", 0.0)
    with pytest.raises(LlmhostError, match="has a job in hand") as caught:
        world.up(OLLAMA, SANDBOX)
    assert "15 minutes" in caught.value.why


def test_a_name_that_another_host_holds_is_not_taken_from_it(
    world: World, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engaging, "BUSY_SECONDS", 0.0)
    theirs = github.runner("acme/models", IN_SANDBOX, online=True)
    with pytest.raises(LlmhostError, match="has a runner `llmhost-ollama-"):
        world.up(OLLAMA, SANDBOX)
    assert github.world.runners == [theirs]


def test_other_labels_are_registered_anew_and_a_job_in_hand_is_not_ended_for_them(
    world: World, github: FakeGitHub
) -> None:
    world.up(OLLAMA, SANDBOX)
    more = replace(OLLAMA, runner=replace(PLACE, labels=("nightly",)))
    github.world.runners[0].busy = True
    with pytest.raises(LlmhostError, match="has a job in hand"):
        world.up(more, SANDBOX)
    github.world.runners[0].busy = False
    world.up(more, SANDBOX)
    (runner,) = github.world.runners
    assert "nightly" in runner.labels


def test_the_provider_is_not_taken_away_from_a_job_under_way(
    world: World, github: FakeGitHub
) -> None:
    world.up(OLLAMA, SANDBOX)
    github.world.runners[0].busy = True
    other = replace(OLLAMA, context=2048)
    with pytest.raises(LlmhostError, match="has a job in hand"):
        world.up(other, SANDBOX, yes=True)
    assert world.host.done == []
    assert world.up(OLLAMA, SANDBOX).changed == 0, "what changes nothing disturbs nobody"
    github.world.runners[0].busy = False
    assert world.up(other, SANDBOX, yes=True).changed


def test_at_another_place_it_leaves_the_one_before(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, SANDBOX)
    world.up(replace(OLLAMA, runner=read_runner("github:acme/other")), SANDBOX)
    assert github.names("acme/models") == []
    assert github.names("acme/other") == [IN_SANDBOX]


def test_a_host_of_ones_own_has_a_name_of_its_own(world: World, github: FakeGitHub) -> None:
    world.up(OLLAMA, HOST)
    assert github.names() == [runner_name("ollama", "4b40ae0b45c3403e")]


def test_what_would_be_refused_is_refused_before_there_is_a_machine(
    world: World, github: FakeGitHub
) -> None:
    github.repository("acme/models", public=True)
    with pytest.raises(UsageError, match="anybody's pull request") as caught:
        world.up(OLLAMA, SANDBOX)
    assert "--public-repository" in caught.value.hint
    assert world.clouds["sandbox"].there == []
    assert world.logins == []


def test_a_runner_that_ends_at_once_tells_why_and_leaves_no_registration(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    machine.connects = False
    machine.said = "Runner version v2.330.0 is deprecated and cannot receive messages.\n"
    with pytest.raises(LlmhostError, match="did not come online") as caught:
        world.up(OLLAMA, SANDBOX)
    assert "too old" in caught.value.why
    assert caught.value.details == (machine.said.strip(),)
    assert github.names() == []


def test_a_runner_that_does_its_job_before_anybody_looks_has_come(
    world: World, machine: RunnerMachine
) -> None:
    machine.connects = False
    machine.files["/run/llmhost-runner-ollama/job"] = Entry("4242 test\n")
    assert world.up(OLLAMA, SANDBOX).runner


def test_a_plan_tells_of_the_runner_and_asks_for_nothing(world: World, github: FakeGitHub) -> None:
    title = "runner ollama at github:acme/models"
    plan = world.plan(OLLAMA, SANDBOX).plan
    assert plan.pending[-1].title == title
    world.up(OLLAMA, SANDBOX)
    assert not world.plan(OLLAMA, SANDBOX).changes
    assert "generate-jitconfig" in {path.rpartition("/")[2] for _, path, _ in github.calls}


def test_a_runner_is_not_forgotten_by_an_up_that_does_not_name_it(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    world.up(OLLAMA, SANDBOX)
    alone = replace(OLLAMA, runner=None)
    with pytest.raises(UsageError, match="which is not named now") as caught:
        world.up(alone, SANDBOX)
    assert "--no-runner" in caught.value.hint
    world.up(replace(alone, no_runner=True), SANDBOX)
    assert github.names() == []
    assert UNIT_FILE not in machine.files
    assert world.up(alone, SANDBOX).changed == 0


def test_the_key_of_an_app_and_its_tokens_are_told_recorded_and_kept_nowhere(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain).decode()
    github.app("77", key.public_key(), "acme/models")
    world.environ |= {"LLMHOST_GITHUB_APP_ID": "77", "LLMHOST_GITHUB_APP_KEY": pem}
    served = world.up(OLLAMA, SANDBOX)
    given = [value for value in github.world.tokens if value.startswith("ghs_")]
    assert given, "it was the App that registered it"
    lines = [line for line in pem.splitlines() if not line.startswith("-----")]
    (request,) = world.clouds["sandbox"].made
    for told in (repr(served), repr(world.heard.heard), repr(request), repr(machine.files)):
        assert not [secret for secret in (*lines, *given) if secret in told]


def test_no_secret_is_told_recorded_or_kept_with_the_machine(
    world: World, github: FakeGitHub, machine: RunnerMachine
) -> None:
    served = world.up(OLLAMA, SANDBOX)
    key = github.world.runners[0].key
    (request,) = world.clouds["sandbox"].made
    record = machine.files["/etc/llmhost/ollama/deployment.json"].content
    assert json.loads(record)["runner"]["at"] == "github:acme/models"
    for told in (repr(served), repr(world.heard.heard), repr(request), record, repr(machine.files)):
        assert TOKEN not in told
        assert key not in told

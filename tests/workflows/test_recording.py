"""What a cloud keeps of a machine is what the machine carries, also when that changes."""

from dataclasses import replace

import pytest

from llmhost.events import Notice
from llmhost.workflows.ls import ls
from llmhost.workflows.place import Found
from llmhost.workflows.recording import recorded
from tests.fakes import RecordingCloud
from tests.workflows.world import SANDBOX, World, asked


@pytest.fixture
def cloud(world: World) -> RecordingCloud:
    cloud = RecordingCloud()
    world.clouds["sandbox"] = cloud
    return cloud


def listed(world: World) -> tuple[str, str]:
    (entry,) = ls(world.session, ("sandbox",)).deployments
    return entry.provider, entry.model


def test_another_provider_on_the_same_machine_is_listed(
    world: World, cloud: RecordingCloud
) -> None:
    world.up(asked("llamacpp", 0, name="x"), SANDBOX)
    assert not cloud.recorded
    world.up(asked("ollama", 0, name="x"), SANDBOX)
    assert listed(world) == ("ollama", "qwen2.5:0.5b")
    (request,) = cloud.recorded
    assert '"ollama"' in request.record


def test_another_model_on_the_same_machine_is_listed(world: World, cloud: RecordingCloud) -> None:
    world.up(asked("llamacpp", 0), SANDBOX)
    world.up(asked("llamacpp", 0, model="some/Other-GGUF/other-q4_k_m.gguf"), SANDBOX)
    assert listed(world) == ("llamacpp", "other-q4_k_m")
    assert len(cloud.recorded) == 1


def test_what_is_as_it_was_is_recorded_no_second_time(world: World, cloud: RecordingCloud) -> None:
    for _ in range(3):
        world.up(asked("llamacpp", 0), SANDBOX)
    assert not cloud.recorded


def test_labels_that_are_stale_are_mended_though_nothing_changes_on_the_host(
    world: World, cloud: RecordingCloud
) -> None:
    world.up(asked("llamacpp", 0), SANDBOX)
    cloud.there = [replace(one, labels={"provider": "vllm"}) for one in cloud.there]
    assert world.up(asked("llamacpp", 0), SANDBOX).changed == 0
    assert listed(world)[0] == "llamacpp"


def test_a_runner_that_nobody_speaks_of_stays_on_record(
    world: World, cloud: RecordingCloud
) -> None:
    world.up(asked("llamacpp", 0, name="x"), SANDBOX)
    (machine,) = cloud.there
    labels = {**machine.labels, "runner": "github:OWNER/REPO"}
    cloud.there = [replace(machine, labels=labels)]
    assert world.up(asked("llamacpp", 0, name="x"), SANDBOX).changed == 0
    assert not cloud.recorded
    world.up(asked("ollama", 0, name="x"), SANDBOX)
    assert cloud.there[0].labels["runner"] == "github:OWNER/REPO"


@pytest.mark.parametrize("gone", [True, False])
def test_a_runner_that_was_taken_away_is_kept_on_record_until_nothing_is_left_of_it(
    world: World, cloud: RecordingCloud, *, gone: bool
) -> None:
    world.up(asked("llamacpp", 0), SANDBOX)
    (machine,) = cloud.there
    machine = replace(machine, labels={**machine.labels, "runner": "github:OWNER/REPO"})
    found = Found(SANDBOX, machine, world.host)
    (request,) = cloud.made
    recorded(world.session, found, request, changed=False, without_runner=gone)
    assert bool(cloud.recorded) is gone
    assert all("runner" not in one.labels for one in cloud.recorded)


def test_a_cloud_that_cannot_keep_it_is_warned_of_and_fails_nothing(
    world: World, cloud: RecordingCloud
) -> None:
    world.up(asked("llamacpp", 0, name="x"), SANDBOX)
    cloud.full = "these credentials may not do that"
    assert world.up(asked("ollama", 0, name="x"), SANDBOX).provider == "ollama"
    warned = [event for event in world.heard.heard if isinstance(event, Notice) and event.warning]
    assert "`llmhost ls` goes on telling what x carried before: these credentials" in str(warned)

"""The way down takes what is the deployment's own, and tells what it leaves."""

from dataclasses import replace
from pathlib import Path

import pytest

from llmhost.errors import CloudError, HostError, StepError, UsageError
from llmhost.workflows.down import down
from llmhost.workflows.recorded import names_on
from tests.deployments import deployment
from tests.workflows.machine import STORE, Entry
from tests.workflows.world import HOST, SANDBOX, VLLM, World, asked

IMAGE = "docker.io/vllm/vllm-openai-cpu:v0.31.0"
OLLAMA = deployment("ollama").image
WEIGHTS = "/var/lib/llmhost/models/Qwen--Qwen2.5-0.5B-Instruct"


def test_a_clouds_machine_is_gone_once_the_cloud_says_so(world: World) -> None:
    world.up(VLLM, SANDBOX)
    gone = down(world.session, SANDBOX, "vllm")
    assert gone.removed == ("machine vllm with its disks",)
    assert not world.clouds["sandbox"].there
    assert world.host.closed
    with pytest.raises(UsageError, match="there is no deployment `vllm`"):
        down(world.session, SANDBOX, "vllm")


def test_on_a_host_of_ones_own_the_deployments_things_go_and_docker_stays(world: World) -> None:
    world.up(VLLM)
    gone = down(world.session, HOST, "vllm")
    machine = world.host.machine
    assert gone.removed == (
        "service llmhost-vllm",
        "/etc/llmhost/vllm",
        IMAGE,
        WEIGHTS,
        "/opt/llmhost",
    )
    assert gone.left == ("Docker with its settings",)
    assert not [path for path in machine.files if "llmhost" in path and path != HOST.host][1:]
    assert "docker-ce" in machine.packages
    assert (machine.images, machine.weights, machine.containers) == (set(), {}, {})


def test_what_another_deployment_uses_stays_and_is_named(world: World) -> None:
    world.up(VLLM)
    world.up(replace(VLLM, name="second", port=8001))
    gone = down(world.session, HOST, "vllm")
    assert gone.removed == ("service llmhost-vllm", "/etc/llmhost/vllm")
    assert gone.left == ("Docker with its settings", IMAGE, WEIGHTS)
    assert world.up(replace(VLLM, name="second", port=8001)).changed == 0


def test_deployments_that_share_nothing_leave_nothing_to_each_other(world: World) -> None:
    """An image there is none of and weights there are none of are nothing to share."""
    world.up(asked("ollama", 0))
    world.up(asked("lmstudio", 0))
    gone = down(world.session, HOST, "ollama")
    assert gone.left == ("Docker with its settings",)
    assert gone.removed == ("service llmhost-ollama", "/etc/llmhost/ollama", OLLAMA, STORE)
    gone = down(world.session, HOST, "lmstudio")
    assert "account lmstudio with its home" in gone.removed
    assert gone.left == ()


def test_the_store_of_ollama_goes_with_the_last_that_uses_it(world: World) -> None:
    world.up(asked("ollama", 0))
    world.up(asked("ollama", 0, name="second", port=11435))
    assert STORE in down(world.session, HOST, "ollama").left
    assert STORE in down(world.session, HOST, "second").removed
    assert not [path for path in world.host.machine.files if path.startswith(STORE)]


@pytest.mark.parametrize("title", ["packages ca-certificates curl python3-venv", "docker engine"])
def test_a_first_up_that_was_interrupted_can_be_taken_down(world: World, title: str) -> None:
    world.host.fails = {title: ("killed",)}
    with pytest.raises(StepError):
        world.up(VLLM)
    gone = down(world.session, HOST, "vllm")
    assert gone.removed == ("/etc/llmhost/vllm",)
    assert gone.left == ()
    with pytest.raises(UsageError, match="carries no deployment"):
        down(world.session, HOST, "vllm")


def test_the_image_that_goes_is_the_one_for_this_hosts_driver(world: World) -> None:
    world.host.machine.gpus = 2
    world.host.machine.driver = "550.163.01"
    world.up(asked("vllm", 2))
    gone = down(world.session, HOST, "vllm")
    assert "docker.io/vllm/vllm-openai:v0.31.0-cu129" in gone.removed
    assert not world.host.machine.images


def test_a_deployment_whose_driver_is_gone_can_be_taken_down(world: World) -> None:
    world.host.machine.gpus = 2
    world.up(asked("vllm", 2))
    world.host.machine.gpus = 0
    assert "service llmhost-vllm" in down(world.session, HOST, "vllm").removed


def test_an_image_that_somebody_elses_container_holds_is_left_and_named(world: World) -> None:
    world.up(VLLM)
    world.host.machine.held = {IMAGE}
    gone = down(world.session, HOST, "vllm")
    assert IMAGE not in gone.removed
    assert gone.left == ("Docker with its settings", IMAGE)


def test_what_was_removed_by_hand_is_not_said_to_be_removed_now(world: World) -> None:
    world.up(VLLM)
    world.host.machine.images.clear()
    world.host.machine.weights.clear()
    gone = down(world.session, HOST, "vllm")
    assert gone.removed == ("service llmhost-vllm", "/etc/llmhost/vllm", "/opt/llmhost")


def test_what_is_still_there_after_its_removal_is_an_error(world: World) -> None:
    world.up(VLLM)
    world.host.keeps = "weights_remove"
    with pytest.raises(StepError) as raised:
        down(world.session, HOST, "vllm")
    assert raised.value.message.startswith(WEIGHTS)


TORN = '{"format": 1, "provider": "vllm", "na'
FOREIGN = '{"format": 1, "provider": "sglang", "name": "other"}'


@pytest.mark.parametrize("record", [TORN, FOREIGN, "[]", "", '{"format": 1, "provider": "vllm"}'])
def test_a_neighbour_that_cannot_be_read_uses_everything(world: World, record: str) -> None:
    world.up(VLLM)
    world.host.machine.files["/etc/llmhost/other/deployment.json"] = Entry(record)
    gone = down(world.session, HOST, "vllm")
    assert gone.removed == ("service llmhost-vllm", "/etc/llmhost/vllm")
    assert gone.left == ("Docker with its settings", IMAGE, WEIGHTS)
    with pytest.raises(HostError, match="`other` on debian@"):
        down(world.session, HOST, "other")


def test_everything_a_host_carries_is_listed_by_name(world: World) -> None:
    world.up(VLLM)
    world.up(replace(VLLM, name="second", port=8001))
    world.host.machine.files["/etc/llmhost/torn/deployment.json"] = Entry(TORN)
    assert names_on(world.session, HOST) == ("second", "torn", "vllm")
    assert world.host.closed


def test_a_name_that_the_host_does_not_carry_is_refused_with_those_it_does(world: World) -> None:
    world.up(VLLM)
    with pytest.raises(UsageError) as raised:
        down(world.session, HOST, "vlm")
    assert raised.value.message == "debian@192.0.2.7 carries no deployment `vlm`"
    assert raised.value.why == "it carries: vllm"


def test_a_bare_host_carries_nothing(world: World) -> None:
    with pytest.raises(UsageError) as raised:
        down(world.session, HOST, "vllm")
    assert raised.value.why == "it carries none"


def test_what_could_not_be_removed_is_not_said_to_be_gone(world: World) -> None:
    world.up(VLLM)
    world.host.fails = {"removal of vllm": ("permission denied",)}
    with pytest.raises(StepError, match="removal of vllm: failed"):
        down(world.session, HOST, "vllm")


def test_without_a_place_a_deployment_is_looked_for_in_every_cloud(world: World) -> None:
    world.up(VLLM, SANDBOX)
    world.clouds["gcp"].broken = "no credentials"
    assert down(world.session, None, "vllm").name == "vllm"


def test_a_deployment_in_two_clouds_has_to_be_told_apart(world: World) -> None:
    world.up(VLLM, SANDBOX)
    machine = world.clouds["sandbox"].there[0]
    world.clouds["gcp"].there.append(replace(machine, cloud="gcp"))
    with pytest.raises(UsageError) as raised:
        down(world.session, None, "vllm")
    assert raised.value.hint == "say --cloud gcp and --cloud sandbox"


def test_a_deployment_that_is_nowhere_is_refused_with_what_could_not_be_asked(
    world: World, tmp_path: Path
) -> None:
    assert tmp_path
    world.clouds["gcp"].broken = "no credentials"
    with pytest.raises(UsageError) as raised:
        down(world.session, None, "vllm")
    assert raised.value.why == "there is none at all"
    assert raised.value.details == ("not asked: gcp: no credentials",)
    world.up(replace(VLLM, name="other"), SANDBOX)
    with pytest.raises(UsageError) as raised:
        down(world.session, None, "vllm")
    assert raised.value.why == "there are: other"


def test_a_cloud_that_cannot_be_asked_is_no_cloud_without_it(world: World) -> None:
    world.clouds["sandbox"].broken = "Docker is not there"
    with pytest.raises(CloudError):
        down(world.session, SANDBOX, "vllm")

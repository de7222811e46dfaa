"""The machine of a cloud: planned, agreed to, made once, and never another than asked for."""

from dataclasses import replace

import pytest

from llmhost.errors import HostError, UsageError
from llmhost.events import Notice
from llmhost.planning.plan import Change
from tests.fakes import StockedCloud
from tests.workflows.world import SANDBOX, VLLM, World, asked


def test_a_machine_that_is_not_there_is_planned_with_every_step(world: World) -> None:
    planned = world.plan(asked("vllm", 2), SANDBOX)
    assert planned.plan.machine
    assert planned.plan.machine.title == "machine vllm"
    assert planned.plan.machine.reason == "sandbox, 2 x l4"
    made = [change for change in planned.plan.host if change.action == "create"]
    assert {change.reason for change in made} == {"new machine"}
    assert planned.changes == len(made) + 1
    assert not world.logins
    assert not world.clouds["sandbox"].made


def test_the_driver_of_a_new_machines_gpus_is_not_said_to_be_made(world: World) -> None:
    planned = world.plan(asked("vllm", 2), SANDBOX)
    (left,) = (change for change in planned.plan.host if change.action == "none")
    assert left == Change("nvidia driver", "none", reason="comes with the machine")


def test_a_plan_for_a_new_machine_says_what_of_it_will_not_be_real(world: World) -> None:
    assert not world.plan(VLLM, SANDBOX).plan.simulated
    world.clouds["sandbox"].simulated = "packages come from stand-ins"
    assert world.plan(VLLM, SANDBOX).plan.simulated == "packages come from stand-ins"


def test_a_new_machine_is_made_after_one_agreement_and_comes_up(world: World) -> None:
    world.host.machine.gpus = 2
    world.clouds["sandbox"].simulated = "simulated: everything"
    served = world.up(asked("vllm", 2), SANDBOX)
    (request,) = world.clouds["sandbox"].made
    assert (request.name, request.gpu, request.gpus) == ("vllm", "l4", 2)
    assert request.models == ("Qwen/Qwen3-32B-AWQ",)
    assert request.labels["provider"] == "vllm"
    assert len(world.shown) == 1
    assert [phase.phase for phase in served.phases] == ["machine", "look", "steps", "ready"]
    assert served.simulated == "simulated: everything"
    assert "https://index.test/simple" in repr(world.host.done)

    again = world.up(asked("vllm", 2), SANDBOX)
    assert again.changed == 0
    assert len(world.clouds["sandbox"].made) == 1
    assert world.host.exchanges == [("gather",)]


def test_without_agreement_no_machine_is_made(world: World) -> None:
    world.agrees = False
    with pytest.raises(UsageError, match="nothing was changed"):
        world.up(VLLM, SANDBOX)
    assert not world.clouds["sandbox"].made


def test_a_plan_for_a_machine_that_is_there_says_so(world: World) -> None:
    world.up(VLLM, SANDBOX)
    planned = world.plan(VLLM, SANDBOX)
    assert planned.changes == 0
    assert planned.plan.machine
    assert planned.plan.machine.action == "none"


@pytest.mark.parametrize(("there", "words"), [(0, "no GPU"), (1, "1 x l4")])
def test_a_machine_with_other_gpus_is_not_taken(world: World, there: int, words: str) -> None:
    if there:
        world.host.machine.gpus = there
    world.up(asked("vllm", there), SANDBOX)
    with pytest.raises(UsageError) as raised:
        world.up(asked("vllm", 2), SANDBOX)
    assert raised.value.message == f"machine vllm exists with {words}, and 2 x l4 is asked for"
    assert "llmhost down vllm --cloud sandbox" in raised.value.hint


def test_a_machine_that_is_half_made_is_completed(world: World) -> None:
    world.up(VLLM, SANDBOX)
    cloud = world.clouds["sandbox"]
    cloud.there = [replace(cloud.there[0], address=None, state="creating")]
    planned = world.plan(VLLM, SANDBOX)
    assert planned.plan.machine
    assert planned.plan.machine.action == "update"
    assert world.up(VLLM, SANDBOX).changed == 0
    assert cloud.there[0].state == "running"


def test_a_machine_that_is_there_finds_another_model_on_stock_before_it_fetches_it(
    world: World,
) -> None:
    cloud = StockedCloud()
    world.clouds["sandbox"] = cloud
    world.up(asked("llamacpp", 0), SANDBOX)
    cloud.stocked.clear()
    again = world.up(asked("llamacpp", 0, model="some/Other-GGUF/other-q4_k_m.gguf"), SANDBOX)
    assert again.changed
    (request,) = cloud.stocked
    assert request.models == ("some/Other-GGUF/other-q4_k_m.gguf",)
    assert request.images


def test_an_unchanged_up_asks_for_no_stock(world: World) -> None:
    cloud = StockedCloud()
    world.clouds["sandbox"] = cloud
    world.up(VLLM, SANDBOX)
    cloud.stocked.clear()
    assert world.up(VLLM, SANDBOX).changed == 0
    assert not cloud.stocked


def test_a_machine_that_boots_is_waited_for(world: World) -> None:
    world.up(VLLM, SANDBOX)
    world.booting = 1
    assert world.up(VLLM, SANDBOX).changed == 0
    (notice,) = world.heard.of(Notice)
    assert "it may be booting" in str(notice)


def test_a_host_of_ones_own_that_does_not_answer_is_an_error_at_once(world: World) -> None:
    world.booting = 1
    with pytest.raises(HostError, match="cannot be reached"):
        world.up(VLLM)


def test_a_machine_is_found_by_the_deployments_name(world: World) -> None:
    cloud = world.clouds["sandbox"]
    world.up(replace(VLLM, name="mine"), SANDBOX)
    assert [machine.name for machine in cloud.there] == ["mine"]


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("vllm", "Qwen/Qwen2.5-0.5B-Instruct"),
        ("llamacpp", "Qwen/Qwen2.5-0.5B-Instruct-GGUF/qwen2.5-0.5b-instruct-q4_k_m.gguf"),
        ("ollama", "registry.ollama.ai/library/qwen2.5:0.5b"),
        ("lmstudio", "lmstudio.ai/qwen2.5-0.5b-instruct@q4_k_m"),
    ],
)
def test_a_cloud_with_a_stock_of_its_own_is_told_what_will_be_fetched(
    world: World, provider: str, model: str
) -> None:
    world.up(asked(provider, 0), SANDBOX)
    (request,) = world.clouds["sandbox"].made
    assert request.models == (model,)
    assert bool(request.images) == (provider != "lmstudio")

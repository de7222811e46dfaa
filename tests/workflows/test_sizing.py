"""GPUs that nobody asked for, and what does not fit."""

from dataclasses import replace

import pytest

from llmhost.cloud.base import MachineRequest
from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask
from llmhost.workflows.status import status
from tests.fakes import machine_of
from tests.workflows.world import HOST, SANDBOX, World, asked

BIG = Ask("vllm", model="Qwen/Qwen3-32B", gpus=2)  # BF16: 65.5 GB


def gpus_of(world: World, ask: Ask) -> str:
    """Of the machine that would be made."""
    machine = world.plan(ask, SANDBOX).plan.machine
    assert machine is not None
    return machine.reason.removeprefix("sandbox, ")


def test_what_does_not_fit_is_refused_before_a_machine_is_made(world: World) -> None:
    for way in (world.plan, world.up):
        with pytest.raises(UsageError, match=r"does not fit on 2 x l4") as refusal:
            way(BIG, SANDBOX)
        assert "--model Qwen/Qwen3-32B-AWQ --gpu l4 --gpus 2" in refusal.value.hint
        assert "--gpu a100-80gb --gpus 1" in refusal.value.hint
    assert world.clouds["sandbox"].made == []


def test_force_goes_on_and_the_plan_says_what_to_expect(world: World) -> None:
    planned = world.plan(replace(BIG, force=True), SANDBOX)
    assert planned.memory is not None
    assert planned.memory.verdict == "does not fit"
    assert "the weights alone" in planned.memory.reasons[0]


def test_the_plan_of_what_fits_says_how_well(world: World) -> None:
    planned = world.plan(Ask("vllm"), SANDBOX)
    assert planned.memory is not None
    assert planned.memory.verdict == "fits"
    assert planned.memory.longest == 40960


def test_a_model_gets_the_cheapest_gpus_that_hold_it(world: World) -> None:
    assert gpus_of(world, Ask("vllm", model="Qwen/Qwen3-32B")) == "4 x l4"


def test_of_a_gpu_model_as_many_are_taken_as_are_needed(world: World) -> None:
    assert gpus_of(world, Ask("vllm", model="Qwen/Qwen3-32B", gpu="a100")) == "2 x a100"


def test_the_profiles_own_model_gets_the_profiles_own_gpus(world: World) -> None:
    assert gpus_of(world, Ask("vllm")) == "2 x l4"


def test_a_machine_that_is_there_keeps_its_gpus_when_nobody_asks_for_others(world: World) -> None:
    world.host.machine.gpus = 1
    made = machine_of(MachineRequest("ollama", gpu="l4", gpus=1))
    world.clouds["sandbox"].there.append(made)
    planned = world.plan(Ask("ollama", model="qwen2.5:7b", context=2048), SANDBOX)
    assert planned.plan.machine is not None
    assert planned.plan.machine.action == "none"


def test_a_host_of_ones_own_is_judged_by_the_gpus_it_has(world: World) -> None:
    world.host.machine.gpus = 2
    with pytest.raises(UsageError, match=r"Qwen/Qwen3-32B does not fit on 2 x l4"):
        world.up(BIG)
    assert world.host.done == []
    world.up(Ask("vllm", gpus=2))
    assert world.shown[-1].memory is not None


def test_what_a_host_carries_already_is_not_judged_again(world: World) -> None:
    world.host.machine.gpus = 2
    world.up(replace(BIG, force=True))
    again = world.up(BIG)
    assert again.changed == 0


def test_what_the_engine_said_stands_beside_the_estimate(world: World) -> None:
    world.host.machine.gpus = 2
    world.host.machine.log = (
        "INFO Model loading took 9.1234 GiB and 12.3 seconds",
        "INFO Available KV cache memory: 9.50 GiB",
        "INFO GPU KV cache size: 77,824 tokens",
        "INFO something else",
    )
    world.up(asked("vllm", 2))
    seen = {one.what: one for one in status(world.session, HOST, "vllm").memory}
    assert seen["tokens in KV cache"].measured == 77824
    assert seen["tokens in KV cache"].within
    assert seen["weights"].measured == int(9.1234 * 2**30)


def test_the_machines_disk_has_room_for_the_weights(world: World) -> None:
    world.host.machine.gpus = 8
    ask = Ask("vllm", model="Qwen/Qwen3-32B-AWQ", gpu="l4", gpus=2)
    world.up(ask, SANDBOX, yes=True)
    (made,) = world.clouds["sandbox"].made
    assert made.disk_gb == 22 + 60

"""GPUs that nobody asked for, and what does not fit."""

from dataclasses import replace

import pytest

from llmhost.cloud.base import MachineRequest
from llmhost.errors import UsageError
from llmhost.events import Notice
from llmhost.spec.deployment import Ask
from llmhost.ui.paint import plain
from llmhost.ui.plan import planned as planned_lines
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
    assert planned.memory.likely == "vLLM runs out of memory while it loads the weights, and ends"


def test_a_forced_up_says_what_is_likely_before_it_buys_anything(world: World) -> None:
    world.host.machine.gpus = 2
    world.up(replace(BIG, force=True), SANDBOX, yes=True)
    (said,) = [one for one in world.heard.of(Notice) if "does not fit" in str(one)]
    assert isinstance(said, Notice)
    assert said.warning
    assert "Qwen/Qwen3-32B on 2 x l4 does not fit: vLLM runs out of memory" in said.text


def test_what_could_not_be_judged_is_said_with_the_reason(world: World) -> None:
    world.environ["HF_HUB_OFFLINE"] = "1"
    ask = Ask("vllm", model="nobody/nothing", gpus=2)
    planned = world.plan(ask, SANDBOX)
    assert planned.memory is None
    assert "nobody may be asked" in planned.not_judged
    assert "not judged: `nobody/nothing`" in "\n".join(plain(one) for one in planned_lines(planned))
    world.host.machine.gpus = 2
    assert "nobody may be asked" in world.plan(ask).not_judged


def test_a_number_of_gpus_is_refused_in_terms_of_the_model(world: World) -> None:
    ask = Ask("vllm", model="Qwen/Qwen2.5-32B-Instruct-AWQ", gpu="l4", gpus=3)
    for way in (world.plan, world.up):
        with pytest.raises(UsageError, match=r"does not fit on 3 x l4") as refusal:
            way(ask, SANDBOX)
        assert "40 attention heads" in refusal.value.why
        assert "--gpus 2" in refusal.value.hint
    world.environ["HF_HUB_OFFLINE"] = "1"
    with pytest.raises(UsageError, match="vLLM cannot use 3 GPUs"):
        world.plan(replace(ask, model="nobody/nothing"), SANDBOX)
    forced = world.plan(replace(ask, force=True), SANDBOX)
    assert forced.memory is not None
    assert forced.memory.likely.startswith("vLLM ends while it starts")


def test_every_request_ollama_answers_at_a_time_is_counted(world: World) -> None:
    ask = Ask("ollama", model="llama3.1:8b", gpu="l4", gpus=1, context=65536)
    fits = world.plan(ask, SANDBOX).memory
    assert fits is not None
    assert fits.verdict == "fits"
    with pytest.raises(UsageError, match="does not fit on 1 x l4"):
        world.plan(replace(ask, settings={"parallel": 8}), SANDBOX)


def test_a_host_whose_gpus_stand_in_no_table_is_judged_by_their_memory(world: World) -> None:
    world.host.machine.gpus, world.host.machine.gpu = 2, "NVIDIA Something New"
    with pytest.raises(UsageError, match="does not fit on 2 x NVIDIA Something New"):
        world.up(BIG)
    planned = world.plan(Ask("vllm", gpus=2))
    assert planned.memory is not None
    assert planned.memory.verdict == "fits"


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

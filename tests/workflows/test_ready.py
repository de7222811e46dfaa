"""Waiting for a model: to the first real completion, to its end, or to the deadline."""

from typing import NoReturn

import pytest

from llmhost.errors import ServingError
from llmhost.events import LogLine, Notice, PhaseFinished, PhaseStarted, Progress
from tests.workflows import engine
from tests.workflows.world import VLLM, World, asked

SHARD = "Loading safetensors checkpoint shards:  50% Completed | 1/2"


def interrupted(_asked: object) -> NoReturn:
    """Somebody presses Ctrl-C while this is looked at."""
    raise KeyboardInterrupt


def test_a_model_that_loads_is_waited_for(world: World) -> None:
    looks = [engine.loads, engine.loads, engine.loads, engine.loads, engine.serves]
    world.host.engine = engine.one_after_the_other(looks)
    served = world.up(VLLM)
    assert world.host.exchanges == [("gather",), ("gather",), ("apply", "gather"), ("watch",)]
    assert {check.outcome for check in served.checks} == {"ok"}
    assert world.heard.of(LogLine) == [LogLine("vllm", SHARD)]
    (waiting,) = world.heard.of(Notice)
    assert waiting == Notice("waiting up to 610 seconds for the model to load")
    assert Progress("load", text="ready: nothing listens yet") in world.heard.heard


def test_an_engine_that_dies_is_a_failure_at_once_with_its_cause(world: World) -> None:
    world.host.engine = engine.dies("torch.OutOfMemoryError: CUDA out of memory.")
    with pytest.raises(ServingError) as raised:
        world.up(VLLM)
    assert "the engine ended with status 1" in raised.value.message
    assert "memory" in raised.value.why
    assert raised.value.details == ("torch.OutOfMemoryError: CUDA out of memory.",)


def test_an_engine_that_dies_for_no_known_reason_shows_its_log_and_where_more_is(
    world: World,
) -> None:
    world.host.engine = engine.dies("words nobody knows")
    with pytest.raises(ServingError) as raised:
        world.up(VLLM)
    assert "llmhost logs vllm" in raised.value.hint


def test_a_deadline_ends_the_waiting(world: World) -> None:
    world.host.engine = engine.loads
    with pytest.raises(ServingError, match="not ready after 610 seconds; last seen: ready"):
        world.up(VLLM)


def test_the_deadline_grows_with_the_weights_that_the_hub_gave(world: World) -> None:
    world.host.engine = engine.loads
    for provider, seconds in (("ollama", 900), ("vllm", 610)):
        world.heard.heard.clear()
        with pytest.raises(ServingError):
            world.up(asked(provider, 0, name="x"))
        assert f"{seconds} seconds" in repr(world.heard.of(Notice))


def test_a_model_that_its_provider_fetches_is_told_as_it_comes_in(world: World) -> None:
    looks = [engine.loads] * 3 + [engine.fetches(done) for done in (10, 10, 25, 25)]
    world.host.engine = engine.one_after_the_other([*looks, engine.serves])
    world.up(asked("ollama", 0))
    (waiting,) = world.heard.of(Notice)
    assert waiting == Notice(
        "waiting up to 900 seconds for the model to load, not counting its download"
    )
    told = [one for one in world.heard.heard if isinstance(one, Progress) and one.job == "weights"]
    assert told == [Progress("weights", 15 * 10**9, text="Ollama is fetching qwen2.5:0.5b")]


def test_what_was_fetched_gives_the_deadline_its_time_to_load(world: World) -> None:
    looks = [engine.loads] * 3 + [engine.fetches(done) for done in (1, 20)]
    world.host.engine = engine.one_after_the_other(looks)
    with pytest.raises(ServingError) as raised:
        world.up(asked("ollama", 0))
    assert "not ready after 1100 seconds, not counting its download" in raised.value.message


def test_an_interruption_is_passed_on_and_nothing_is_caught(world: World) -> None:
    world.up(VLLM)
    world.host.engine = interrupted
    with pytest.raises(KeyboardInterrupt):
        world.up(VLLM)
    assert world.host.closed
    started = [one.phase for one in world.heard.heard if isinstance(one, PhaseStarted)]
    finished = [one.phase for one in world.heard.heard if isinstance(one, PhaseFinished)]
    assert started == finished


def test_an_interruption_while_it_loads_is_passed_on(world: World) -> None:
    world.up(VLLM)
    world.host.engine = engine.one_after_the_other([engine.loads, engine.loads, interrupted])
    with pytest.raises(KeyboardInterrupt):
        world.up(VLLM)

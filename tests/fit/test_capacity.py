"""How many GPUs a load needs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.errors import UsageError
from llmhost.fit.capacity import Count, Load, cost, count
from llmhost.fit.judge import Demand, judge
from llmhost.workflows.capacity import Wish, capacity
from tests.fit.shared import engine, known

SEED = Load(average=100, peak=500, seconds=5, tokens=2048)


def test_the_well_known_example_comes_out() -> None:
    """Of 500 a minute with 5 s each 42 are under way at once; with 2 GB each they take 84 GB."""
    assert SEED.at_once == 42
    found = capacity(Wish(SEED, gpu="a100-80gb", cache_gb=2), {})
    assert found.cache == 84 * 10**9
    assert found.gpus == Count(least=2, wanted=3)
    assert found.requests_each == 40
    assert found.model == ""


def test_with_a_model_the_weights_are_counted_too() -> None:
    load = Load(average=100, peak=500, seconds=5, tokens=4096)
    found = capacity(Wish(load, model="Qwen/Qwen3-32B-AWQ", gpu="l4", offline=True), {})
    assert found.cache_per_request == 4096 * 262_144
    assert found.machine.startswith("g2-")
    each = judge(
        known("Qwen/Qwen3-32B-AWQ"), engine("vllm", "l4"),
        Demand(found.gpus_each, 4096, found.requests_each),
    )  # fmt: skip
    assert each.verdict == "fits"
    assert found.machines.least * found.requests_each >= 42


def test_without_a_gpu_the_cheapest_is_taken() -> None:
    load = Load(average=100, peak=500, seconds=5, tokens=4096)
    costs = []
    for gpu in (None, "l4", "a100-80gb", "rtx-pro-6000"):
        found = capacity(Wish(load, model="Qwen/Qwen3-32B-AWQ", gpu=gpu, offline=True), {})
        assert found.cost is not None
        costs.append(found.cost.usd_per_hour)
    assert costs[0] == min(costs)


def test_a_model_no_machine_holds_is_said() -> None:
    load = Load(1, 1, 1, 4096)
    with pytest.raises(UsageError, match="no machine in the table holds"):
        capacity(Wish(load, model="meta-llama/Llama-3.1-405B-Instruct", gpu="l4", offline=True), {})


def test_without_model_and_size_there_is_nothing_to_count() -> None:
    with pytest.raises(UsageError, match="no model is named"):
        capacity(Wish(SEED), {})


def test_a_million_tokens_cost_less_the_more_of_them_there_are() -> None:
    busy = cost(Load(200, 500, 5, 2000), 10)
    calm = cost(Load(20, 500, 5, 2000), 10)
    assert calm.usd_per_million == pytest.approx(10 * busy.usd_per_million)
    assert busy.tokens_per_day == 200 * 1440 * 2000


def test_the_machines_are_even_with_a_stated_price_at_so_many_tokens_a_day() -> None:
    """A machine of 5000 dollars a month is even with 1.67 a million at 100 million a day."""
    found = cost(SEED, 5000 / 720, api_usd_per_million=5000 / 30 / 100)
    assert found.even_per_day == pytest.approx(100e6)
    assert cost(SEED, 1).even_per_day is None


@pytest.mark.parametrize(
    "numbers",
    [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0), (-1, 1, 1, 1), (1, 1, 1, 1, -0.5)],
)
def test_a_load_of_nothing_is_refused(numbers: tuple[float, ...]) -> None:
    with pytest.raises(UsageError):
        Load(*numbers)  # type: ignore[arg-type]  # what a user may type


def test_a_unit_that_holds_nothing_is_refused() -> None:
    with pytest.raises(UsageError):
        count(10, 0, 0.5)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 0, -1, 1e308])
@pytest.mark.parametrize("place", range(4))
def test_a_number_that_cannot_be_meant_is_refused_by_its_flag(place: int, number: float) -> None:
    numbers: list[float] = [100, 500, 5, 2048]
    numbers[place] = number
    flag = ("--rpm", "--peak", "--seconds", "--tokens")[place]
    with pytest.raises(UsageError, match=f"{flag} takes a number from"):
        Load(*numbers)  # type: ignore[arg-type]  # what a user may type


@pytest.mark.parametrize("number", [math.nan, math.inf, -0.1, 1e308])
def test_headroom_is_a_share_that_can_be_meant(number: float) -> None:
    with pytest.raises(UsageError, match="--headroom takes a number from 0 to 10"):
        Load(100, 500, 5, 2048, number)


@pytest.mark.parametrize("number", [math.nan, math.inf, 0, -1, 1e308, 1e-300])
def test_sizes_and_prices_are_numbers_that_can_be_meant(number: float) -> None:
    with pytest.raises(UsageError, match="--kv-gb takes a number from"):
        capacity(Wish(SEED, gpu="l4", cache_gb=number), {})
    with pytest.raises(UsageError, match="--api-price takes a number from"):
        capacity(Wish(SEED, gpu="l4", cache_gb=1, api_usd_per_million=number), {})


def test_a_peak_below_the_average_is_refused() -> None:
    with pytest.raises(UsageError, match="--peak 2 is less than the average, --rpm 5"):
        Load(5, 2, 1, 1)


def test_a_size_without_a_model_and_a_model_contradict_each_other() -> None:
    with pytest.raises(UsageError, match="--kv-gb counts without a model"):
        capacity(Wish(SEED, model="Qwen/Qwen3-32B-AWQ", cache_gb=2), {})


def test_a_request_larger_than_a_gpu_is_refused() -> None:
    with pytest.raises(UsageError, match="a request of 25 GB has no room on L4"):
        capacity(Wish(SEED, gpu="l4", cache_gb=25), {})
    assert capacity(Wish(SEED, gpu="l4", cache_gb=24), {}).requests_each == 1


def test_no_machine_is_counted_with_more_requests_than_its_provider_answers() -> None:
    load = Load(average=1000, peak=5000, seconds=5, tokens=512)
    found = capacity(Wish(load, model="llama3.1:8b", gpu="h100", offline=True), {})
    assert found.requests_each == 64
    assert found.command.endswith("--context 512 --set parallel=64")
    assert found.machines.least * 64 >= load.at_once
    many = Load(average=1000, peak=50_000, seconds=5, tokens=64)
    vllm = capacity(Wish(many, model="Qwen/Qwen3-0.6B", gpu="h100", offline=True), {})
    assert vllm.requests_each == 1024


def test_the_command_makes_a_machine_that_holds_what_was_counted() -> None:
    load = Load(average=100, peak=500, seconds=5, tokens=4096)
    found = capacity(Wish(load, model="Qwen/Qwen3-32B-AWQ", gpu="l4", offline=True), {})
    assert found.command == (
        "llmhost up vllm --model Qwen/Qwen3-32B-AWQ --gpu l4 "
        f"--gpus {found.gpus_each} --context 4096"
    )
    sglang = Wish(load, model="Qwen/Qwen3-32B-AWQ", provider="sglang", gpu="h100", offline=True)
    judged = capacity(sglang, {})
    assert judged.command == ""
    assert judged.remark == "`llmhost up` does not have SGLang"
    with pytest.raises(UsageError, match="LM Studio serves GGUF files"):
        capacity(Wish(load, model="Qwen/Qwen3-32B", provider="lmstudio", offline=True), {})


NUMBER = st.floats(1, 1e5)
SECONDS = st.floats(0.01, 8e4)


@given(NUMBER, SECONDS, NUMBER, st.floats(0, 5), NUMBER)
def test_more_load_never_needs_less(
    peak: float, seconds: float, each: float, headroom: float, more: float
) -> None:
    less, much = (
        count(Load(1, rate, seconds, 1, headroom).at_once, each, headroom)
        for rate in (peak, peak + more)
    )
    assert 1 <= less.least <= less.wanted
    assert less.least <= much.least
    assert less.wanted <= much.wanted
    assert less.least * each >= peak * seconds / 60 * (1 - 1e-9)

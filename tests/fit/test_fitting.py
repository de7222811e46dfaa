"""Deployments judged for `plan` and `up`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmhost.spec.deployment import Ask, Deployment
from llmhost.spec.machines import of_driver
from llmhost.spec.resolve import resolve
from llmhost.workflows.fitting import Fitting, Unjudged, fitting, held, refusal, uneven
from tests.fit.shared import CATALOG, GPUS, profile
from tests.hub.conftest import Running
from tests.hub.files import single


def deployment(provider: str = "vllm", **said: Any) -> Deployment:  # noqa: ANN401  an ask
    return resolve(profile(provider), Ask(provider, accept_licence=True, **said), gpus=GPUS)


def judged(tmp_path: Path, of: Deployment, **environ: str) -> Any:  # noqa: ANN401  or None
    return fitting(of, CATALOG, {"XDG_CACHE_HOME": str(tmp_path), **environ})


@pytest.mark.parametrize("provider", CATALOG.names())
def test_what_a_provider_serves_by_default_fits_on_its_default_gpus(
    tmp_path: Path, provider: str
) -> None:
    found = judged(tmp_path, deployment(provider), HF_ENDPOINT="http://127.0.0.1:9")
    if profile(provider).memory is None:
        assert isinstance(found, Unjudged)
    else:
        assert found.fit.verdict == "fits"
        assert found.better == ()


def test_a_well_known_model_costs_no_request(tmp_path: Path) -> None:
    found = judged(tmp_path, deployment(), HF_ENDPOINT="http://127.0.0.1:9")
    assert found.remark == ""
    assert list(tmp_path.iterdir()) == []


def test_the_refusal_names_the_nearest_things_that_fit(tmp_path: Path) -> None:
    found = judged(tmp_path, deployment(model="Qwen/Qwen3-32B", gpu="l4", gpus=2))
    error = refusal(found)
    assert error.message == "Qwen/Qwen3-32B does not fit on 2 x l4"
    assert "the weights alone" in error.why
    assert "llmhost up vllm --model Qwen/Qwen3-32B-AWQ --gpu l4 --gpus 2" in error.hint
    assert "--model Qwen/Qwen3-32B --gpu a100-80gb --gpus 1   # $5.07 per hour" in error.hint
    assert "--force" in error.hint


def test_the_disk_has_room_for_weights_image_and_system(tmp_path: Path) -> None:
    found = judged(tmp_path, deployment())
    assert found.disk_gb == 22 + 60
    large = judged(tmp_path, deployment(model="meta-llama/Llama-3.1-70B-Instruct"))
    assert large.disk_gb == 156 + 60


def test_a_model_nobody_knows_is_not_judged_and_it_is_said_why(tmp_path: Path) -> None:
    of = deployment(model="nobody/nothing")
    unreached = judged(tmp_path, of, HF_ENDPOINT="http://127.0.0.1:9")
    assert "127.0.0.1:9 cannot be reached" in unreached.why
    assert "nobody may be asked" in judged(tmp_path, of, HF_HUB_OFFLINE="1").why
    assert held(of, CATALOG, {"HF_HUB_OFFLINE": "1"}) == ()


def test_whatever_keeps_it_from_being_judged_is_said(hub: Running, tmp_path: Path) -> None:
    folder = single(hub.folder / "org" / "model")
    of = deployment(model="org/model")
    hub.fault("org/model", gated=["hf_granted"])
    assert "org/model" in judged(tmp_path / "a", of, HF_ENDPOINT=hub.endpoint).why
    (folder / "config.json").write_text("{}")
    environ = {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": "hf_granted"}
    assert "does not say" in judged(tmp_path / "b", of, **environ).why
    elsewhere = deployment("lmstudio", model="Qwen/Qwen3-32B")
    assert isinstance(judged(tmp_path, elsewhere, HF_HUB_OFFLINE="1"), Unjudged)
    unknown = replace(deployment(), gpu="")
    assert judged(tmp_path, unknown).why == "which GPUs the host has is not known"
    nobody = replace(of, profile=of.profile.model_copy(update={"memory": None}))
    assert "is not known here" in judged(tmp_path, nobody).why


def test_without_gpus_there_is_nothing_to_judge(tmp_path: Path) -> None:
    assert "without GPUs" in judged(tmp_path, deployment(gpus=0)).why


def test_a_gpu_in_no_table_is_judged_by_what_its_driver_says(tmp_path: Path) -> None:
    """An RTX 3090, of which CUDA reports 23.69 GiB where the driver says 24576 MiB."""
    name = "NVIDIA GeForce RTX 3090"
    own = {name: of_driver(name, 24576)}
    small = replace(deployment(model="Qwen/Qwen3-8B", gpus=1), gpu=name)
    large = replace(deployment(model="Qwen/Qwen3-32B", gpus=1), gpu=name)
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    fits, not_ = (fitting(of, CATALOG, environ, own) for of in (small, large))
    assert isinstance(fits, Fitting)
    assert isinstance(not_, Fitting)
    assert (fits.fit.verdict, not_.fit.verdict) == ("fits", "does not fit")
    assert 22 << 30 < fits.fit.per_gpu.total < int(23.69 * 2**30)
    same = [one.command for one in not_.better if one.fit.gpu == name]
    assert all("--gpu " not in command for command in same)


def test_three_gpus_are_refused_in_terms_of_the_model() -> None:
    ask = Ask("vllm", model="Qwen/Qwen2.5-32B-Instruct-AWQ", gpu="l4", gpus=3)
    error = uneven(ask, CATALOG, {"HF_HUB_OFFLINE": "1"})
    assert error is not None
    assert error.why.startswith("40 attention heads cannot be divided among 3 GPUs")
    assert "--gpu l4 --gpus 2   # $2.00 per hour" in error.hint
    unknown = Ask("vllm", model="nobody/nothing", gpu="l4", gpus=3)
    assert uneven(unknown, CATALOG, {"HF_HUB_OFFLINE": "1"}) is None


def test_any_other_model_is_read_off_its_registry(hub: Running, tmp_path: Path) -> None:
    single(hub.folder / "org" / "model")
    of = deployment(model="org/model", context=1024)
    found = judged(tmp_path / "cache", of, HF_ENDPOINT=hub.endpoint)
    assert found.fit.verdict == "fits"
    assert found.fit.weights.certainty == "exact"

"""Deployments judged for `plan` and `up`."""

from pathlib import Path
from typing import Any

import pytest

from llmhost.spec.deployment import Ask, Deployment
from llmhost.spec.resolve import resolve
from llmhost.workflows.fitting import fitting, held, refusal
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
        assert found is None
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


def test_a_model_nobody_knows_is_not_judged(tmp_path: Path) -> None:
    of = deployment(model="nobody/nothing")
    assert judged(tmp_path, of, HF_ENDPOINT="http://127.0.0.1:9") is None
    assert judged(tmp_path, of, HF_HUB_OFFLINE="1") is None
    assert held(of, CATALOG, {"HF_HUB_OFFLINE": "1"}) == ()


def test_without_gpus_there_is_nothing_to_judge(tmp_path: Path) -> None:
    assert judged(tmp_path, deployment(gpus=0)) is None


def test_any_other_model_is_read_off_its_registry(hub: Running, tmp_path: Path) -> None:
    single(hub.folder / "org" / "model")
    of = deployment(model="org/model", context=1024)
    found = judged(tmp_path / "cache", of, HF_ENDPOINT=hub.endpoint)
    assert found.fit.verdict == "fits"
    assert found.fit.weights.certainty == "exact"

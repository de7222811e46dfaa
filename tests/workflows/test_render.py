"""The files alone, where somebody wants to read them."""

import json
from pathlib import Path

import pytest
import yaml

from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask
from llmhost.workflows.order import Order
from llmhost.workflows.render import render


def test_each_file_lies_at_its_path_on_the_host(tmp_path: Path) -> None:
    environ = {"LLMHOST_HOME": str(tmp_path), "VLLM_API_KEY": "sk-0123456789"}
    out = tmp_path / "out"
    written = render(Order(environ, Ask("vllm", gpus=2)), out).files
    assert sorted(str(Path(path).relative_to(out)) for path in written) == [
        "etc/docker/daemon.json",
        "etc/llmhost/vllm/compose.yaml",
        "etc/llmhost/vllm/deployment.json",
        "etc/llmhost/vllm/engine.env",
        "etc/systemd/system/docker.service.d/llmhost.conf",
        "etc/systemd/system/llmhost-vllm.service",
    ]
    assert json.loads((out / "etc/docker/daemon.json").read_text())["features"] == {"cdi": True}
    env = out / "etc/llmhost/vllm/engine.env"
    assert "sk-0123456789" in env.read_text()
    assert env.stat().st_mode & 0o777 == 0o600


def test_docker_settings_are_a_file_only_where_there_are_any(tmp_path: Path) -> None:
    environ = {"LLMHOST_HOME": str(tmp_path)}
    written = render(Order(environ, Ask("vllm", gpus=0)), tmp_path / "out").files
    assert not [path for path in written if Path(path).name == "daemon.json"]


def test_a_clouds_sources_are_taken_without_asking_it(tmp_path: Path) -> None:
    order = Order({"LLMHOST_HOME": str(tmp_path)}, Ask("vllm", gpus=2))
    images = []
    for cloud in ("sandbox", "gcp", "gcp:a-project", ""):
        render(order, tmp_path / "out", cloud)
        compose = yaml.safe_load((tmp_path / "out/etc/llmhost/vllm/compose.yaml").read_text())
        images.append("@sha256:" in compose["services"]["engine"]["image"])
    assert images == [False, True, True, True], "the sandbox serves copies under the official names"


@pytest.mark.parametrize(
    ("provider", "gpus", "assumed"),
    [
        ("vllm", 2, ("NVIDIA driver 580", "GPUs nvidia.com/gpu=0, nvidia.com/gpu=1", "an MTU")),
        ("vllm", 0, ("an MTU",)),
        ("lmstudio", 1, ("NVIDIA driver 580", "GPUs nvidia.com/gpu=0")),
        ("lmstudio", 0, ()),
    ],
)
def test_what_only_a_host_can_say_is_told_as_assumed(
    tmp_path: Path, provider: str, gpus: int, assumed: tuple[str, ...]
) -> None:
    order = Order({"LLMHOST_HOME": str(tmp_path)}, Ask(provider, gpus=gpus, accept_licence=True))
    told = render(order, tmp_path / "out").assumed
    assert len(told) == len(assumed)
    assert all(one.startswith(begin) for one, begin in zip(told, assumed, strict=True))


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    order = Order({"LLMHOST_HOME": str(tmp_path)}, Ask("vllm", gpus=0))
    with pytest.raises(UsageError, match="cannot be written"):
        render(order, tmp_path / "out")

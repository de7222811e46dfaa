"""A bare machine takes the vendors' own install instructions, unchanged, and everything answers."""

import subprocess
from collections.abc import Iterator

import pytest

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.sandbox.driver import SandboxDriver
from llmhost.cloud.sandbox.engine import Engine
from llmhost.cloud.sandbox.infra.faults import refuse_image, serve_image
from llmhost.cloud.sandbox.records import container_of
from llmhost.events import ignore

pytestmark = pytest.mark.sandbox

NAME = "infra-live"
IMAGE = "docker.io/vllm/vllm-openai:v0.31.0"
MODEL = "llmhost-tests/tiny"

# https://docs.docker.com/engine/install/debian/, 2026-11-20
DOCKER = """
apt-get update
apt-get install -y ca-certificates curl
install -m 0755 -d /etc/apt/keyrings
curl -fsSL https://download.docker.com/linux/debian/gpg -o /etc/apt/keyrings/docker.asc
chmod a+r /etc/apt/keyrings/docker.asc
tee /etc/apt/sources.list.d/docker.sources <<EOF
Types: deb
URIs: https://download.docker.com/linux/debian
Suites: $(. /etc/os-release && echo "$VERSION_CODENAME")
Components: stable
Signed-By: /etc/apt/keyrings/docker.asc
EOF
apt-get update
apt-get install -y docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin
"""
# https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html
NVIDIA = """
curl -fsSL https://nvidia.github.io/libnvidia-container/gpgkey |
  gpg --dearmor -o /usr/share/keyrings/nvidia-container-toolkit-keyring.gpg
curl -s -L https://nvidia.github.io/libnvidia-container/stable/deb/nvidia-container-toolkit.list |
  sed 's#deb https://#deb [signed-by=/usr/share/keyrings/nvidia-container-toolkit-keyring.gpg] https://#g' |
  tee /etc/apt/sources.list.d/nvidia-container-toolkit.list
apt-get update
apt-get install -y nvidia-container-toolkit
"""  # noqa: E501 - the vendor's own line


class Shell:
    """Root's shell on a machine."""

    def __init__(self, machine: Machine) -> None:
        self.command = [
            "docker",
            "exec",
            "-i",
            container_of(machine.name),
            "bash",
            "-euo",
            "pipefail",
        ]

    def __call__(self, script: str) -> str:
        environment = "export DEBIAN_FRONTEND=noninteractive\n"
        done = subprocess.run(
            self.command, input=environment + script, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    driver = SandboxDriver()
    request = MachineRequest(name=NAME, gpu="l4", gpus=2, images=(IMAGE,), models=(MODEL,))
    if left := driver.find(NAME):  # by a run that was killed: the instructions want a bare machine
        driver.delete(left, ignore)
    machine = driver.create(request, ignore)
    yield machine
    driver.delete(machine, ignore)


@pytest.fixture(scope="module")
def shell(machine: Machine) -> Shell:
    """A machine where both vendors' instructions were followed."""
    shell = Shell(machine)
    shell(DOCKER + NVIDIA)
    return shell


def test_docker_is_as_its_vendors_packages_leave_it(shell: Shell) -> None:
    assert shell("systemctl is-active docker containerd").split() == ["active", "active"]
    assert shell("docker compose version --short").strip()
    assert int(shell("docker version --format '{{.Server.Version}}'").split(".")[0]) >= 28
    assert "docker" in shell("getent group docker")


def test_a_container_of_an_unchanged_name_sees_the_gpus_through_cdi(shell: Shell) -> None:
    run = f"docker run --rm --device nvidia.com/gpu=all --entrypoint nvidia-smi {IMAGE} -L"
    assert shell(run).count("NVIDIA L4") == 2


def test_an_image_that_is_not_there_is_not_found(shell: Shell) -> None:
    said = shell("docker pull ghcr.io/llmhost/none:1 2>&1 || true")
    assert "not found" in said or "unknown" in said


def test_repositories_of_two_registries_do_not_mix(shell: Shell) -> None:
    said = shell("docker pull quay.io/vllm/vllm-openai:v0.31.0 2>&1 || true")
    assert "not found" in said or "unknown" in said


def test_an_image_can_be_refused_and_served_again(shell: Shell) -> None:
    engine = Engine()
    shell(f"docker image rm --force {IMAGE}")
    refuse_image(engine, IMAGE)
    try:
        assert "denied" in shell(f"docker pull {IMAGE} 2>&1 || true")
    finally:
        serve_image(engine, IMAGE)
    shell(f"docker pull --quiet {IMAGE}")


def test_the_hubs_own_client_downloads_a_model(shell: Shell) -> None:
    shell("apt-get install -y python3-venv && python3 -m venv /opt/hub")
    shell("/opt/hub/bin/pip install --quiet 'huggingface_hub>=2.4'")
    shell(f"/opt/hub/bin/hf download {MODEL} --local-dir /srv/tiny")
    assert "LlamaForCausalLM" in shell("cat /srv/tiny/config.json")

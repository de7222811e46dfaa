"""A host that reaches nothing official: every address it takes something from is one of a mirror.

The mirror is the sandbox's infra machine under further names that its certificate holds. On the
host the official names lead nowhere.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmhost.cloud.base import Machine
from llmhost.cloud.sandbox.infra.services import CONTAINER as INFRA
from llmhost.steps.weights import HUB_CLIENT
from tests.integration.bench import VLLM_IMAGE, VLLM_MODEL, Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host, completion
from tests.integration.own import Own

pytestmark = pytest.mark.sandbox

SITE = "/srv/www/mirror.lmstudio.ai"
IMAGES = "/var/lib/docker-registry/docker/registry/v2/repositories"
FILE = """
provider: vllm
gpus: 2
name: apart
env: {STANDIN_LOAD_SECONDS: "1"}
sources:
  docker_apt: https://mirror.lmstudio.ai/docker
  nvidia_apt: https://mirror.lmstudio.ai/nvidia
  hub: https://mirror.hf.co
  pypi: https://mirror.lmstudio.ai/simple
  images: {docker.io: quay.io/mirror}
"""
OFFICIAL = (
    "download.docker.com nvidia.github.io huggingface.co"
    " docker.io registry-1.docker.io auth.docker.io index.docker.io"
)


@pytest.fixture(scope="module")
def bare(bench: Bench, llmhost: Llmhost, look: Callable[[Machine], Host]) -> Own:
    """A bare host on which the official names lead nowhere, and pip knows no index."""
    machine = bench.bare("apart", images=[VLLM_IMAGE], models=[VLLM_MODEL])
    bench.inside(
        machine.name,
        f"echo 127.0.0.1 {OFFICIAL} >>/etc/hosts"
        " && printf '[global]\\nindex-url = http://127.0.0.1:9/\\n' >/etc/pip.conf",
    )
    return Own(llmhost, machine, look(machine))


@pytest.fixture(scope="module")
def apart(bench: Bench, bare: Own, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    """The host, once the infra machine has under a mirror's names what it has for that host."""
    folder = tmp_path_factory.mktemp("mirror") / "simple"
    index(folder, bench.infra("python3 -c 'import sys; print(*sys.version_info[:2], sep=\".\")'"))
    bench.infra(
        f"mkdir -p {SITE} {IMAGES}/quay.io/mirror/vllm"
        f" && ln -sfn /srv/www/download.docker.com/linux {SITE}/docker"
        f" && ln -sfn /srv/www/nvidia.github.io/libnvidia-container {SITE}/nvidia"
        f" && cp -a {IMAGES}/docker.io/vllm/vllm-openai {IMAGES}/quay.io/mirror/vllm/"
    )
    bench.engine.run("cp", str(folder), f"{INFRA}:{SITE}/simple")
    yield bare
    bench.infra(f"rm -rf {SITE} {IMAGES}/quay.io/mirror")


def index(folder: Path, python: str) -> None:
    """A package index with the hub's client and what it needs, for that version of Python."""
    platforms = [f"--platform=manylinux_2_{glibc}_x86_64" for glibc in (17, 28)]
    wheels = folder.parent / "wheels"
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
    options = [f"--python-version={python.strip()}", "--platform=manylinux2014_x86_64", *platforms]
    wanted = ["--dest", str(wheels), f"huggingface_hub=={HUB_CLIENT}"]
    subprocess.run([*download, *options, *wanted], check=True)
    for wheel in wheels.iterdir():
        name = re.sub(r"[-_.]+", "-", wheel.name.partition("-")[0]).lower()
        (folder / name).mkdir(parents=True, exist_ok=True)
        wheel.rename(folder / name / wheel.name)
        (folder / name / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>\n')


def test_a_host_apart_comes_up_from_a_mirror_alone(apart: Own, tmp_path: Path) -> None:
    file = tmp_path / "deployment.yaml"
    file.write_text(FILE)
    words = ("up", "-f", str(file), *apart.where, "--yes")
    assert apart.llmhost.json(*words)["changed"]
    assert '"assistant"' in completion(apart.host, "apart", 8000, VLLM_MODEL)
    sources = apart.host.check_output("cat /etc/apt/sources.list.d/*.sources")
    assert "https://mirror.lmstudio.ai/docker/debian" in sources
    assert "https://mirror.lmstudio.ai/nvidia/stable/deb" in sources
    assert not [name for name in OFFICIAL.split() if name in sources]
    assert "quay.io/mirror/vllm/vllm-openai" in apart.host.check_output("docker images")
    assert apart.llmhost.json(*words)["changed"] == 0

"""`--local`: llmhost installed on the host itself, as a bootstrap script does it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmhost.cloud.base import Machine
from llmhost.cloud.sandbox.records import container_of
from llmhost.spec.assets import packaged_root
from tests.integration.bench import Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host, completion

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

INSTALL = """
apt-get update -q && apt-get install -qy --no-install-recommends python3-venv &&
python3 -m venv /opt/tool && /opt/tool/bin/pip install -q /root/llmhost-*.whl
"""
RUN = "/opt/tool/bin/llmhost"


@pytest.fixture(scope="module")
def machine(
    bench: Bench, llmhost: Llmhost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A machine without GPUs that has llmhost installed from a wheel."""
    profile = llmhost.json("providers", "show", "llamacpp")
    image = next(one["image"] for one in profile["variants"] if not one["gpus"])
    machine = bench.bare("local", gpus=0, images=[image], models=[profile["models"]["cpu"]])
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder)]
    subprocess.run([*build, str(packaged_root())], check=True)
    (wheel,) = Path(folder).glob("*.whl")
    bench.engine.run("cp", str(wheel), f"{container_of(machine.name)}:/root/")
    bench.inside(machine.name, INSTALL)
    yield machine
    bench.remove(machine.name)


def test_a_host_sets_itself_up(
    machine: Machine, bench: Bench, look: Callable[[Machine], Host]
) -> None:
    up = f"{RUN} up llamacpp --gpus 0 --local --yes -o json"
    document = json.loads(bench.inside(machine.name, up))
    assert document["where"] == "--local"
    host = look(machine)
    assert host.service("llmhost-llamacpp.service").is_enabled
    assert '"assistant"' in completion(host, "llamacpp", 8080, document["model"])
    assert json.loads(bench.inside(machine.name, up))["changed"] == 0


def test_it_looks_at_itself_and_takes_itself_away(machine: Machine, bench: Bench) -> None:
    status = bench.inside(machine.name, f"{RUN} status llamacpp --local -o json")
    assert json.loads(status)["health"] == "serving"
    gone = bench.inside(machine.name, f"{RUN} down llamacpp --local -o json")
    assert json.loads(gone)["gone"][0]["name"] == "llamacpp"

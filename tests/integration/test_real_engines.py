"""What takes minutes: real vLLM on the CPU, and a connection that goes silent."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from llmhost.cloud.base import Machine
from llmhost.cloud.sandbox.power import reboot
from tests.integration.bench import Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host, introduce
from tests.integration.served import Served

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@pytest.fixture(scope="module")
def real(bench: Bench, llmhost: Llmhost, look: Callable[[Machine], Host]) -> Iterator[Served]:
    """Real vLLM on the CPU of a machine without GPUs."""
    name = bench.name("cpu")
    words = ("vllm", "--gpus", "0", "--cloud", "sandbox", "--name", name)
    # The home of the tests is empty: where this computer's pip finds torch for the CPU is said.
    folder = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.find-links"],
        capture_output=True,
        text=True,
        check=False,
    )
    informed = llmhost.knowing(PIP_FIND_LINKS=folder.stdout.strip())
    first = informed("up", *words, "--yes", "-o", "json", timeout=1200).good()
    machine = bench.machine(name)
    yield Served(name, words, llmhost, machine, look(machine), first)
    bench.remove(name)


def test_real_vllm_answers_on_the_cpu(real: Served) -> None:
    assert '"assistant"' in real.completion()
    version = real.host.check_output(f"docker exec {real.container} vllm --version")
    assert "standin" not in version
    metrics = real.host.check_output(f"curl -s http://127.0.0.1:{real.port}/metrics")
    assert "vllm:request_success_total" in metrics
    assert real.llmhost.json("smoke", real.name)["health"] == "serving"


def test_a_second_up_of_real_vllm_changes_nothing(real: Served) -> None:
    before = real.started_at()
    assert real.up()["changed"] == 0
    assert real.started_at() == before


def test_a_host_that_falls_silent_is_given_up_and_gone_on_with(
    real: Served, bench: Bench, llmhost: Llmhost
) -> None:
    assert real.machine.address
    # Past Docker's proxy, which would go on acknowledging in the machine's name.
    address = replace(real.machine.address, host=network_address(bench, real.name))
    introduce(llmhost.home, address)
    words = ("vllm", "--gpus", "0", "--name", real.name, "--host", str(address), "--yes")
    real.host.check_output(f"systemctl stop {real.unit}")
    with llmhost.start("up", *words) as running:
        running.until(lambda event: event.get("phase") == "ready")
        bench.inside(real.name, "iptables -I INPUT -p tcp --dport 22 -j DROP")
        begun = time.monotonic()
        try:
            assert running.ended().status == 1
        finally:
            bench.inside(real.name, "iptables -D INPUT -p tcp --dport 22 -j DROP")
    assert time.monotonic() - begun < 120
    assert "connection to" in running.heard[-1]["error"]
    assert real.up()
    assert real.up()["changed"] == 0


def test_real_vllm_answers_again_after_a_reboot(real: Served) -> None:
    reboot(real.name)
    real.answers()
    assert real.up()["changed"] == 0


def network_address(bench: Bench, name: str) -> str:
    """A machine's address on the sandbox's own network."""
    networks = bench.container(name)["NetworkSettings"]["Networks"]
    (network,) = networks.values()
    return str(network["IPAddress"])

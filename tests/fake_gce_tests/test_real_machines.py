"""Instances that are machines of the sandbox: SSH all the way, and nothing left behind."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.cloud import compute_v1

from llmhost.transport.base import Address
from llmhost.transport.ssh import connect
from tests.fake_gce import NO_LATENCY, FakeGce, RealClock
from tests.fake_gce.sandbox import SandboxMachines
from tests.fake_gce_tests.clients import DONE, ZONE, Google
from tests.transport.sshd import make_key, public

pytestmark = pytest.mark.sandbox

NAME = f"sandboxed-{os.getpid()}"


@pytest.fixture
def gce() -> Iterator[FakeGce]:
    machines = SandboxMachines()
    with FakeGce(clock=RealClock(), latency=NO_LATENCY, machines=machines) as double:
        yield double


def containers() -> list[str]:
    argv = [
        "docker",
        "ps",
        "--all",
        "--filter",
        f"name=llmhost.gce.{NAME}-",
        "--format",
        "{{.Names}}",
    ]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.split()


def ssh_keys(key: Path, user: str) -> dict[str, object]:
    items = [
        {"key": "enable-guest-attributes", "value": "TRUE"},
        {"key": "ssh-keys", "value": f"{user}:{public(key)} {user}@laptop"},
    ]
    return {"items": items}


def address(google: Google, key: Path, user: str) -> Address:
    machine = google.get(NAME)
    request = compute_v1.GetGuestAttributesInstanceRequest(
        project="demo", zone=ZONE, instance=NAME, query_path="hostkeys/"
    )
    (item,) = google.instances.get_guest_attributes(request=request).query_value.items
    host = machine.network_interfaces[0].access_configs[0].nat_i_p
    return Address(host=host, port=22, user=user, key=key, host_key=f"{item.key} {item.value}")


def test_an_instance_is_a_machine_that_lets_its_own_key_in(
    google: Google, gce: FakeGce, tmp_path: Path
) -> None:
    key = make_key(tmp_path / "key")
    kind = f"zones/{ZONE}/machineTypes/g2-standard-24"
    operation = google.insert(NAME, machine_type=kind, metadata=ssh_keys(key, "llmhost"))
    assert google.wait(operation).status == DONE
    transport = connect(address(google, key, "llmhost"))
    try:
        answer = transport.run("hostname; id -un; nvidia-smi -L | wc -l").stdout.split()
    finally:
        transport.close()
    assert answer == [NAME, "root", "2"]
    assert len(containers()) == 1
    google.wait(google.delete(NAME))
    gce.world.hardware.close()
    assert not containers()


def test_a_machine_goes_with_the_double(tmp_path: Path) -> None:
    with FakeGce(latency=NO_LATENCY, machines=SandboxMachines()) as gce:
        google = Google(gce)
        key = make_key(tmp_path / "key")
        google.wait(google.insert(NAME, metadata=ssh_keys(key, "root")))
        transport = connect(address(google, key, "root"))
        assert transport.run("id -u").stdout.strip() == "0"
        transport.close()
    assert not containers()

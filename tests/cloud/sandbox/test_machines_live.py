"""Real machines on this computer, before anything is provisioned on them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.sandbox.base import ensure_base
from llmhost.cloud.sandbox.driver import SandboxDriver
from llmhost.cloud.sandbox.engine import ensure_engine
from llmhost.cloud.sandbox.fresh import Ground, boot_fresh
from llmhost.cloud.sandbox.machine import inspect, wait_for_ssh
from llmhost.cloud.sandbox.network import ensure_network, upstream_resolvers
from llmhost.cloud.sandbox.power import cut_power, reboot
from llmhost.cloud.sandbox.state import locked
from llmhost.errors import CloudError, HostError
from llmhost.events import ignore
from llmhost.transport.ssh import connect

pytestmark = pytest.mark.sandbox

NAMES = ("live-1", "live-2", "live-3")
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


@pytest.fixture(scope="module")
def ground() -> Ground:
    engine = ensure_engine(ignore)
    image = ensure_base(engine, ignore)
    return Ground(engine, ensure_network(engine), image, upstream_resolvers(engine, image))


@pytest.fixture(scope="module")
def machines(ground: Ground) -> Iterator[dict[str, Machine]]:
    """Three machines made at once; the first has two GPUs."""
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda name: make(ground, name), NAMES))
    yield {machine.name: machine for machine in made}
    for machine in made:
        SandboxDriver().delete(machine, ignore)


def make(ground: Ground, name: str) -> Machine:
    gpus = 2 if name == NAMES[0] else 0
    request = MachineRequest(name, gpu="l4" if gpus else "", gpus=gpus, labels={"digest": name})
    with locked("numbers"):
        boot_fresh(ground, request)
    machine = SandboxDriver().find(name)
    assert machine is not None
    assert machine.address is not None
    wait_for_ssh(machine.address.host, machine.address.port)
    return machine


def ask(machine: Machine, script: str) -> str:
    assert machine.address is not None
    transport = connect(machine.address)
    try:
        return transport.run(script).stdout.strip()
    finally:
        transport.close()


def test_three_machines_at_once_have_addresses_of_their_own(machines: dict[str, Machine]) -> None:
    addresses = {(m.address.host, m.address.port) for m in machines.values() if m.address}
    assert len(addresses) == 3
    assert [ask(machines[name], "hostname; id -un") for name in NAMES] == [
        f"{name}\nroot" for name in NAMES
    ]


def test_systemd_runs_with_no_failed_unit(machines: dict[str, Machine]) -> None:
    for machine in machines.values():
        assert ask(machine, "systemctl is-system-running --wait") == "running"
        assert not ask(machine, "systemctl --failed --no-legend")


def test_a_fresh_machine_has_no_docker_and_no_gpu_unless_asked_for(
    machines: dict[str, Machine],
) -> None:
    script = "command -v docker nvidia-ctk python3 nvidia-smi"
    assert not ask(machines["live-2"], script)
    assert ask(machines["live-1"], script) == "/usr/bin/nvidia-smi"
    assert ask(machines["live-1"], "nvidia-smi -L | wc -l") == "2"


def test_another_host_key_is_refused(machines: dict[str, Machine]) -> None:
    first, second = machines["live-1"].address, machines["live-2"].address
    assert first is not None
    assert second is not None
    impostor = replace(machines["live-1"], address=replace(first, host_key=second.host_key))
    with pytest.raises(HostError):
        ask(impostor, "true")


def test_a_machine_cannot_change_the_computers_kernel(machines: dict[str, Machine]) -> None:
    script = (
        "sysctl -qw vm.swappiness=1 || echo refused; sysctl -qw net.ipv4.ip_forward=1 && echo ok"
    )
    assert ask(machines["live-2"], script) == "refused\nok"


def test_a_reboot_is_a_new_boot_of_the_same_machine(machines: dict[str, Machine]) -> None:
    machine = machines["live-1"]
    before = ask(machine, f"echo kept >/root/file; {BOOT_ID}")
    reboot(machine.name)
    assert ask(machine, BOOT_ID) != before
    assert ask(machine, "cat /root/file; nvidia-smi -L | wc -l") == "kept\n2"
    assert ask(machine, "systemctl is-system-running --wait") == "running"


def test_a_power_cut_ends_everything_at_once_and_the_machine_boots_again(
    machines: dict[str, Machine],
) -> None:
    machine = machines["live-2"]
    # A process that ignores every polite signal would delay an orderly shutdown for 90 s.
    before = ask(machine, f"systemd-run -q bash -c 'trap : TERM; sleep 600; sleep 600'; {BOOT_ID}")
    cut_power(machine.name)
    assert ask(machine, BOOT_ID) != before
    assert ask(machine, "journalctl --list-boots | tail -n +2 | wc -l") == "2"


def test_machines_reach_each_other(machines: dict[str, Machine]) -> None:
    address = ask(machines["live-2"], "hostname -I").split()[0]
    assert ask(machines["live-3"], f"ping -c1 -W2 {address} >/dev/null && echo yes") == "yes"


def test_machines_are_listed_with_their_labels(machines: dict[str, Machine]) -> None:
    listed = {m.name: m for m in SandboxDriver().machines() if m.name in machines}
    assert {name: dict(m.labels) for name, m in listed.items()} == {
        name: {"digest": name} for name in NAMES
    }


def test_a_container_of_the_name_a_machine_used_to_have_is_left_alone(ground: Ground) -> None:
    engine, image = ground.engine, ground.image
    engine.run("create", "--name", "llmhost-live-both", "--label", "llmhost=1", image)
    try:
        assert SandboxDriver().find("live-both") is None
        machine = make(ground, "live-both")
        SandboxDriver().delete(machine, ignore)
        assert inspect(engine, "llmhost-live-both")
    finally:
        engine.run("rm", "--force", "--volumes", "llmhost-live-both")


def test_a_machine_that_was_made_under_another_container_name_is_still_ours(ground: Ground) -> None:
    machine = make(ground, "live-older")
    ground.engine.run("rename", machine.id, "llmhost-live-older")
    assert SandboxDriver().find("live-older") == machine
    reboot("live-older")
    SandboxDriver().delete(machine, ignore)
    assert SandboxDriver().find("live-older") is None


def test_a_deleted_machine_leaves_no_container_and_no_volume(ground: Ground) -> None:
    machine = make(ground, "live-gone")
    (container,) = inspect(ground.engine, machine.id)
    volumes = [mount["Name"] for mount in container["Mounts"]]
    assert len(volumes) == 2
    SandboxDriver().delete(machine, ignore)
    assert SandboxDriver().find("live-gone") is None
    assert ground.engine.ask("volume", "inspect", *volumes) is None
    with pytest.raises(CloudError):
        reboot("live-gone")

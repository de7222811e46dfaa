"""How a machine's container is described to Docker, and what may be in it."""

import io
import tarfile
from ipaddress import IPv4Network

from llmhost.cloud.sandbox.capabilities import machine_capabilities
from llmhost.cloud.sandbox.machine import Blueprint, File, create_options, files_archive
from llmhost.cloud.sandbox.network import Network, free_first, resolvers

NETWORK = Network("llmhost", IPv4Network("10.77.0.0/24"))
BLUEPRINT = Blueprint(
    container="llmhost.vllm",
    hostname="vllm",
    number=12,
    image="llmhost/machine:1",
    nameservers=("10.77.0.2",),
    labels={"llmhost-name": "vllm"},
    ssh=("127.0.1.12", 22),
)

# From a build machine without CAP_SYS_RESOURCE, 2026-11-20.
STATUS = "Name:\tbash\nCapEff:\t000001fffeffffff\nCapBnd:\t000001fffeffffff\n"


def test_a_machine_has_the_address_of_its_number_and_a_loopback_address_of_its_own() -> None:
    options = create_options(BLUEPRINT, NETWORK, ())
    assert options[options.index("--ip") + 1] == "10.77.0.12"
    assert options[options.index("--publish") + 1] == "127.0.1.12:22:22"


def test_a_machine_without_ssh_publishes_nothing() -> None:
    blueprint = Blueprint("llmhost.infra", "infra", 2, "image", ("192.0.2.53",))
    assert "--publish" not in create_options(blueprint, NETWORK, ())


def test_a_machine_is_known_by_its_labels_and_comes_back_after_a_reboot() -> None:
    options = create_options(BLUEPRINT, NETWORK, ())
    assert {"llmhost=1", "llmhost-number=12", "llmhost-name=vllm"} < set(options)
    assert options[options.index("--restart") + 1] == "unless-stopped"
    assert options[-1] == "llmhost/machine:1"


def test_no_machine_is_privileged() -> None:
    assert "--privileged" not in create_options(BLUEPRINT, NETWORK, ("SYS_ADMIN",))
    assert "--cap-add=SYS_ADMIN" in create_options(BLUEPRINT, NETWORK, ("SYS_ADMIN",))


def test_a_capability_that_the_computer_lacks_is_not_asked_for() -> None:
    assert "SYS_RESOURCE" not in machine_capabilities(STATUS)
    assert {"SYS_ADMIN", "NET_ADMIN", "MKNOD"} < set(machine_capabilities(STATUS))


def test_without_a_status_every_capability_but_the_withheld_is_asked_for() -> None:
    capabilities = machine_capabilities("")
    assert "SYS_RESOURCE" in capabilities
    assert not {"SYS_TIME", "SYS_MODULE", "SYSLOG"} & set(capabilities)


def test_files_keep_their_mode_and_owner_on_the_way_into_a_machine() -> None:
    archive = files_archive((File("/home/debian/.ssh/authorized_keys", b"key", 0o600, 1000),))
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        (entry,) = tar.getmembers()
        content = tar.extractfile(entry)
        assert content is not None
        assert content.read() == b"key"
    assert (entry.name, entry.mode, entry.uid) == ("home/debian/.ssh/authorized_keys", 0o600, 1000)


def test_only_resolvers_that_another_machine_can_reach_are_taken_over() -> None:
    text = "search lan\nnameserver 127.0.0.53\nnameserver 192.0.2.53\nnameserver fe80::1\n"
    assert resolvers(text) == ("192.0.2.53",)


def test_a_range_that_the_computer_routes_elsewhere_is_the_last_choice() -> None:
    # From a machine at 10.77.0.61/24 behind 10.77.0.1, 2026-11-20.
    table = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t01004D0A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""
    mine, other = IPv4Network("10.77.0.0/24"), IPv4Network("10.177.77.0/24")
    assert free_first((mine, other), table) == (other, mine)
    assert free_first((mine, other), "") == (mine, other)

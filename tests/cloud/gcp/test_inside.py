"""`--iap`: a machine without an external address, from the offers to the first script on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from llmhost.cloud.gcp.barred import RANGE
from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.parts import log_in
from llmhost.errors import CloudError, HostError, UsageError
from llmhost.spec.deployment import Ask
from llmhost.spec.terms import Terms
from llmhost.transport.base import Address, Answer, LineHandler, Transport
from llmhost.transport.ssh import SshTransport
from llmhost.workflows import up as workflow
from llmhost.workflows.order import Order
from llmhost.workflows.place import Place
from llmhost.workflows.session import Session
from llmhost.workflows.ssh import ssh
from tests.cloud.gcp.bench import PACE, ZONES, Bench, wanted
from tests.fake_gce import ExternalAddressForbidden, FakeGce, ManualClock
from tests.fake_gce.machines import Booted, Wanted
from tests.fake_iap import FakeIap, Target, behind
from tests.transport.sshd import Sshd, public

ASK = Ask("vllm", gpus=2, terms=Terms(iap=True))
PLACE = Place("cloud", cloud="gcp")


@dataclass
class OneMachine:
    """Every instance is this computer's sshd."""

    sshd: Sshd

    def boot(self, wanted: Wanted, /) -> Booted:
        """Lets the metadata's keys in."""
        keys = [line.partition(":")[2] for line in wanted.ssh_keys]
        self.sshd.authorized.write_text("".join(f"{key}\n" for key in keys))
        kind, _, value = public(self.sshd.host_key).partition(" ")
        return Booted("127.0.0.1", {kind: value})

    def halt(self, machine: str, /) -> None:
        """It goes on."""

    def destroy(self, machine: str, /) -> None:
        """It goes on."""


@pytest.fixture
def gce(sshd: Sshd) -> Iterator[FakeGce]:
    """A double with an sshd behind its instances, and a way out of two regions."""
    with FakeGce(clock=ManualClock(per_call=5), machines=OneMachine(sshd)) as gce:
        gce.plant_router("us-east4", "out")
        gce.plant_router("us-central1", "out")
        gce.plant_router("europe-west4", "in", nat=False)
        yield gce


@pytest.fixture
def iap(gce: FakeGce, sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIap]:
    with FakeIap(behind(gce, {22: sshd.port})) as iap:
        monkeypatch.setenv("LLMHOST_IAP_ENDPOINT", iap.endpoint)
        yield iap


def as_root(address: Address) -> Address:
    """The only account that this computer's sshd and the metadata have in common."""
    return replace(address, user="root")


@pytest.fixture
def bench(gce: FakeGce, iap: FakeIap, tmp_path: Path) -> Bench:
    """Somebody whose logins go all the way."""
    return Bench(
        gce,
        tmp_path / "state",
        login=lambda address: log_in(as_root(address)),
        pace=PACE,
        more={"LLMHOST_IAP_ENDPOINT": iap.endpoint},
    )


def session(bench: Bench, connect: type[Transport] = SshTransport) -> Session:
    driver = bench.driver
    return Session(
        report=bench.heard,
        connect=lambda address: connect(as_root(address)),  # type: ignore[call-arg]  # both take one
        drivers=lambda _name: driver,
        confirm=lambda _planned: True,
        environ=bench.environ,
    )


def test_a_machine_inside_has_no_external_address_and_is_reached_all_the_same(
    bench: Bench, gce: FakeGce, iap: FakeIap, sshd: Sshd
) -> None:
    machine = bench.create(wanted(iap=True))
    (instance,) = gce.instances()
    assert "accessConfigs" not in instance["networkInterfaces"][0]
    assert machine.address
    assert str(machine.address) == "llmhost@llmhost-vllm"
    assert iap.tunnels == [Target("demo", ZONES[0], "llmhost-vllm", "nic0", 22)]
    assert sshd.logged("Accepted publickey") == 1
    assert bench.driver.find("vllm") == replace(machine, attempts=())


def test_ssh_is_let_in_from_the_proxy_and_from_nobody_else(bench: Bench, gce: FakeGce) -> None:
    bench.more["LLMHOST_SSH_FROM"] = "198.51.100.7"
    bench.create(wanted(iap=True))
    (rule,) = gce.firewalls()
    assert rule["sourceRanges"] == [RANGE] == ["35.235.240.0/20"]
    assert rule["allowed"] == [{"IPProtocol": "tcp", "ports": ["22"]}]
    assert rule["targetTags"] == ["llmhost-ssh"]
    bench.down()
    assert bench.left() == []


def test_where_a_policy_forbids_external_addresses_it_works(bench: Bench, gce: FakeGce) -> None:
    gce.script(ExternalAddressForbidden())
    with pytest.raises(CloudError, match="forbids external addresses") as caught:
        bench.create()
    assert "--iap" in caught.value.hint
    assert bench.create(wanted(iap=True)).state == "running"


def test_the_first_script_runs_on_it_through_the_tunnel(bench: Bench, sshd: Sshd) -> None:
    answered: list[str] = []

    class Once(SshTransport):
        """Asks the host something harmless instead, since it is this computer."""

        def run(self, _script: str, /, on_line: LineHandler | None = None) -> Answer:  # noqa: ARG002
            answered.append(super().run("echo $((6 * 7))").stdout)
            raise HostError("enough")

    with pytest.raises(HostError, match="enough"):
        workflow.up(session(bench, Once), PLACE, Order(bench.environ, ASK), yes=True)
    assert answered == ["42\n"]
    assert sshd.logged("Accepted publickey") == 2


def test_people_are_given_the_tunnel_as_a_proxy_command(bench: Bench) -> None:
    bench.create(wanted(iap=True))
    argv = ssh(session(bench), PLACE, "vllm")
    (command,) = [word for word in argv if word.startswith("ProxyCommand=")]
    assert command.endswith(f"piping iap 22 demo {ZONES[0]} llmhost-vllm nic0")
    assert argv[-4:] == ("-l", "llmhost", "--", "llmhost-vllm")


def test_regions_without_a_way_out_are_passed_over_and_plan_says_why(bench: Bench) -> None:
    offers = bench.driver.offers(wanted(iap=True))
    assert {offer.place.rpartition("-")[0] for offer in offers if not offer.refused} == {
        "us-east4",
        "us-central1",
    }
    shut = "--iap needs Cloud NAT, and europe-west4 has none"
    assert shut in {offer.refused for offer in offers}, "a router alone lets nobody out"
    bench.more["LLMHOST_GCE_OUTLET"] = "a proxy of our own"
    assert not [one for one in bench.driver.offers(wanted(iap=True)) if "NAT" in one.refused]


def test_a_network_without_any_way_out_is_told_once_with_its_remedy(
    bench: Bench, gce: FakeGce
) -> None:
    for router in ("us-east4", "us-central1"):
        gce.plant_router(router, "out", nat=False)
    with pytest.raises(CloudError, match="none may be taken") as caught:
        bench.create(wanted(iap=True))
    (line,) = [line for line in caught.value.details if "NAT" in line]
    assert "llmhost doctor" in line
    assert gce.calls["instances.insert"] == 0


def test_without_iap_nobody_asks_for_routers(bench: Bench, gce: FakeGce) -> None:
    bench.driver.offers(wanted())
    assert gce.calls["routers.aggregatedList"] == 0


def test_a_missing_role_ends_it_at_once_and_says_what_exists(
    bench: Bench, gce: FakeGce, iap: FakeIap
) -> None:
    iap.bar(4033, "not authorized")
    bench.pace = Pace(making=20, hidden=40, vouching=5, login=3600, pause=0.01)
    with pytest.raises(CloudError, match="does not let these credentials through") as caught:
        bench.create(wanted(iap=True))
    assert "roles/iap.tunnelResourceAccessor" in caught.value.hint
    assert "llmhost down vllm" in caught.value.hint
    assert "costs $1.99 per hour" in caught.value.hint
    iap.open()
    assert bench.create(wanted(iap=True)).state == "running"
    assert gce.calls["instances.insert"] == 1


def test_a_machine_that_still_boots_is_waited_for(bench: Bench, iap: FakeIap) -> None:
    iap.bar(4047, "failed to lookup instance", times=2)
    iap.bar(4003, "failed to connect to backend", times=2)
    assert bench.create(wanted(iap=True)).state == "running"
    assert len(iap.asked) == 5


def test_nothing_is_made_that_no_tunnel_could_be_opened_to(bench: Bench, gce: FakeGce) -> None:
    bench.more["LLMHOST_IAP_ENDPOINT"] = ""
    with pytest.raises(UsageError, match="LLMHOST_IAP_ENDPOINT names none"):
        bench.create(wanted(iap=True))
    assert not gce.calls


def test_doctor_tells_where_machines_inside_get_out(bench: Bench, gce: FakeGce) -> None:
    (found,) = [one for one in bench.driver.examine() if one.name == "Cloud NAT"]
    assert (found.outcome, found.seen) == ("ok", "default has it in us-central1, us-east4")
    gce.wipe()
    (found,) = [one for one in bench.driver.examine() if one.name == "Cloud NAT"]
    assert found.outcome == "skipped"
    assert "gcloud compute routers nats create" in found.remedy

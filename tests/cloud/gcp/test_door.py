"""The firewall rule: one for each network and each caller, and believed only if it is as made."""

from collections.abc import Mapping
from typing import Any

import pytest

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.door import open_door
from llmhost.errors import CloudError
from tests.cloud.gcp.bench import Bench
from tests.fake_gce import FakeGce

LONG = "a-network-with-a-name-as-long-as-organisations-like-them-to-be"
RULE = "llmhost-ssh-default-203-0-113-7-32"
AS_MADE: Mapping[str, Any] = {
    "network": "global/networks/default",
    "direction": "INGRESS",
    "sourceRanges": ["203.0.113.7/32"],
    "targetTags": ["llmhost-ssh"],
    "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
}


@pytest.fixture
def opened(bench: Bench) -> Bench:
    bench.more["LLMHOST_SSH_FROM"] = "203.0.113.7"
    return bench


def knock(bench: Bench) -> None:
    parts = bench.driver._parts  # noqa: SLF001  the door is no part of the driver's protocol
    link = "https://compute.googleapis.com/compute/v1/projects/demo/global/networks/default"
    instance = {"networkInterfaces": [{"network": link, "accessConfigs": [{}]}]}
    open_door(parts.compute, parts.environ, instance)


@pytest.mark.parametrize("network", ["default", LONG, LONG[:-1] + "f"])
def test_each_caller_has_a_rule_of_their_own_in_each_network(network: str) -> None:
    sources = (
        "203.0.113.7/32",
        "203.0.113.70/32",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:fffe/128",
    )
    made = {names.rule_name(network, source) for source in sources}
    others = {names.rule_name(f"{network[:-1]}x", source) for source in sources}
    assert len(made | others) == 2 * len(sources)
    for name in made | others:
        assert len(name) <= 63
        assert name.startswith("llmhost-ssh-")
        assert not name.endswith("-")


def test_a_rule_that_is_there_as_it_would_be_made_is_enough(opened: Bench, gce: FakeGce) -> None:
    knock(opened)
    knock(opened)
    assert gce.calls["firewalls.insert"] == 1


def test_an_address_without_its_length_is_the_same(opened: Bench, gce: FakeGce) -> None:
    gce.plant_firewall(RULE, **{**AS_MADE, "sourceRanges": ["203.0.113.7"]})
    knock(opened)
    assert gce.calls["firewalls.insert"] == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"disabled": True}, "it is disabled"),
        ({"sourceRanges": ["198.51.100.9/32"]}, "it lets 198.51.100.9/32 in"),
        ({"sourceRanges": ["0.0.0.0/0"]}, "it lets 0.0.0.0/0 in"),
        ({"targetTags": ["web"]}, "it is for machines with the tag web"),
        ({"targetTags": []}, "it is for all machines"),
        ({"network": "global/networks/other"}, "it is of the network other"),
        ({"allowed": [{"IPProtocol": "tcp", "ports": ["80"]}]}, "it allows tcp 80"),
        ({"allowed": [], "denied": [{"IPProtocol": "tcp"}]}, "it allows nothing"),
    ],
)
def test_a_rule_of_that_name_that_does_something_else_is_not_believed(
    opened: Bench, gce: FakeGce, changed: Mapping[str, Any], words: str
) -> None:
    gce.plant_firewall(RULE, **{**AS_MADE, **changed})
    with pytest.raises(CloudError, match=f"the firewall rule {RULE} is not as") as caught:
        knock(opened)
    assert caught.value.why.startswith(words)
    assert f"gcloud compute firewall-rules delete {RULE} --project=demo" in caught.value.hint

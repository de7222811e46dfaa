"""Firewall rules, disks, addresses, advice; what was there before."""

import pytest
from google.api_core.exceptions import Conflict, NotFound
from google.cloud import compute_v1

from tests.fake_gce import FakeGce
from tests.fake_gce_tests.clients import ZONE, Google, ask


def test_a_firewall_rule_comes_and_goes(gce: FakeGce, google: Google) -> None:
    rule = compute_v1.Firewall(
        name="llmhost-ssh",
        allowed=[compute_v1.Allowed(I_p_protocol="tcp", ports=["22"])],
        source_ranges=["192.0.2.7/32"],
        target_tags=["llmhost-ssh"],
    )
    where = {"project": "demo", "firewall": "llmhost-ssh"}
    operation = google.firewalls.insert_unary(project="demo", firewall_resource=rule)
    google.global_operations.wait(project="demo", operation=operation.name)
    assert list(google.firewalls.get(where).source_ranges) == ["192.0.2.7/32"]
    with pytest.raises(Conflict):
        google.firewalls.insert_unary(project="demo", firewall_resource=rule)
    operation = google.firewalls.delete_unary(where)
    google.global_operations.wait(project="demo", operation=operation.name)
    with pytest.raises(NotFound):
        google.firewalls.get(where)
    assert not gce.firewalls()


def test_an_orphan_disk_is_found_by_label_and_deleted(gce: FakeGce, google: Google) -> None:
    gce.plant_disk("europe-west4-a", "orphan", {"llmhost": "1"})
    gce.plant_disk(ZONE, "foreign")
    request = compute_v1.AggregatedListDisksRequest(
        project="demo", filter="labels.llmhost=1 AND NOT users:*"
    )
    scopes = dict(google.disks.aggregated_list(request=request))
    found = {scope: [d.name for d in part.disks] for scope, part in scopes.items() if part.disks}
    assert found == {"zones/europe-west4-a": ["orphan"]}
    where = {"project": "demo", "zone": "europe-west4-a", "disk": "orphan"}
    google.wait(google.disks.delete_unary(where))
    assert [disk["name"] for disk in gce.disks()] == ["foreign"]


def test_an_address_is_released(gce: FakeGce, google: Google) -> None:
    gce.plant_address("us-central1", "ip", {"llmhost": "1"})
    google.addresses.delete_unary(project="demo", region="us-central1", address="ip")
    gce.advance(10)
    assert not gce.addresses()


def test_there_is_no_advice_on_capacity_unless_a_test_gives_some(gce: FakeGce) -> None:
    path = "regions/us-central1/advice/capacity"
    assert ask(gce, "POST", path, {"size": 1}).status == 404
    gce.advise(us_central1_b=0.7, us_central1_c=0.2, europe_west4_a=0.9)
    (advice,) = ask(gce, "POST", path, {"size": 1}).body["recommendations"]
    assert advice["scores"]["obtainability"] == 0.7
    assert advice["shards"][0]["zone"] == "us-central1-b"


def test_what_is_planted_counts_as_no_call(gce: FakeGce, google: Google) -> None:
    gce.plant_instance(ZONE, "a", labels={"who": "somebody"})
    assert not gce.calls
    assert google.get().status == "RUNNING"
    assert gce.calls == {"instances.get": 1}
    (entry,) = gce.log
    assert (entry.method, entry.zone, entry.name, entry.status) == ("instances.get", ZONE, "a", 200)


def test_somebody_is_told_of_each_call_before_it_is_answered(gce: FakeGce, google: Google) -> None:
    told: list[str] = []
    gce.on_call(lambda entry: told.append(f"{entry.number} {entry.method} {entry.status}"))
    google.insert()
    with pytest.raises(NotFound):
        google.get("nobody")
    assert told == ["1 instances.insert 200", "2 instances.get 404"]


def test_the_networks_a_project_can_use_are_listed(gce: FakeGce) -> None:
    found = ask(gce, "GET", "aggregated/subnetworks/listUsable?filter=region:us-central1").body
    assert [item["subnetwork"].split("/")[-3] for item in found["items"]] == ["us-central1"]
    gce.plant_router("us-central1", "nat")
    routers = ask(gce, "GET", "regions/us-central1/routers").body["items"]
    assert routers[0]["nats"][0]["natIpAllocateOption"] == "AUTO_ONLY"

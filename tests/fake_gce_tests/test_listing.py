"""Lists: filters, pages, and scopes that have nothing."""

import pytest
from google.api_core.exceptions import BadRequest
from google.cloud import compute_v1

from tests.fake_gce import FakeGce
from tests.fake_gce.filters import matcher
from tests.fake_gce.refusal import Refusal
from tests.fake_gce_tests.clients import ZONE, Google, ask

OURS = {
    "name": "vllm",
    "status": "RUNNING",
    "labels": {"llmhost": "1", "llmhost-run": "r-7"},
    "scheduling": {"automaticRestart": False},
    "disks": [{"boot": True, "source": "x/disks/vllm"}],
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "labels.llmhost=1",
        "labels.llmhost = 1",
        'labels.llmhost="1"',
        "labels.llmhost=1 labels.llmhost-run=r-7",
        "labels.llmhost=1 AND labels.llmhost-run=r-7",
        "(labels.llmhost=1) (name=vllm)",
        "(labels.llmhost=1) AND (NOT status=TERMINATED)",
        "name=other OR name=vllm",
        "name=other OR name=vllm AND labels.llmhost=1",
        "labels.llmhost:*",
        "NOT users:*",
        "-users:*",
        "status!=TERMINATED",
        "labels.nothing!=1",
        "name=vl*",
        "name:LL",
        "scheduling.automaticRestart=false",
        "disks.boot=true",
        "name eq v.*m",
        "name ne '.*instance'",
    ],
)
def test_a_filter_finds_ours(text: str) -> None:
    assert matcher(text)(OURS)


@pytest.mark.parametrize(
    "text",
    [
        "labels.llmhost=2",
        "labels.llmhost=1 labels.llmhost-run=r-8",
        "labels.llmhost=1 AND NOT name=vllm",
        "labels.llm=1",
        "users:*",
        "-labels.llmhost:*",
        "status=TERMINATED OR name=other",
        "name=vllm AND status=TERMINATED OR name=other",
        "name=llm",
        "name eq vll",
        "name ne vllm",
    ],
)
def test_a_filter_passes_ours_over(text: str) -> None:
    assert not matcher(text)(OURS)


@pytest.mark.parametrize(
    "text", ["labels.llmhost", "=1", "(name=a", "name=a)", "name=", "AND", "name=a OR", "name==a"]
)
def test_a_filter_nobody_understands_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match=r"Invalid list filter expression\."):
        matcher(text)


def test_a_list_comes_in_pages_each_resource_once(gce: FakeGce, google: Google) -> None:
    names = [f"m{number:02}" for number in range(7)]
    for name in reversed(names):
        gce.plant_instance(ZONE, name)
    request = compute_v1.ListInstancesRequest(project="demo", zone=ZONE, max_results=3)
    pages = list(google.instances.list(request=request).pages)
    assert [[i.name for i in page.items] for page in pages] == [names[:3], names[3:6], names[6:]]


def test_a_page_goes_on_where_the_last_ended_whatever_was_deleted(gce: FakeGce) -> None:
    for name in "abcd":
        gce.plant_instance(ZONE, name)
    first = ask(gce, "GET", f"zones/{ZONE}/instances?maxResults=2").body
    ask(gce, "DELETE", f"zones/{ZONE}/instances/b")
    gce.advance(60)
    token = first["nextPageToken"]
    second = ask(gce, "GET", f"zones/{ZONE}/instances?maxResults=2&pageToken={token}").body
    assert [item["name"] for item in second["items"]] == ["c", "d"]
    assert "nextPageToken" not in second


def test_a_page_token_nobody_gave_is_refused(gce: FakeGce) -> None:
    assert ask(gce, "GET", f"zones/{ZONE}/instances?pageToken=%00").status == 400


def test_an_empty_list_has_no_items(gce: FakeGce) -> None:
    assert "items" not in ask(gce, "GET", f"zones/{ZONE}/instances").body


def test_an_aggregated_list_shows_every_zone_and_says_where_there_is_nothing(
    gce: FakeGce, google: Google
) -> None:
    gce.plant_instance(ZONE, "a", labels={"llmhost": "1"})
    gce.plant_instance("europe-west4-a", "b", labels={"llmhost": "1"})
    gce.plant_instance("europe-west4-a", "foreign")
    request = compute_v1.AggregatedListInstancesRequest(project="demo", filter="labels.llmhost=1")
    scopes = dict(google.instances.aggregated_list(request=request))
    found = {scope: [i.name for i in part.instances] for scope, part in scopes.items()}
    assert {k: v for k, v in found.items() if v} == {
        "zones/europe-west4-a": ["b"],
        f"zones/{ZONE}": ["a"],
    }
    assert len(scopes) > 50
    assert scopes["zones/us-east1-b"].warning.code == "NO_RESULTS_ON_PAGE"


def test_pages_of_an_aggregated_list_can_have_empty_scopes_that_are_not_empty(
    gce: FakeGce, google: Google
) -> None:
    for number in range(3):
        gce.plant_instance(ZONE, f"a{number}")
        gce.plant_instance("europe-west4-a", f"b{number}")
    request = compute_v1.AggregatedListInstancesRequest(project="demo", max_results=4)
    pages = list(google.instances.aggregated_list(request=request).pages)
    names = [
        sorted(i.name for scope in page.items.values() for i in scope.instances) for page in pages
    ]
    assert names == [["a0", "b0", "b1", "b2"], ["a1", "a2"]]


def test_a_wrong_filter_is_a_bad_request(google: Google) -> None:
    request = compute_v1.ListInstancesRequest(project="demo", zone=ZONE, filter="labels.llmhost")
    with pytest.raises(BadRequest, match="Invalid value for field 'filter'"):
        list(google.instances.list(request=request))


def test_machine_types_and_gpus_are_listed_where_they_are_offered(google: Google) -> None:
    types = compute_v1.MachineTypesClient(**google.options)
    request = compute_v1.AggregatedListMachineTypesRequest(
        project="demo", filter="name=g4-standard-48"
    )
    zones = [scope for scope, part in types.aggregated_list(request=request) if part.machine_types]
    assert "zones/us-central1-b" in zones
    assert "zones/us-central1-a" not in zones
    kind = types.get(project="demo", zone=ZONE, machine_type="g2-standard-24")
    assert (kind.guest_cpus, kind.memory_mb) == (24, 96 * 1024)
    assert kind.accelerators[0].guest_accelerator_count == 2
    cards = compute_v1.AcceleratorTypesClient(**google.options)
    shown = dict(cards.aggregated_list(project="demo"))
    assert "nvidia-l4" in {card.name for card in shown[f"zones/{ZONE}"].accelerator_types}


def test_the_newest_image_of_a_family_has_a_name(google: Google) -> None:
    images = compute_v1.ImagesClient(**google.options)
    family = "ubuntu-accelerator-2404-amd64-with-nvidia-580"
    image = images.get_from_family(project="ubuntu-os-accelerator-images", family=family)
    assert image.name == f"{family}-v20261014"


def test_operations_are_listed_newest_first_if_asked(gce: FakeGce, google: Google) -> None:
    for name in "abc":
        google.insert(name)
    request = compute_v1.ListZoneOperationsRequest(
        project="demo", zone=ZONE, order_by="creationTimestamp desc", filter="operationType=insert"
    )
    links = [operation.target_link[-1] for operation in google.operations.list(request=request)]
    assert links == ["c", "b", "a"]
    assert gce.calls["zoneOperations.list"] == 1

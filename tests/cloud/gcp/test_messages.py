"""What a user is told when the project, its organisation or its credentials are in the way."""

from dataclasses import replace
from typing import Any

import pytest

from llmhost.errors import CloudError, UsageError
from tests.cloud.gcp.bench import Bench, wanted
from tests.cloud.gcp.forked import alone
from tests.fake_gce import (
    ApiDisabled,
    CredentialsExpired,
    ExternalAddressForbidden,
    FakeGce,
    NoDefaultNetwork,
    PermissionDenied,
    PlaceForbidden,
    QuotaExceeded,
    Stockout,
    Unavailable,
)
from tests.fake_gce.faults import Fault

TOLD: list[tuple[Fault, str, str]] = [
    (
        CredentialsExpired(),
        "Google Cloud does not accept the credentials any more",
        "gcloud auth application-default login",
    ),
    (
        CredentialsExpired(after=9),
        "Google Cloud does not accept the credentials any more",
        "which goes on where it is",
    ),
    (
        ApiDisabled(),
        "the Compute Engine API is not enabled in project demo",
        "gcloud services enable compute.googleapis.com --project=demo",
    ),
    (
        ExternalAddressForbidden(),
        "a policy of the organisation forbids external addresses in project demo",
        "constraints/compute.vmExternalIpAccess",
    ),
    (
        ExternalAddressForbidden(managed=True),
        "a policy of the organisation forbids external addresses in project demo",
        "--iap",
    ),
    (
        PlaceForbidden(),
        "a policy of the organisation forbids all the regions that were tried in project demo",
        "--region europe-west4",
    ),
    (
        NoDefaultNetwork(),
        "project demo has no network `default`",
        "gcloud compute networks create default --subnet-mode=auto --project=demo",
    ),
    (
        PermissionDenied(call="instances.insert"),
        "these credentials may not do that in project demo",
        "roles/compute.instanceAdmin.v1",
    ),
    (
        Unavailable(call="*", times=None),
        "Compute Engine does not answer",
        "https://status.cloud.google.com",
    ),
]


@pytest.mark.parametrize(("fault", "message", "remedy"), TOLD)
def test_each_obstacle_has_its_own_message_and_remedy(
    bench: Bench, gce: FakeGce, fault: Fault, message: str, remedy: str
) -> None:
    gce.script(fault)
    with pytest.raises(CloudError) as caught:
        bench.create()
    assert caught.value.message == message
    assert remedy in caught.value.hint
    assert caught.value.why
    gce.forgive()
    bench.down()
    gce.advance(3600)
    assert bench.left() == []


@pytest.mark.parametrize("managed", [False, True])
def test_the_policy_that_forbids_an_address_is_asked_once_and_not_in_every_zone(
    bench: Bench, gce: FakeGce, *, managed: bool
) -> None:
    gce.script(ExternalAddressForbidden(managed=managed))
    with pytest.raises(CloudError):
        bench.create()
    assert gce.calls["instances.insert"] == 1


def test_regions_that_a_policy_forbids_are_passed_over(bench: Bench, gce: FakeGce) -> None:
    gce.script(PlaceForbidden(zone="us-*"))
    machine = bench.create()
    assert machine.place == "asia-south1-a"
    assert [attempt.offer.place for attempt in machine.attempts] == [
        "us-east4-a",
        "us-central1-a",
        "asia-south1-a",
    ]


def test_a_forbidden_region_is_no_excuse_for_an_empty_one(bench: Bench, gce: FakeGce) -> None:
    gce.script(PlaceForbidden(zone="us-east4-*"), Stockout(zone="us-central1-*"))
    terms = wanted(regions=("us-central1", "us-east4"))
    with pytest.raises(CloudError, match="4 of 5 offers in 4 zones were tried in vain"):
        bench.driver.create(terms, bench.heard)


def test_when_nothing_can_be_had_every_attempt_is_told(bench: Bench, gce: FakeGce) -> None:
    gce.script(Stockout())
    with pytest.raises(CloudError, match="3 of 3 offers in 3 zones were tried in vain") as caught:
        bench.driver.create(wanted(regions=("us-central1",)), bench.heard)
    assert len(caught.value.details) == 3
    assert "--spot" in caught.value.hint
    assert bench.left() == []


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"zone": "nowhere-a"}, "there is no zone `nowhere-a`; zones with GPUs: "),
        (
            {"zone": "us-centrall1-a"},
            "there is no zone `us-centrall1-a`; did you mean `us-central1-a`? ",
        ),
        (
            {"regions": ("us-centrall1",)},
            "there is no region `us-centrall1`; did you mean `us-central1`? ",
        ),
        ({"regions": ("us-east4", "eu")}, "there is no region `eu`; regions with GPUs: "),
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_a_place_that_does_not_exist_is_told_as_such(
    bench: Bench, gce: FakeGce, terms: dict[str, Any], told: str, *, asked: bool
) -> None:
    if not asked:
        gce.script(PermissionDenied(call="regions.list"))
    with pytest.raises(UsageError) as caught:
        bench.driver.offers(wanted(**terms))
    assert f"{caught.value.message}; {caught.value.hint}".startswith(told)


def test_without_any_quota_there_is_one_sentence_with_its_name_and_where_to_ask_for_more(
    bench: Bench, gce: FakeGce
) -> None:
    gce.limit("NVIDIA_L4_GPUS", 0)
    gce.limit("PREEMPTIBLE_NVIDIA_L4_GPUS", 0)
    for command in (("plan", "vllm", "--gpus", "2"), ("up", "vllm", "--gpus", "2", "--yes")):
        ended = alone(bench, *command)
        assert ended.status == 1
        assert ended.stderr.splitlines()[-3:] == [
            (
                "error: no machine for vllm may be made: the account's quota NVIDIA_L4_GPUS is too "
                "small"
            ),
            "  why   it leaves no room for 2 x l4 in any of 44 zones",
            (
                "  hint  ask for more at https://console.cloud.google.com/iam-admin/quotas?"
                "project=demo; `llmhost doctor` shows what there is"
            ),
        ]


def test_a_quota_of_one_region_is_told_with_what_it_is(bench: Bench, gce: FakeGce) -> None:
    gce.limit("NVIDIA_L4_GPUS", 1, "us-east4")
    gce.limit("PREEMPTIBLE_NVIDIA_L4_GPUS", 0, "us-east4")
    with pytest.raises(CloudError, match="quota NVIDIA_L4_GPUS is too small") as caught:
        bench.driver.create(wanted(regions=("us-east4",)), bench.heard)
    assert caught.value.why == "the quota NVIDIA_L4_GPUS is 1 in us-east4"


def test_a_highest_price_that_is_too_low_says_what_excludes_what(bench: Bench) -> None:
    with pytest.raises(CloudError, match="none may be taken") as caught:
        bench.driver.create(wanted(max_usd_per_hour=1.0), bench.heard)
    assert any("costs more than --max-price 1" in line for line in caught.value.details)


def test_doctor_finds_a_good_project_good(bench: Bench, gce: FakeGce) -> None:
    gce.plant_router("us-central1", "out")
    findings = bench.driver.examine()
    assert {finding.outcome for finding in findings} == {"ok"}
    assert {"credentials", "project", "network", "image", "NVIDIA_L4_GPUS"} <= {
        finding.name for finding in findings
    }


@pytest.mark.parametrize(
    ("fault", "name", "remedy"),
    [
        (ApiDisabled(), "project", "gcloud services enable"),
        (CredentialsExpired(), "project", "gcloud auth application-default login"),
        (NoDefaultNetwork(), "network", "networks create default"),
        (PermissionDenied(call="images.*"), "image", "roles/compute.instanceAdmin.v1"),
    ],
)
def test_doctor_names_what_is_in_the_way_with_its_remedy(
    bench: Bench, gce: FakeGce, fault: Fault, name: str, remedy: str
) -> None:
    gce.script(fault)
    (found,) = [one for one in bench.driver.examine() if one.outcome == "failed"]
    assert found.name == name
    assert remedy in found.remedy


def test_a_project_that_does_not_exist_is_told_as_such(bench: Bench) -> None:
    bench.more["LLMHOST_GCE_PROJECT"] = "nowhere-at-all"
    found = bench.driver.examine()[-1]
    assert (found.name, found.outcome) == ("project", "failed")
    assert "there is no project nowhere-at-all" in found.seen
    assert "gcloud projects list" in found.remedy
    for ask in (bench.create, bench.down, bench.driver.machines, bench.driver.waste):
        with pytest.raises(CloudError, match="there is no project nowhere-at-all"):
            ask()


@pytest.mark.parametrize("network", ["../x", "Bad_Name", "a" * 64])
def test_a_network_that_can_be_none_is_told_as_such(bench: Bench, network: str) -> None:
    bench.more["LLMHOST_GCE_NETWORK"] = network
    with pytest.raises(CloudError, match="is no name of a network") as caught:
        bench.create()
    assert "LLMHOST_GCE_NETWORK" in caught.value.why


def test_gc_does_not_say_that_nothing_is_left_where_it_could_not_look(bench: Bench) -> None:
    bench.more["LLMHOST_GCE_PROJECT"] = "nowhere-at-all"
    ended = alone(bench, "gc", "--yes")
    assert ended.status == 1
    assert "not asked: gcp: there is no project nowhere-at-all" in ended.stdout + ended.stderr
    assert "nothing is left over" not in ended.stdout


def test_doctor_sees_a_project_without_gpus(bench: Bench, gce: FakeGce) -> None:
    gce.limit("GPUS_ALL_REGIONS", 0)
    (found,) = [one for one in bench.driver.examine() if one.outcome == "failed"]
    assert found.seen == "GPUS_ALL_REGIONS is 0"
    assert "iam-admin/quotas?project=demo" in found.remedy


def test_doctor_sees_quotas_of_disks_and_addresses(bench: Bench, gce: FakeGce) -> None:
    gce.limit("SSD_TOTAL_GB", 50)
    gce.limit("IN_USE_ADDRESSES", 0)
    seen = {one.name: one.seen for one in bench.driver.examine() if "quotas" in one.remedy}
    assert seen == {
        "SSD_TOTAL_GB": "less than 100 in every region",
        "IN_USE_ADDRESSES": "less than 1 in every region",
    }


def test_a_quota_that_is_not_of_gpus_is_named(bench: Bench, gce: FakeGce) -> None:
    gce.script(QuotaExceeded(metric="SSD_TOTAL_GB", limit=500.0))
    with pytest.raises(CloudError) as caught:
        bench.create()
    message = "the quota SSD_TOTAL_GB of project demo leaves no room for this machine"
    assert caught.value.message == message


def test_a_quota_of_disks_that_is_known_before_is_not_asked_against(
    bench: Bench, gce: FakeGce
) -> None:
    gce.limit("SSD_TOTAL_GB", 250, "us-east4")
    machine = bench.create(replace(wanted(), disk_gb=300))
    assert [one.offer.place for one in machine.attempts] == ["us-central1-a"]


def test_doctor_sees_what_is_left_over(bench: Bench, gce: FakeGce) -> None:
    labels = {"llmhost": "1", "llmhost-name": "vllm"}
    gce.plant_disk("us-central1-a", "llmhost-vllm-12345678", labels)
    gce.advance(3600)
    (found,) = [one for one in bench.driver.examine() if one.outcome == "failed"]
    assert (found.name, found.remedy) == ("left over", "llmhost gc")


def test_without_credentials_nothing_is_asked_of_anybody(bench: Bench) -> None:
    bench.more["LLMHOST_GCE_ENDPOINT"] = ""
    (found,) = bench.driver.examine()
    assert found.outcome == "failed"
    assert "gcloud auth application-default login" in found.remedy


@pytest.mark.parametrize("endpoint", ["http://192.0.2.1:80", "https://127.0.0.1:1", "compute"])
def test_calls_without_credentials_never_leave_this_computer(bench: Bench, endpoint: str) -> None:
    bench.more["LLMHOST_GCE_ENDPOINT"] = endpoint
    (found,) = bench.driver.examine()
    assert "loopback" in found.seen


def test_the_library_is_missed_by_its_name(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
    import sys  # noqa: PLC0415  beside its only use

    blocked: dict[str, Any] = {"google.cloud.compute_v1": None, "google.cloud": None}
    for name, value in blocked.items():
        monkeypatch.setitem(sys.modules, name, value)
    with pytest.raises(CloudError, match="google-cloud-compute is not installed") as caught:
        bench.create()
    assert "llmhost[gcp]" in caught.value.hint

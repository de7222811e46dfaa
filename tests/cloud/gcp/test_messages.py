"""What a user is told when the project, its organisation or its credentials are in the way."""

from typing import Any

import pytest

from llmhost.errors import CloudError
from tests.cloud.gcp.bench import Bench, wanted
from tests.fake_gce import (
    ApiDisabled,
    CredentialsExpired,
    ExternalAddressForbidden,
    FakeGce,
    NoDefaultNetwork,
    PermissionDenied,
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


def test_the_policy_that_forbids_an_address_is_asked_once_and_not_in_every_zone(
    bench: Bench, gce: FakeGce
) -> None:
    gce.script(ExternalAddressForbidden())
    with pytest.raises(CloudError):
        bench.create()
    assert gce.calls["instances.insert"] == 1


def test_when_nothing_can_be_had_every_attempt_is_told(bench: Bench, gce: FakeGce) -> None:
    gce.script(Stockout())
    with pytest.raises(CloudError, match="3 of 3 offers in 3 zones were tried in vain") as caught:
        bench.driver.create(wanted(regions=("us-central1",)), bench.heard)
    assert len(caught.value.details) == 3
    assert "--spot" in caught.value.hint
    assert bench.left() == []


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


def test_doctor_sees_a_project_without_gpus(bench: Bench, gce: FakeGce) -> None:
    gce.limit("GPUS_ALL_REGIONS", 0)
    (found,) = [one for one in bench.driver.examine() if one.outcome == "failed"]
    assert found.seen == "GPUS_ALL_REGIONS is 0"
    assert "iam-admin/quotas?project=demo" in found.remedy


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

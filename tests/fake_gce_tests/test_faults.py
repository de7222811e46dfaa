"""Each fault of the vocabulary, as Google's client or plain HTTP sees it."""

import time
from collections.abc import Callable

import pytest
import requests
from google.api_core.exceptions import GoogleAPICallError, NotFound
from google.auth.exceptions import GoogleAuthError
from google.cloud import compute_v1

from tests.fake_gce import (
    ApiDisabled,
    CredentialsExpired,
    Dropped,
    ExternalAddressForbidden,
    FakeGce,
    Fault,
    Hang,
    NoDefaultNetwork,
    OperationFails,
    PermissionDenied,
    Phantom,
    QuotaExceeded,
    Slow,
    Stockout,
    Unavailable,
)
from tests.fake_gce.faults import KINDS, as_json, from_json
from tests.fake_gce_tests.clients import DONE, ZONE, Google, ask, raw, scheduling

INSTANCES = f"zones/{ZONE}/instances"


def failure(google: Google, **fields: object) -> compute_v1.Errors:
    done = google.wait(google.insert(**fields))  # type: ignore[arg-type] # fields of the body
    assert done.status == DONE
    (error,) = done.error.errors
    assert isinstance(error, compute_v1.Errors)
    return error


def refused(call: Callable[[], object]) -> GoogleAPICallError:
    with pytest.raises(GoogleAPICallError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=list(KINDS))
def test_a_fault_survives_the_way_through_json(kind: type[Fault]) -> None:
    fault = kind(zone="us-*", after=2, times=None)
    assert from_json(as_json(fault)) == fault


def test_a_stockout_with_details_names_the_zones_that_have_some(
    gce: FakeGce, google: Google
) -> None:
    gce.script(Stockout(zones_available=("us-central1-b", "us-central1-c")))
    error = failure(google)
    assert error.code == "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS"
    text, info = error.error_details
    assert "A g2-standard-8 VM instance is currently unavailable" in text.localized_message.message
    assert info.error_info.reason == "resource_availability"
    assert info.error_info.domain == "compute.googleapis.com"
    assert dict(info.error_info.metadatas) == {
        "vmType": "g2-standard-8",
        "zone": ZONE,
        "zonesAvailable": "us-central1-b,us-central1-c",
    }
    assert not gce.instances()
    assert not gce.disks()


def test_the_other_spelling_has_no_details(gce: FakeGce, google: Google) -> None:
    gce.script(Stockout(detailed=False))
    error = failure(google)
    assert (error.code, list(error.error_details)) == ("ZONE_RESOURCE_POOL_EXHAUSTED", [])


def test_a_stockout_can_be_told_at_once(gce: FakeGce, google: Google) -> None:
    gce.script(Stockout(sync=True))
    problem = refused(google.insert)
    assert problem.code == 503
    assert problem.errors[0]["reason"] == "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS"
    assert not gce.operations()


def test_an_instance_that_has_no_stock_is_never_seen(gce: FakeGce, google: Google) -> None:
    gce.script(Stockout())
    google.insert()
    gce.advance(7)
    with pytest.raises(NotFound):
        google.get()


def test_flex_start_waits_for_stock_as_long_as_it_was_told_to(gce: FakeGce, google: Google) -> None:
    gce.script(Stockout())
    operation = google.insert(
        scheduling=scheduling(provisioning_model="FLEX_START"),
        params={"request_valid_for_duration": {"seconds": 600}},
    )
    gce.advance(500)
    assert google.get().status == "PENDING"
    gce.advance(101)
    assert google.wait(operation).error.errors[0].code.startswith("ZONE_RESOURCE_POOL_EXHAUSTED")
    assert not gce.instances()


def test_a_stockout_strikes_the_zones_it_is_scripted_for(gce: FakeGce, google: Google) -> None:
    gce.script(Stockout(zone="us-central1-[ab]"), Stockout(zone="*", machine_type="a2-*"))
    for zone in ("us-central1-a", "us-central1-b"):
        assert google.wait(google.insert(zone=zone)).error.errors
    assert not google.wait(google.insert(zone="us-central1-c")).error.errors


def test_a_disk_can_be_left_behind(gce: FakeGce, google: Google) -> None:
    gce.script(Stockout(leaves_disk=True))
    failure(google)
    (disk,) = gce.disks()
    assert disk["labels"] == {"llmhost": "1"}
    assert "users" not in disk


def test_a_quota_fails_the_operation_and_says_which(gce: FakeGce, google: Google) -> None:
    gce.script(QuotaExceeded(metric="PREEMPTIBLE_NVIDIA_L4_GPUS", limit=1))
    error = failure(google)
    assert error.code == "QUOTA_EXCEEDED"
    quota = error.error_details[0].quota_info
    assert quota.metric_name == "compute.googleapis.com/preemptible_nvidia_l4_gpus"
    assert (quota.limit, dict(quota.dimensions)) == (1, {"region": "us-central1"})


def test_a_quota_can_be_told_at_once(gce: FakeGce, google: Google) -> None:
    gce.script(QuotaExceeded(sync=True))
    problem = refused(google.insert)
    assert (problem.code, problem.errors[0]["reason"]) == (403, "quotaExceeded")


def test_any_other_code_can_end_an_operation(gce: FakeGce, google: Google) -> None:
    gce.script(OperationFails())
    assert failure(google).code == "INTERNAL_ERROR"
    assert not gce.instances()
    assert not google.wait(google.insert()).error.errors, "it strikes once"


def test_a_deletion_can_fail_and_the_run_still_ends(gce: FakeGce, google: Google) -> None:
    google.running(gce)
    gce.script(OperationFails(call="*.delete", times=2))
    assert google.wait(google.delete()).error.errors[0].code == "INTERNAL_ERROR"
    assert google.get().status == "RUNNING"
    gce.plant_disk(ZONE, "d")
    disk = {"project": "demo", "zone": ZONE, "disk": "d"}
    assert google.wait(google.disks.delete_unary(disk)).error.errors
    assert google.disks.get(disk).status == "READY"
    gce.advance(4000)
    assert not gce.instances()


def test_a_machine_whose_deletion_fails_while_it_is_made_runs_in_the_end(
    gce: FakeGce, google: Google
) -> None:
    gce.script(OperationFails(call="instances.delete"))
    google.insert()
    assert google.wait(google.delete()).error.errors
    assert google.get().status == "RUNNING"
    gce.advance(4000)
    assert not gce.instances()


def test_a_phantom_is_seen_and_vanishes(gce: FakeGce, google: Google) -> None:
    gce.script(Phantom())
    operation = google.insert()
    gce.advance(7)
    assert google.get().status == "STAGING"
    assert google.wait(operation).error.errors[0].code == "ZONE_RESOURCE_POOL_EXHAUSTED"
    with pytest.raises(NotFound):
        google.get()
    assert not gce.disks()


def test_a_slow_operation_outlasts_one_wait(gce: FakeGce, google: Google) -> None:
    gce.script(Slow(seconds=200))
    operation = google.insert()
    assert google.wait(operation).status == compute_v1.Operation.Status.RUNNING
    assert google.get().status == "STAGING"
    assert google.wait(operation).status == DONE


def test_a_hidden_machine_comes_after_its_zone_was_given_up(gce: FakeGce, google: Google) -> None:
    gce.script(Slow(seconds=600, hidden=True))
    google.insert()
    gce.advance(300)
    with pytest.raises(NotFound):
        google.delete()
    assert not gce.instances()
    gce.advance(400)
    assert google.get().status == "RUNNING"


def test_a_permission_is_named(gce: FakeGce) -> None:
    gce.script(PermissionDenied(call="instances.insert"))
    answer = ask(gce, "POST", INSTANCES, raw())
    assert (answer.status, answer.reason) == (403, "forbidden")
    assert answer.message == (
        f"Required 'compute.instances.create' permission for 'projects/demo/{INSTANCES}/a'"
    )


def test_an_api_that_is_not_enabled_says_where_to_enable_it(gce: FakeGce, google: Google) -> None:
    gce.script(ApiDisabled())
    problem = refused(google.get)
    assert (problem.code, problem.reason) == (403, "SERVICE_DISABLED")
    error = ask(gce, "GET", "").body["error"]
    assert error["status"] == "PERMISSION_DENIED"
    assert error["errors"][0]["reason"] == "accessNotConfigured"
    assert error["errors"][0]["domain"] == "usageLimits"
    assert error["details"][1]["metadata"]["service"] == "compute.googleapis.com"
    assert error["details"][1]["metadata"]["activationUrl"] in error["message"]


def test_a_policy_against_external_addresses_lets_internal_machines_pass(
    gce: FakeGce, google: Google
) -> None:
    gce.script(ExternalAddressForbidden())
    problem = refused(google.insert)
    assert (problem.code, problem.errors[0]["reason"]) == (412, "conditionNotMet")
    assert "Constraint constraints/compute.vmExternalIpAccess violated for project" in str(problem)
    nic = {"network": "global/networks/default"}
    machine = google.running(gce, network_interfaces=[nic])
    assert not machine.network_interfaces[0].access_configs


def test_a_project_may_have_no_default_network(gce: FakeGce) -> None:
    gce.script(NoDefaultNetwork())
    assert "items" not in ask(gce, "GET", "global/networks").body
    assert ask(gce, "GET", "global/networks/default").status == 404
    assert "items" not in ask(gce, "GET", "regions/us-central1/subnetworks").body
    answer = ask(gce, "POST", INSTANCES, raw())
    assert answer.message == (
        "Invalid value for field 'resource.networkInterfaces[0].network': "
        "'global/networks/default'. The referenced network resource cannot be found."
    )
    rule = {"name": "f", "network": "global/networks/default"}
    assert ask(gce, "POST", "global/firewalls", rule).status == 400


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_bad_moment_passes_and_did_nothing(gce: FakeGce, status: int) -> None:
    gce.script(Unavailable(status=status))
    assert ask(gce, "POST", INSTANCES, raw()).status == status
    assert not gce.operations()
    assert ask(gce, "POST", INSTANCES, raw()).status == 200


def test_a_connection_is_dropped_after_the_change_or_before(gce: FakeGce, google: Google) -> None:
    gce.script(Dropped(call="instances.insert", committed=False))
    with pytest.raises(requests.ConnectionError):
        google.insert()
    assert not gce.operations()
    gce.script(Dropped(call="instances.insert"))
    with pytest.raises(requests.ConnectionError):
        google.insert()
    assert len(gce.operations()) == 1
    assert [entry.status for entry in gce.log] == [0, 0]


def test_an_answer_can_hang_longer_than_the_client_waits(gce: FakeGce) -> None:
    gce.script(Hang(seconds=3, call="projects.get"))
    began = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{gce.endpoint}/compute/v1/projects/demo", timeout=0.1)
    assert ask(gce, "GET", "").status == 200, "only one answer hangs"
    assert time.monotonic() - began < 3


def test_credentials_expire_at_the_nth_call(gce: FakeGce, google: Google) -> None:
    gce.script(CredentialsExpired(after=2))
    google.insert()
    google.get()
    answer = ask(gce, "GET", "")
    assert (answer.status, answer.reason) == (401, "authError")
    assert answer.body["error"]["status"] == "UNAUTHENTICATED"
    # Google's client refreshes at once, which credentials that are none cannot.
    with pytest.raises(GoogleAuthError):
        google.get()
    gce.forgive()
    google.get()


def test_faults_are_struck_in_their_order_and_as_often_as_they_say(gce: FakeGce) -> None:
    gce.script(Unavailable(status=500, after=1, times=2), Unavailable(status=429))
    statuses = [ask(gce, "GET", "").status for _ in range(5)]
    assert statuses == [429, 500, 500, 200, 200]

"""What Google says, and which kind of trouble it is."""

import pytest

from llmhost.cloud.gcp.account import Account
from llmhost.cloud.gcp.messages import explained
from llmhost.cloud.gcp.refusal import Refusal, of_answer, of_operation
from llmhost.cloud.gcp.trouble import classified, passes

SAYINGS = [
    # where it was seen: gcp resource errors (2026-04), CCExtractor #1165, cluster-autoscaler, logs
    (0, "ZONE_RESOURCE_POOL_EXHAUSTED", "", "stockout"),
    (503, "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", "", "stockout"),
    (0, "RESOURCE_POOL_EXHAUSTED", "", "stockout"),
    (0, "STOCKOUT", "", "stockout"),
    (0, "OTHER", "The zone 'x' does not have enough resources available", "stockout"),
    (403, "QUOTA_EXCEEDED", "Quota 'NVIDIA_L4_GPUS' exceeded.  Limit: 0.0", "quota"),
    (403, "quotaExceeded", "Quota 'NVIDIA_L4_GPUS' exceeded.", "quota"),
    (403, "QUOTA_EXCEEDED", "Quota 'GPUS_ALL_REGIONS' exceeded.  Limit: 0.0", "quota-project"),
    (403, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries'", "unavailable"),
    (429, "rateLimitExceeded", "", "unavailable"),
    (0, "IP_SPACE_EXHAUSTED_WITH_DETAILS", "", "address-space"),
    (403, "accessNotConfigured", "Compute Engine API has not been used", "api-disabled"),
    (403, "SERVICE_DISABLED", "", "api-disabled"),
    (401, "authError", "Request had invalid authentication credentials.", "credentials"),
    (401, "RefreshError", "Reauthentication is needed", "credentials"),
    (403, "forbidden", "Required 'compute.instances.create' permission", "permission"),
    (0, "PERMISSIONS_ERROR", "", "permission"),
    (
        412,
        "conditionNotMet",
        "Constraint constraints/compute.vmExternalIpAccess violated for project 1.",
        "no-address-allowed",
    ),
    (412, "conditionNotMet", "Constraint constraints/compute.requireOsLogin violated", "os-login"),
    (412, "conditionNotMet", "Constraint constraints/compute.requireShieldedVm violated", "policy"),
    # terraform-provider-google and oss-test-infra#2703, September 2026
    (
        412,
        "conditionNotMet",
        "Location ZONE:us-east4-a violates constraint constraints/gcp.resourceLocations on the …",
        "place-forbidden",
    ),
    (
        412,
        "CONDITION_NOT_MET",
        'Operation denied by org policy: ["constraints/compute.managed.vmExternalIpAccess": "x"]',
        "no-address-allowed",
    ),
    (
        0,
        "CONDITION_NOT_MET",
        'Operation denied by custom org policy: ["customConstraints/custom.gpus": "no GPUs"]',
        "policy",
    ),
    # fastai/course-v3#430, terraform-provider-google#5860
    (
        404,
        "notFound",
        "The resource 'projects/p/zones/z/acceleratorTypes/nvidia-tesla-t4' was not found",
        "not-offered",
    ),
    (
        400,
        "badRequest",
        "The resource 'projects/p/zones/z/acceleratorTypes/nvidia-tesla-t4' was not found",
        "not-offered",
    ),
    (
        400,
        "invalid",
        "Invalid value for field 'resource.guestAccelerators[0].acceleratorType': 'x'.",
        "not-offered",
    ),
    (
        400,
        "invalid",
        "Machine type with name 'g2-standard-8' does not exist in zone 'z'.",
        "not-offered",
    ),
    (412, "conditionNotMet", "Labels fingerprint either invalid", "stale"),
    (409, "alreadyExists", "The resource 'projects/…' already exists", "name-taken"),
    (
        404,
        "notFound",
        "The resource 'projects/p/global/networks/default' was not found",
        "no-network",
    ),
    (400, "invalid", "The referenced network resource cannot be found.", "no-network"),
    (404, "notFound", "The resource 'projects/p/global/images/family/x' was not found", "no-image"),
    (404, "notFound", "The resource 'projects/p/zones/z/instances/i' was not found", "not-found"),
    (400, "invalid", "[pd-balanced] features are not compatible", "invalid"),
    (0, "INTERNAL_ERROR", "", "internal"),
    (0, "", "Internal error. Please try again", "internal"),
    (503, "backendError", "The service is currently unavailable.", "unavailable"),
    (0, "ConnectionError", "Connection aborted.", "unavailable"),
    (418, "teapot", "", "unknown"),
]


@pytest.mark.parametrize(("status", "code", "message", "kind"), SAYINGS)
def test_every_saying_has_its_kind(status: int, code: str, message: str, kind: str) -> None:
    assert classified(Refusal(status, code, message, {})).kind == kind


def test_only_silence_and_overload_are_worth_the_same_call_again() -> None:
    again = {
        kind
        for status, code, message, kind in SAYINGS
        if passes(Refusal(status, code, message, {}))
    }
    assert again == {"unavailable"}


def test_recommended_zones_are_read_from_the_details_of_a_stockout() -> None:
    # as recorded from a real project (cockroach roachprod's fixture, 2026)
    info = {
        "reason": "resource_availability",
        "domain": "compute.googleapis.com",
        "metadatas": {"vmType": "g2-standard-24", "zone": "a", "zonesAvailable": "us-central1-b"},
    }
    code = "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS"
    error = {"code": code, "message": "m", "errorDetails": [{"errorInfo": info}]}
    refusal = of_operation({"error": {"errors": [error]}, "httpErrorStatusCode": 503})
    assert refusal is not None
    assert classified(refusal).zones_available == ("us-central1-b",)


def test_an_operation_without_error_refuses_nothing() -> None:
    assert of_operation({"status": "DONE"}) is None


def test_the_page_that_enables_the_api_is_taken_from_the_answer() -> None:
    body = {
        "error": {
            "message": "it is disabled",
            "errors": [{"reason": "accessNotConfigured"}],
            "details": [{"reason": "SERVICE_DISABLED", "metadata": {"activationUrl": "https://u"}}],
        }
    }
    refusal = of_answer(403, body)
    assert refusal.code == "SERVICE_DISABLED"
    told = explained(classified(refusal), Account("demo"))
    assert told.message == "the Compute Engine API is not enabled in project demo"
    assert told.hint.endswith("https://u")


@pytest.mark.parametrize(("status", "code", "message", "kind"), SAYINGS)
def test_every_kind_is_told_with_a_remedy(status: int, code: str, message: str, kind: str) -> None:
    told = explained(classified(Refusal(status, code, message, {})), Account("demo"))
    assert told.hint
    assert "{" not in told.message + told.hint, kind

"""What is refused before Compute Engine itself looks at a call."""

import uuid

from tests.fake_gce import faults, refusal
from tests.fake_gce.call import Call
from tests.fake_gce.catalogue import catalogue
from tests.fake_gce.refusal import Refusal
from tests.fake_gce.world import World

_PERMISSION_VERBS = {"insert": "create", "aggregatedList": "list"}


def check_gates(world: World, projects: frozenset[str], call: Call) -> None:
    """Refuses what has no credentials, no API, no permission, no project, or a bad moment.

    Raises:
        Refusal: The first of these.
    """
    with world.lock:
        script = world.script
        if script.take(faults.CredentialsExpired, call):
            raise refusal.credentials_expired(call.method.name)
        if script.take(faults.ApiDisabled, call):
            raise refusal.api_disabled(call.project)
        broken = script.take(faults.Unavailable, call)
        denied = script.take(faults.PermissionDenied, call)
    if broken:
        raise refusal.unavailable(broken.status)
    if denied:
        path = call.key.path if call.name else f"projects/{call.project}"
        raise refusal.permission_denied(denied.permission or _permission(call), path)
    public = call.collection == "images" and call.project in catalogue().images
    if call.project not in projects and not public:
        raise Refusal(404, "notFound", f"The resource 'projects/{call.project}' was not found")
    if call.zone and call.zone not in catalogue().zones:
        raise refusal.invalid_field("zone", call.zone, "Unknown zone.")
    if call.request_id:
        _check_request_id(call.request_id)


def _permission(call: Call) -> str:
    verb = call.method.name.partition(".")[2]
    return f"compute.{call.collection}.{_PERMISSION_VERBS.get(verb, verb)}"


def _check_request_id(text: str) -> None:
    try:
        usable = uuid.UUID(text).int != 0
    except ValueError:
        usable = False
    if not usable:
        raise refusal.invalid_field("requestId", text, "Must be a valid, non-zero UUID.")

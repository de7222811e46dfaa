"""How Compute Engine says no: status, reason and body of each kind of refusal.

Texts and shapes are those seen in public bug reports and logs (July to September 2026); what is not
evidenced says so.
"""

from typing import Any

from tests.fake_gce.names import Key, project_number

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class Refusal(Exception):  # noqa: N818 - Google refuses, the double is all right
    """An answer that is an error.

    Args:
        status: The HTTP status.
        reason: Google's word for it, in lowerCamelCase.
        message: Google's sentence.
        domain: Of the reason; `global` for Compute Engine's own.
        details: What the newer error format adds; only some errors have it.
        more: What else stands beside the reason.
    """

    def __init__(  # noqa: PLR0913 - the parts of Google's error body
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        details: tuple[dict[str, Any], ...] = (),
        more: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.domain = domain
        self.details = details
        self.more = more or {}

    def body(self) -> dict[str, Any]:
        """The answer's body."""
        item = {"message": self.message, "domain": self.domain, "reason": self.reason, **self.more}
        error: dict[str, Any] = {"code": self.status, "message": self.message, "errors": [item]}
        if self.details:
            # Errors of the layers before Compute Engine carry a canonical status, its own do not.
            error |= {"status": _STATUS[self.status], "details": list(self.details)}
        return {"error": error}


def not_found(key: Key) -> Refusal:
    """Nothing of that name there."""
    return Refusal(404, "notFound", f"The resource '{key.path}' was not found")


def already_exists(key: Key) -> Refusal:
    """The name is taken."""
    return Refusal(409, "alreadyExists", f"The resource '{key.path}' already exists")


def in_use(key: Key, user: str) -> Refusal:
    """Somebody uses it, so it cannot be deleted."""
    kind = key.collection.rstrip("s")
    return Refusal(
        400,
        "resourceInUseByAnotherResource",
        f"The {kind} resource '{key.path}' is already being used by '{user}'",
    )


def invalid(message: str) -> Refusal:
    """The request makes no sense."""
    return Refusal(400, "invalid", message)


def invalid_field(field: str, value: object, message: str) -> Refusal:
    """A field of the request makes no sense."""
    return invalid(f"Invalid value for field '{field}': '{value}'. {message}")


def condition_not_met(message: str) -> Refusal:
    """A fingerprint is out of date, or a policy forbids it."""
    return Refusal(412, "conditionNotMet", message)


def permission_denied(permission: str, path: str) -> Refusal:
    """The caller may not."""
    return Refusal(403, "forbidden", f"Required '{permission}' permission for '{path}'")


def quota_exceeded(message: str) -> Refusal:
    """A quota is used up, said at once."""
    return Refusal(403, "quotaExceeded", message)


def stockout(code: str, message: str) -> Refusal:
    """The zone is out of machines, said at once (that form's exact body is not evidenced)."""
    return Refusal(503, code, message)


def place_forbidden(key: Key) -> Refusal:
    """The organisation lets nothing be made there (as in a log of September 2026)."""
    return condition_not_met(
        f"Location ZONE:{key.place} violates constraint constraints/gcp.resourceLocations on the "
        f"resource {key.path}."
    )


def external_address_forbidden(key: Key, *, managed: bool = False) -> Refusal:
    """The organisation lets no machine have an external address.

    The words of the managed policy are not evidenced; they name it, which is what matters.
    """
    if managed:
        return condition_not_met(
            f"Operation denied by org policy on resource '{key.path}': "
            '["constraints/compute.managed.vmExternalIpAccess": "External IPs are restricted."]'
        )
    return condition_not_met(
        "Constraint constraints/compute.vmExternalIpAccess violated for project "
        f"{project_number(key.project)}. Add instance {key.path} to the constraint to use "
        "external IP with it."
    )


def api_disabled(project: str) -> Refusal:
    """The project has not enabled Compute Engine."""
    number = project_number(project)
    url = (
        "https://console.developers.google.com/apis/api/compute.googleapis.com/overview"
        f"?project={number}"
    )
    message = (
        f"Compute Engine API has not been used in project {number} before or it is disabled. "
        f"Enable it by visiting {url} then retry. If you enabled this API recently, wait a few "
        "minutes for the action to propagate to our systems and retry."
    )
    help_ = {"description": "Google developers console API activation", "url": url}
    metadata = {
        "service": "compute.googleapis.com",
        "serviceTitle": "Compute Engine API",
        "consumer": f"projects/{number}",
        "containerInfo": number,
        "activationUrl": url,
    }
    return Refusal(
        403,
        "accessNotConfigured",
        message,
        domain="usageLimits",
        details=(
            {"@type": "type.googleapis.com/google.rpc.Help", "links": [help_]},
            _error_info("SERVICE_DISABLED", metadata),
        ),
        more={"extendedHelp": "https://console.developers.google.com"},
    )


def credentials_expired(method: str) -> Refusal:
    """The access token is no longer valid."""
    metadata = {"service": "compute.googleapis.com", "method": f"compute.v1.{method}"}
    return Refusal(
        401,
        "authError",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
        details=(_error_info("ACCESS_TOKEN_EXPIRED", metadata),),
        more={"location": "Authorization", "locationType": "header"},
    )


def unavailable(status: int) -> Refusal:
    """Google's side has a bad moment."""
    words = {
        429: ("rateLimitExceeded", "Quota exceeded for quota metric 'Queries'"),
        500: ("backendError", "Internal error encountered."),
    }
    reason, message = words.get(
        status, ("backendError", "The service is currently unavailable. Please try again.")
    )
    return Refusal(status, reason, message)


def unreadable(problem: str) -> Refusal:
    """The request is not what the discovery document describes."""
    return Refusal(400, "badRequest", f"Invalid JSON payload received. {problem}")


def _error_info(reason: str, metadata: dict[str, str]) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }

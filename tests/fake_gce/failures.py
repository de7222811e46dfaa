"""How an operation fails: Google's codes with everything that hangs on them."""

from dataclasses import asdict, dataclass
from typing import Any

from tests.fake_gce.call import Call
from tests.fake_gce.faults import STOCKOUT, OperationFails, Phantom, QuotaExceeded, Stockout
from tests.fake_gce.names import region_of


@dataclass(frozen=True, slots=True)
class Failure:
    """The end of an operation that failed.

    Attributes:
        code: Google's code.
        message: Its sentence.
        status: `httpErrorStatusCode`.
        text: `httpErrorMessage`.
        details: `errorDetails`.
    """

    code: str
    message: str
    status: int = 400
    text: str = "BAD REQUEST"
    details: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it lies in the timeline."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Failure":
        """The way back."""
        return cls(**{**raw, "details": tuple(raw["details"])})

    def shown(self) -> dict[str, Any]:
        """What the operation shows of it."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["errorDetails"] = list(self.details)
        return {
            "error": {"errors": [error]},
            "httpErrorStatusCode": self.status,
            "httpErrorMessage": self.text,
        }


def of_stockout(fault: Stockout, call: Call) -> Failure:
    """The zone is out of machines; the form with details is one that was seen in a public log."""
    place = f"projects/{call.project}/zones/{call.zone}"
    message = f"The zone '{place}' does not have enough resources available to fulfill the request."
    if not fault.detailed:
        message += "  Try a different zone, or try again later."
        return Failure(STOCKOUT, message, 503, "SERVICE UNAVAILABLE")
    zones = ",".join(fault.zones_available)
    advice = "Alternatively, try your request again with a different VM hardware configuration."
    if zones:
        advice = (
            f"Consider trying your request in the {zones} zone(s), which currently has capacity "
            "to accommodate your request."
        )
    metadata = {"vmType": call.machine_type, "zone": call.zone, "zonesAvailable": zones}
    info = {"reason": "resource_availability", "domain": "compute.googleapis.com"}
    text = (
        f"A {call.machine_type} VM instance is currently unavailable in the {call.zone} zone. "
        f"{advice}"
    )
    details = (
        {"localizedMessage": {"locale": "en-US", "message": text}},
        {"errorInfo": {**info, "metadatas": metadata}},
    )
    return Failure(f"{STOCKOUT}_WITH_DETAILS", message, 503, "SERVICE UNAVAILABLE", details)


def of_phantom(fault: Phantom, call: Call) -> Failure:
    """The instance was seen, and yet there is none."""
    if fault.code == STOCKOUT:
        return of_stockout(Stockout(detailed=False), call)
    return Failure(fault.code, "The operation was aborted.", 503, "SERVICE UNAVAILABLE")


def of_code(fault: OperationFails) -> Failure:
    """Whatever the script says."""
    return Failure(fault.code, fault.message, 500, "INTERNAL SERVER ERROR")


def of_quota(metric: str, limit: float, zone: str) -> Failure:
    """A quota is used up; GPUs of all regions and CPUs of all regions are the project's."""
    is_global = metric.endswith("_ALL_REGIONS")
    region = region_of(zone)
    where = "globally" if is_global else f"in region {region}"
    info: dict[str, Any] = {
        "metricName": f"compute.googleapis.com/{metric.lower()}",
        "limitName": metric.replace("_", "-")
        + ("-per-project" if is_global else "-per-project-region"),
        "dimensions": {"global": "global"} if is_global else {"region": region},
        "limit": limit,
    }
    message = f"Quota '{metric}' exceeded.  Limit: {limit:.1f} {where}."
    return Failure("QUOTA_EXCEEDED", message, 403, "FORBIDDEN", ({"quotaInfo": info},))


def of_scripted_quota(fault: QuotaExceeded, call: Call) -> Failure:
    """A quota is said to be used up."""
    return of_quota(fault.metric, fault.limit, call.zone)

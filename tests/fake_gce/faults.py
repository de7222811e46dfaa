"""What can go wrong, as values a test can script; each says where it strikes and how often."""

from dataclasses import asdict, dataclass
from typing import Any

STOCKOUT = "ZONE_RESOURCE_POOL_EXHAUSTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Where a fault strikes; names are shell patterns.

    Attributes:
        call: Calls it concerns, such as `instances.*`.
        zone: Zones; calls that belong to none have the zone "".
        project: Projects.
        name: Names of the resource that is asked for.
        machine_type: Machine types, of instances that are inserted.
        after: How many matching calls it lets pass first.
        times: How often it strikes then; None for always.
    """

    call: str = "*"
    zone: str = "*"
    project: str = "*"
    name: str = "*"
    machine_type: str = "*"
    after: int = 0
    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stockout(Fault):
    """The zone has no such machine.

    Attributes:
        zones_available: Zones the refusal recommends.
        detailed: The spelling `..._WITH_DETAILS`, with its details.
        sync: Refused at once with 503; otherwise the operation fails.
        leaves_disk: The boot disk stays behind.
    """

    call: str = "instances.insert"
    zones_available: tuple[str, ...] = ()
    detailed: bool = True
    sync: bool = False
    leaves_disk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaExceeded(Fault):
    """A quota is said to be used up, whatever the world's quotas are."""

    call: str = "instances.insert"
    metric: str = "NVIDIA_L4_GPUS"
    limit: float = 0.0
    sync: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFails(Fault):
    """The operation ends with that code: nothing comes of an insert, nothing changes otherwise."""

    call: str = "instances.insert"
    code: str = "INTERNAL_ERROR"
    message: str = "Internal error. Please try again or contact Google Support."
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Phantom(Fault):
    """The instance is seen, gets as far as STAGING, and vanishes; the operation fails."""

    call: str = "instances.insert"
    code: str = STOCKOUT
    leaves_disk: bool = False
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Fault):
    """The operation takes `seconds` longer; `hidden`: its instance is not seen until it is done."""

    call: str = "instances.insert"
    seconds: float = 600.0
    hidden: bool = False
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionDenied(Fault):
    """403: the caller lacks a permission; by default the one the call is named after."""

    permission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDisabled(Fault):
    """403: the Compute Engine API is not enabled in the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalAddressForbidden(Fault):
    """412 for instances that ask for an external address, by policy of the organisation.

    Attributes:
        managed: By the newer form of that policy.
    """

    call: str = "instances.insert"
    managed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceForbidden(Fault):
    """412 for instances in those zones, by policy of the organisation."""

    call: str = "instances.insert"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDefaultNetwork(Fault):
    """The project has no network `default`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable(Fault):
    """A 5xx (or 429) before anything was done."""

    status: int = 503
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped(Fault):
    """The connection closes without an answer: after the change was made, or before."""

    committed: bool = True
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang(Fault):
    """The answer comes `seconds` of real time late: after the change was made, or before."""

    seconds: float = 1.0
    committed: bool = True
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Preempted(Fault):
    """A Spot machine is taken away `seconds` after it began to run."""

    call: str = "instances.insert"
    seconds: float = 60.0
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsExpired(Fault):
    """401."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OsLoginForced(Fault):
    """OS Login is on, whatever the instance's own metadata says; its SSH keys are ignored."""

    call: str = "instances.insert"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeysLate(Fault):
    """Guest attributes show the host keys `seconds` later than usual."""

    call: str = "instances.insert"
    seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeysNever(Fault):
    """Guest attributes never show host keys."""

    call: str = "instances.insert"


KINDS: dict[str, type[Fault]] = {kind.__name__: kind for kind in Fault.__subclasses__()}


def as_json(fault: Fault) -> dict[str, Any]:
    """A fault as it travels over HTTP and lies in the state file."""
    return {"fault": type(fault).__name__, **asdict(fault)}


def from_json(raw: dict[str, Any]) -> Fault:
    """The way back."""
    kind = KINDS[raw["fault"]]
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in raw.items()
        if key != "fault"
    }
    return kind(**fields)

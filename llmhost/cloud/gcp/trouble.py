"""Which kind of trouble a refusal is: one table, from what Google says to what we do about it.

Codes and messages: reference of resource errors (troubleshooting-resource-availability, 2026-04),
cluster-autoscaler's GCE client (082e961c), and bug reports of July to September 2026.
"""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from llmhost.cloud.gcp.refusal import Refusal

Kind: TypeAlias = Literal[
    "stockout",
    "quota",
    "quota-project",
    "name-taken",
    "not-found",
    "credentials",
    "api-disabled",
    "no-project",
    "permission",
    "no-address-allowed",
    "os-login",
    "policy",
    "place-forbidden",
    "not-offered",
    "no-network",
    "no-image",
    "address-space",
    "stale",
    "invalid",
    "internal",
    "unavailable",
    "slow",
    "vanished",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A refusal with its kind.

    Attributes:
        kind: What it is.
        words: One sentence for a person, Google's own.
        zones_available: Zones Google recommends instead, if any.
        refusal: What was said.
    """

    kind: Kind
    words: str
    refusal: Refusal
    zones_available: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """Fits where all that is given fits: status, a pattern of the code, one of the message."""

    kind: Kind
    code: str = ""
    message: str = ""
    status: int | None = None


# The first row that fits decides.
_TABLE = (
    # Google spells a stockout with and without _WITH_DETAILS: only the beginning counts.
    _Row("stockout", code=r"^ZONE_RESOURCE_POOL_EXHAUSTED|RESOURCE_POOL_EXHAUSTED$|^STOCKOUT"),
    _Row("stockout", message=r"does not have enough resources available"),
    _Row("quota-project", code=r"QUOTA|quota", message=r"GPUS_ALL_REGIONS|GPUS-ALL-REGIONS"),
    _Row("unavailable", code=r"^rateLimitExceeded$|^userRateLimitExceeded$"),
    _Row("unavailable", status=429),
    _Row("quota", code=r"QUOTA|quotaExceeded|^limitExceeded$"),
    _Row("address-space", code=r"IP_SPACE_EXHAUSTED"),
    _Row("api-disabled", code=r"^accessNotConfigured$|^SERVICE_DISABLED$"),
    _Row("api-disabled", message=r"API has not been used in project|it is disabled"),
    # 404 both (terraform#4031, kubernetes-the-hard-way#321).
    _Row("no-project", message=r"^The resource 'projects/[^'/]+' was not found"),
    _Row("no-project", message=r"^Failed to find project |Unknown project id"),
    _Row("credentials", status=401),
    _Row("credentials", code=r"RefreshError|DefaultCredentialsError|ACCESS_TOKEN_EXPIRED"),
    # Policies come as 412 CONDITION_NOT_MET in many words; that they name the constraint is common
    # to all. Some have a newer, managed form.
    _Row("place-forbidden", message=r"constraints/gcp\.resourceLocations"),
    _Row("no-address-allowed", message=r"constraints/compute\.(managed\.)?vmExternalIpAccess"),
    _Row("os-login", message=r"constraints/compute\.(managed\.)?requireOsLogin"),
    _Row("policy", message=r"[cC]onstraints/|\b[oO]rg(anization)? policy"),
    _Row("permission", code=r"PERMISSIONS?_ERROR|^forbidden$|IAM_PERMISSION_DENIED"),
    _Row("permission", status=403),
    _Row("name-taken", code=r"alreadyExists|RESOURCE_ALREADY_EXISTS"),
    _Row("name-taken", status=409),
    _Row("stale", code=r"conditionNotMet|CONDITION_NOT_MET"),
    _Row("stale", status=412),
    _Row("no-network", message=r"resource '[^']*(networks|subnetworks)/[^']*' was not found"),
    _Row("no-network", message=r"referenced (sub)?network resource cannot be found"),
    # 404 by Compute Engine, 400 where another service asks it (terraform-provider-google#5860).
    _Row("not-offered", message=r"/(accelerator|machine)Types/[^']*' was not found"),
    _Row("not-offered", message=r"[mM]achine type with name '[^']*' does not exist in zone"),
    _Row("not-offered", status=400, message=r"[aA]ccelerator ?[tT]ype"),
    _Row("no-image", message=r"resource '[^']*images/[^']*' was not found"),
    _Row("not-found", status=404),
    _Row("not-found", code=r"RESOURCE_NOT_FOUND"),
    _Row("invalid", status=400),
    _Row("internal", code=r"INTERNAL_ERROR"),
    _Row("internal", message=r"^Internal error"),
    _Row("unavailable", status=0),
    _Row("unavailable", status=500),
    _Row("unavailable", status=502),
    _Row("unavailable", status=503),
    _Row("unavailable", status=504),
)

_PASSING: frozenset[Kind] = frozenset({"unavailable"})


def classified(refusal: Refusal) -> Trouble:
    """The kind of a refusal; `unknown` where no row fits."""
    kind: Kind = next((row.kind for row in _TABLE if _fits(row, refusal)), "unknown")
    hinted = re.findall(r"[a-z]+-[a-z]+\d+-[a-z]", refusal.facts.get("zonesAvailable", ""))
    return Trouble(kind, refusal.message or refusal.code, refusal, tuple(hinted))


def passes(refusal: Refusal) -> bool:
    """Whether the same call may well be answered in a moment."""
    return classified(refusal).kind in _PASSING


def seen(kind: Kind, words: str) -> Trouble:
    """Trouble that Compute Engine did not say but we saw."""
    return Trouble(kind, words, Refusal(0, kind, words, {}))


def _fits(row: _Row, refusal: Refusal) -> bool:
    return (
        (row.status is None or row.status == refusal.status)
        and (not row.code or re.search(row.code, refusal.code) is not None)
        and (not row.message or re.search(row.message, refusal.message) is not None)
    )

"""A double of Compute Engine v1; see README.md."""

from tests.fake_gce.clock import ManualClock, RealClock
from tests.fake_gce.double import FakeGce
from tests.fake_gce.faults import (
    ApiDisabled,
    CredentialsExpired,
    Dropped,
    ExternalAddressForbidden,
    Fault,
    Hang,
    HostKeysLate,
    HostKeysNever,
    NoDefaultNetwork,
    OperationFails,
    OsLoginForced,
    PermissionDenied,
    Phantom,
    PlaceForbidden,
    Preempted,
    QuotaExceeded,
    Slow,
    Stockout,
    Unavailable,
)
from tests.fake_gce.process import FakeGceProcess
from tests.fake_gce.world import NO_LATENCY, Latency

__all__ = [
    "NO_LATENCY",
    "ApiDisabled",
    "CredentialsExpired",
    "Dropped",
    "ExternalAddressForbidden",
    "FakeGce",
    "FakeGceProcess",
    "Fault",
    "Hang",
    "HostKeysLate",
    "HostKeysNever",
    "Latency",
    "ManualClock",
    "NoDefaultNetwork",
    "OperationFails",
    "OsLoginForced",
    "PermissionDenied",
    "Phantom",
    "PlaceForbidden",
    "Preempted",
    "QuotaExceeded",
    "RealClock",
    "Slow",
    "Stockout",
    "Unavailable",
]

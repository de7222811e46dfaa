"""Which machine of a double of Compute Engine a target is, and whether its firewall lets it in."""

from typing import Any

from tests.fake_gce import FakeGce
from tests.fake_iap.meeting import ClosedError, Finder, Target

_RANGE = "35.235.240.0/20"
_NOT_REACHED, _NOT_FOUND = 4003, 4047


def behind(gce: FakeGce, ports: dict[int, int] | None = None) -> Finder:
    """Finds the real machines of a double.

    Args:
        gce: The double.
        ports: Where ports of a machine are on its loopback address, if not where they should be.
    """

    def find(target: Target) -> tuple[str, int]:
        instance = _instance(gce, target)
        if instance is None or target.project != gce.project:
            raise ClosedError(_NOT_FOUND, "failed to lookup instance")
        booted = gce.world.hardware.result(instance["id"])
        if instance["status"] != "RUNNING" or not _let_in(gce, instance, target.port) or not booted:
            raise ClosedError(_NOT_REACHED, "failed to connect to backend")
        return booted.address, (ports or {}).get(target.port, target.port)

    return find


def _instance(gce: FakeGce, target: Target) -> dict[str, Any] | None:
    for instance in gce.instances():
        zone = instance["zone"].rpartition("/")[2]
        if (instance["name"], zone, target.interface) == (target.instance, target.zone, "nic0"):
            return instance
    return None


def _let_in(gce: FakeGce, instance: dict[str, Any], port: int) -> bool:
    tags = set(instance["tags"].get("items", ()))
    network = instance["networkInterfaces"][0]["network"].rpartition("/")[2]
    return any(
        _RANGE in rule["sourceRanges"]
        and rule["network"].rpartition("/")[2] == network
        and tags & set(rule.get("targetTags", ()))
        and any(str(port) in allowed["ports"] for allowed in rule["allowed"])
        for rule in gce.firewalls()
    )

"""Quotas: what each region and the project allow, and what is used of it.

Usage is exact here; Google's lags behind. GPUs newer than those in `catalogue.metrics` have their
quotas in another API and are not limited.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.fake_gce.catalogue import catalogue
from tests.fake_gce.names import last, region_of
from tests.fake_gce.world import Body, Thing, World

_STORAGE = {
    "pd-balanced": "SSD_TOTAL_GB",
    "pd-ssd": "SSD_TOTAL_GB",
    "pd-standard": "DISKS_TOTAL_GB",
    "hyperdisk-balanced": "HDB_TOTAL_GB",
}

# Plenty of everything, unless a test limits it.
_PLENTY = 1000.0
_REGIONAL = {
    "CPUS": 20000.0,
    "INSTANCES": _PLENTY,
    "IN_USE_ADDRESSES": _PLENTY,
    **dict.fromkeys(_STORAGE.values(), 500_000.0),
}
_PROJECT = {"GPUS_ALL_REGIONS": _PLENTY, "CPUS_ALL_REGIONS": 20000.0, "FIREWALLS": 100.0}


def region_quotas(world: World, project: str, region: str) -> list[Body]:
    """`quotas` of a region."""
    used = _used(world, project, region)
    return [
        {"metric": metric, "limit": limit_of(world, metric, region), "usage": used[metric]}
        for metric in (*_REGIONAL, *_gpu_metrics())
    ]


def project_quotas(world: World, project: str) -> list[Body]:
    """`quotas` of a project."""
    used = _used(world, project, "")
    used["FIREWALLS"] = float(len(list(world.of(project, "firewalls"))))
    return [
        {"metric": metric, "limit": limit_of(world, metric, ""), "usage": used[metric]}
        for metric in _PROJECT
    ]


def limit_of(world: World, metric: str, region: str) -> float:
    """What is allowed of a metric; the project's own metrics have no region."""
    own = {**_REGIONAL, **dict.fromkeys(_gpu_metrics(), _PLENTY), **_PROJECT}
    region = "" if metric in _PROJECT else region
    return world.limits.get(f"{region}/{metric}", world.limits.get(f"/{metric}", own[metric]))


def exceeded(
    world: World, project: str, zone: str, body: Mapping[str, Any]
) -> tuple[str, float] | None:
    """The first metric, with its limit, of which an instance would need more than is left."""
    region = region_of(zone)
    here, everywhere = _used(world, project, region), _used(world, project, "")
    for metric, amount in _demand(world, region, body).items():
        limit = limit_of(world, metric, region)
        used = everywhere[metric] if metric in _PROJECT else here[metric]
        if amount and used + amount > limit:
            return metric, limit
    return None


def _gpu_metrics() -> list[str]:
    plain = catalogue().metrics.values()
    return [*plain, *(f"PREEMPTIBLE_{metric}" for metric in plain)]


def _used(world: World, project: str, region: str) -> dict[str, float]:
    """What all instances and disks of a region use; of all regions, without one."""
    used: dict[str, float] = defaultdict(float)
    for instance in _within(world.of(project, "instances"), region):
        if instance.body["status"] != "TERMINATED":
            for metric, amount in instance.notes["demand"].items():
                used[metric] += amount
    for disk in _within(world.of(project, "disks"), region):
        used[_STORAGE[last(disk.body["type"])]] += float(disk.body["sizeGb"])
    return used


def _within(things: Iterable[Thing], region: str) -> list[Thing]:
    return [t for t in things if not region or region_of(t.key.place) == region]


def demand(world: World, region: str, body: Mapping[str, Any]) -> dict[str, float]:
    """What a running instance counts as, without its disks."""
    kind = catalogue().types[last(body["machineType"])]
    cards = [(kind.gpu, kind.gpus)] if kind.gpus else []
    cards += [
        (last(card["acceleratorType"]), card["acceleratorCount"])
        for card in body.get("guestAccelerators", ())
    ]
    wanted: dict[str, float] = defaultdict(float, CPUS=kind.cpus, CPUS_ALL_REGIONS=kind.cpus)
    wanted["INSTANCES"] = 1
    for gpu, count in cards:
        wanted["GPUS_ALL_REGIONS"] += count
        metric = catalogue().metrics.get(gpu)
        if metric:
            wanted[_pool(world, metric, region, body)] += count
    for nic in body.get("networkInterfaces", ()):
        wanted["IN_USE_ADDRESSES"] += len(nic.get("accessConfigs", ()))
    return dict(wanted)


def _demand(world: World, region: str, body: Mapping[str, Any]) -> dict[str, float]:
    wanted = defaultdict(float, demand(world, region, body))
    for disk in body.get("disks", ()):
        params = disk.get("initializeParams", {})
        if params:
            metric = _STORAGE[last(params.get("diskType", "pd-standard"))]
            wanted[metric] += float(params.get("diskSizeGb", 10))
    return dict(wanted)


def _pool(world: World, metric: str, region: str, body: Mapping[str, Any]) -> str:
    """Spot and Flex-start use the preemptible quota, where a project has any of it."""
    model = body.get("scheduling", {}).get("provisioningModel", "STANDARD")
    pool = f"PREEMPTIBLE_{metric}"
    return pool if model != "STANDARD" and limit_of(world, pool, region) > 0 else metric

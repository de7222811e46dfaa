"""What Google provides and nobody makes, as resources: places, types and images."""

from functools import lru_cache

from tests.fake_gce.catalogue import MachineType, catalogue
from tests.fake_gce.clock import rfc3339
from tests.fake_gce.names import Key, link, region_of
from tests.fake_gce.world import Body, Thing

_SINCE = rfc3339(0.0)

# Size of an image in GB; a boot disk cannot be smaller (Ubuntu and Debian images, 2026).
IMAGE_GB = 10


@lru_cache(maxsize=64)
def offered(project: str, collection: str) -> dict[Key, Thing]:
    """Resources of that kind that a project finds."""
    makers = {
        "zones": _zones,
        "regions": _regions,
        "machineTypes": _machine_types,
        "acceleratorTypes": _accelerator_types,
        "diskTypes": _disk_types,
        "images": _images,
    }
    if collection not in makers:
        return {}
    things = {}
    for number, (scope, body) in enumerate(makers[collection](project), start=1000):
        key = Key(project, collection, scope, body["name"])
        made = {"creationTimestamp": _SINCE, "selfLink": key.link, "id": str(number)}
        things[key] = Thing(key, {**made, **body})
    return things


def _zones(project: str) -> list[tuple[str, Body]]:
    return [
        (
            "global",
            {
                "kind": "compute#zone",
                "name": zone,
                "description": zone,
                "status": "UP",
                "region": link(project, f"regions/{region_of(zone)}"),
                "availableCpuPlatforms": ["Intel Cascade Lake", "Intel Sapphire Rapids"],
            },
        )
        for zone in catalogue().zones
    ]


def _regions(project: str) -> list[tuple[str, Body]]:
    zones = catalogue().zones
    return [
        (
            "global",
            {
                "kind": "compute#region",
                "name": region,
                "description": region,
                "status": "UP",
                "zones": [link(project, f"zones/{z}") for z in zones if region_of(z) == region],
            },
        )
        for region in catalogue().regions
    ]


def _machine_types(_project: str) -> list[tuple[str, Body]]:
    return [
        (f"zones/{zone}", _machine_type(kind, zone))
        for kind in catalogue().types.values()
        for zone in kind.zones
    ]


def _machine_type(kind: MachineType, zone: str) -> Body:
    body: Body = {
        "kind": "compute#machineType",
        "name": kind.name,
        "description": f"{kind.cpus} vCPUs {kind.memory_gb:g} GB RAM",
        "guestCpus": kind.cpus,
        "memoryMb": int(kind.memory_gb * 1024),
        "maximumPersistentDisks": 128,
        "maximumPersistentDisksSizeGb": "263168",
        "isSharedCpu": False,
        "architecture": "X86_64",
        "zone": zone,
    }
    if kind.gpus:
        body["accelerators"] = [
            {"guestAcceleratorType": kind.gpu, "guestAcceleratorCount": kind.gpus}
        ]
    return body


def _accelerator_types(project: str) -> list[tuple[str, Body]]:
    return [
        (
            f"zones/{zone}",
            {
                "kind": "compute#acceleratorType",
                "name": card.name,
                "description": card.name,
                "maximumCardsPerInstance": max(card.counts),
                "zone": link(project, f"zones/{zone}"),
            },
        )
        for card in catalogue().cards.values()
        for zone in card.zones
    ]


def _disk_types(project: str) -> list[tuple[str, Body]]:
    return [
        (
            f"zones/{zone}",
            {
                "kind": "compute#diskType",
                "name": disk,
                "description": disk,
                "validDiskSize": "10GB-65536GB",
                "defaultDiskSizeGb": "100",
                "zone": link(project, f"zones/{zone}"),
            },
        )
        for disk in catalogue().disk_types
        for zone in catalogue().zones
    ]


def _images(project: str) -> list[tuple[str, Body]]:
    families = catalogue().images.get(project, ())
    return [
        (
            "global",
            {
                "kind": "compute#image",
                "name": f"{family}-{catalogue().image_date}",
                "family": family,
                "status": "READY",
                "sourceType": "RAW",
                "diskSizeGb": str(IMAGE_GB),
                "archiveSizeBytes": "5368709120",
                "architecture": "X86_64",
                "guestOsFeatures": [{"type": "GVNIC"}, {"type": "UEFI_COMPATIBLE"}],
                "licenses": [link(project, f"global/licenses/{family}")],
            },
        )
        for family in families
    ]

"""What a project may have: limits of GPUs, disks and addresses, by region and in all.

Only limits are looked at. Usage lags behind, so an insert is the only proof that there is room.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from llmhost.cloud.offers import Provisioning

# Metrics of regions.get, by Google's name of the GPU (discovery document, revision 20261106). Newer
# GPUs are in GPUS_PER_GPU_FAMILY, which Compute Engine does not tell.
METRICS: Mapping[str, str] = {
    "nvidia-l4": "NVIDIA_L4_GPUS",
    "nvidia-tesla-a100": "NVIDIA_A100_GPUS",
    "nvidia-a100-80gb": "NVIDIA_A100_80GB_GPUS",
    "nvidia-tesla-t4": "NVIDIA_T4_GPUS",
}
ALL_REGIONS = "GPUS_ALL_REGIONS"

# The same by disk type, in GB; pd-balanced counts as SSD (a log of a hunt, 2026).
DISKS: Mapping[str, str] = {
    "pd-balanced": "SSD_TOTAL_GB",
    "pd-ssd": "SSD_TOTAL_GB",
    "pd-standard": "DISKS_TOTAL_GB",
    "hyperdisk-balanced": "HDB_TOTAL_GB",
}
ADDRESSES = "IN_USE_ADDRESSES"


@dataclass(frozen=True, slots=True)
class Need:
    """What one machine takes of a project's quotas.

    Attributes:
        accelerator: Google's name of its GPUs.
        gpus: How many.
        disk: Type of its boot disk.
        disk_gb: Size of that.
        addresses: How many external addresses it has.
    """

    accelerator: str
    gpus: int
    disk: str
    disk_gb: int
    addresses: int = 1


@dataclass(frozen=True, slots=True)
class Shortage:
    """A quota that leaves no room, by its name, and what it is in words."""

    quota: str
    words: str


@dataclass(frozen=True, slots=True)
class Quotas:
    """Limits by metric.

    Attributes:
        project: Of the whole project.
        regions: Of each region.
    """

    project: Mapping[str, float] = field(default_factory=dict)
    regions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def read(cls, project: Mapping[str, Any], regions: Iterable[Mapping[str, Any]]) -> "Quotas":
        """From the answers of projects.get and regions.list."""
        return cls(
            _limits(project),
            {region["name"]: _limits(region) for region in regions},
        )

    def shortage(self, need: Need, region: str, provisioning: Provisioning) -> Shortage | None:
        """Why a machine cannot be had in a region; None where nothing is known against it."""
        return self._of_gpus(need, region, provisioning) or self._of_others(need, region)

    def _of_gpus(self, need: Need, region: str, provisioning: Provisioning) -> Shortage | None:
        """The quota that leaves no room for its GPUs.

        A machine that deletes itself within seven days may draw on the preemptible quota as well as
        on the standard one, and Spot falls back to the standard one (limit-vm-runtime, 2026-04), so
        the larger of the two counts.
        """
        everywhere = self.project.get(ALL_REGIONS)
        if everywhere is not None and everywhere < need.gpus:
            return Shortage(ALL_REGIONS, f"the project's quota {ALL_REGIONS} is {everywhere:g}")
        metric = METRICS.get(need.accelerator)
        limits = self.regions.get(region, {})
        known = [limits[m] for m in (metric, f"PREEMPTIBLE_{metric}") if m and m in limits]
        if not known or max(known) >= need.gpus:
            return None
        named = metric if provisioning == "on-demand" else f"PREEMPTIBLE_{metric}"
        return Shortage(str(named), f"the quota {named} is {max(known):g} in {region}")

    def _of_others(self, need: Need, region: str) -> Shortage | None:
        limits = self.regions.get(region, {})
        storage = DISKS.get(need.disk, "")
        if limits.get(storage, need.disk_gb) < need.disk_gb:
            left = f"is {limits[storage]:g} in {region}, and its disk has {need.disk_gb} GB"
            return Shortage(storage, f"the quota {storage} {left}")
        if limits.get(ADDRESSES, need.addresses) < need.addresses:
            return Shortage(
                ADDRESSES, f"the quota {ADDRESSES} is {limits[ADDRESSES]:g} in {region}"
            )
        return None


def _limits(resource: Mapping[str, Any]) -> Mapping[str, float]:
    return {
        quota["metric"]: float(quota.get("limit", 0))
        for quota in resource.get("quotas", ())
        if "metric" in quota
    }

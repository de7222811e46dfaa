"""How many GPUs a project may have: limits by region and for the whole project.

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

    def refusal(self, accelerator: str, region: str, provisioning: Provisioning, gpus: int) -> str:
        """Why so many of a GPU cannot be had in a region; empty where nothing is known against it.

        A machine that deletes itself within seven days may draw on the preemptible quota as well as
        on the standard one, and Spot falls back to the standard one (limit-vm-runtime, 2026-04), so
        the larger of the two counts.
        """
        everywhere = self.project.get(ALL_REGIONS)
        if everywhere is not None and everywhere < gpus:
            return f"the project's quota {ALL_REGIONS} is {everywhere:g}"
        metric = METRICS.get(accelerator)
        limits = self.regions.get(region, {})
        known = [limits[m] for m in (metric, f"PREEMPTIBLE_{metric}") if m and m in limits]
        if not known or max(known) >= gpus:
            return ""
        named = metric if provisioning == "on-demand" else f"PREEMPTIBLE_{metric}"
        return f"the quota {named} is {max(known):g} in {region}"


def _limits(resource: Mapping[str, Any]) -> Mapping[str, float]:
    return {
        quota["metric"]: float(quota.get("limit", 0))
        for quota in resource.get("quotas", ())
        if "metric" in quota
    }

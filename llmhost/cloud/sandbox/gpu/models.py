"""The GPU models a sandbox machine can pretend to have."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from llmhost.cloud.sandbox.machine import File
from llmhost.errors import UsageError

DRIVER_VERSION, CUDA_VERSION = "580.95.05", "13.0"
"""What the simulated driver calls itself: a release of the 580 branch, which speaks CUDA 13.0."""

_DRIVER = Path(__file__).parent / "driver"
_NAMESPACE = uuid.UUID("6c6c6d68-6f73-7400-8000-000000000000")


@dataclass(frozen=True, slots=True)
class GpuModel:
    """A GPU model as `nvidia-smi` reports it.

    Attributes:
        name: Product name.
        memory_mib: `memory.total` in MiB, with ECC on where the model has it.
        compute_capability: `compute_cap`; https://developer.nvidia.com/cuda-gpus, 2026-11-20.
    """

    name: str
    memory_mib: int
    compute_capability: str


# Memory as nvidia-smi is seen to print it on these models in public reports, 2026-11-20.
MODELS = {
    "t4": GpuModel("Tesla T4", 15360, "7.5"),
    "l4": GpuModel("NVIDIA L4", 23034, "8.9"),
    "a100": GpuModel("NVIDIA A100-SXM4-40GB", 40960, "8.0"),
    "a100-80gb": GpuModel("NVIDIA A100-SXM4-80GB", 81920, "8.0"),
    "h100": GpuModel("NVIDIA H100 80GB HBM3", 81559, "9.0"),
    "h200": GpuModel("NVIDIA H200", 143771, "9.0"),
    "b200": GpuModel("NVIDIA B200", 183359, "10.0"),
    "rtx-pro-6000": GpuModel("NVIDIA RTX PRO 6000 Blackwell Server Edition", 97887, "12.0"),
}

DEFAULT_MODEL = "l4"


def gpu_model(name: str) -> GpuModel:
    """The model of that name in the machine catalogue.

    Raises:
        UsageError: The sandbox has no such model to pretend.
    """
    try:
        return MODELS[name]
    except KeyError:
        raise UsageError(
            f"the sandbox cannot pretend to have a GPU `{name}`",
            hint=f"choose one of {', '.join(MODELS)}",
        ) from None


def driver_files(machine: str, model: GpuModel, count: int) -> tuple[File, ...]:
    """The driver's side of `count` simulated GPUs: what a machine has before its first boot."""
    lines = (
        f"GPU-{uuid.uuid5(_NAMESPACE, f'{machine}/{index}')}|{model.memory_mib}"
        f"|{model.compute_capability}|{model.name}\n"
        for index in range(count)
    )
    programs = (path for path in sorted(_DRIVER.rglob("*")) if path.is_file())
    return (
        *(File(f"/{p.relative_to(_DRIVER)}", p.read_bytes(), 0o755) for p in programs),
        File("/usr/lib/llmhost-gpu/gpus", "".join(lines).encode()),
        File("/usr/lib/llmhost-gpu/driver", f"{DRIVER_VERSION} {CUDA_VERSION}\n".encode()),
    )

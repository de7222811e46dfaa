"""How vLLM loads: the checks it makes, what it logs meanwhile, and the words it dies with."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import gpu
from .dying import Death, Manner, manner
from .weights import Broken, Weights, safetensors_model

GIB = 1 << 10  # in MiB
# NCCL shares memory through /dev/shm; Docker's default of 64 MiB is known not to be enough.
# https://docs.vllm.ai/en/stable/deployment/docker.html, 2026-11-20
LITTLE_SHM = 128 << 20
# What a stand-in's KV cache would take per token: 128 KiB, as that of Llama 3.1 8B.
KV_TOKENS_PER_MIB = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for; `gpu_share` is the part of each GPU's memory to take."""

    model: str
    names: tuple[str, ...]
    tensor_parallel: int
    pipeline_parallel: int
    max_model_len: int | None
    gpu_share: float


@dataclass(frozen=True, slots=True)
class Loaded:
    """A loaded model: its names, where it came from, and the longest context in tokens."""

    names: tuple[str, ...]
    root: str
    max_len: int


def say(text: str, process: str = "APIServer pid=1") -> None:
    """Writes a line as vLLM's log has them."""
    stamp = time.strftime("%m-%d %H:%M:%S")
    for line in text.splitlines():
        sys.stderr.write(f"({process}) INFO {stamp} [standin] {line}\n")
    sys.stderr.flush()


def load(wanted: Wanted) -> tuple[Loaded, Manner]:
    """Loads the model and holds the memory it takes.

    Raises:
        Death: It cannot be loaded, or shall fail.
    """
    weights, config_error = _model(wanted.model)
    behave = manner(weights.where if weights else None)
    if behave.fault == "crash_loop":
        raise _engine_death("RuntimeError: unknown error")
    gpus = gpu.visible()
    if not gpus and behave.fault != "cpu_fallback":
        raise Death(
            "RuntimeError: Failed to infer device type, please set the environment variable "
            "`VLLM_LOGGING_LEVEL=DEBUG` to turn on verbose logging to help debug the issue."
        )
    if weights is None:
        raise Death(config_error)
    longest = _check_lengths(wanted, weights)
    used = _check_gpus(wanted, gpus, behave)
    _check_faults(wanted, behave, longest)
    _show_progress(wanted, weights, behave)
    if behave.fault != "cpu_fallback":
        _take_memory(wanted, used, longest)
    return Loaded(wanted.names, wanted.model, longest), behave


def _model(name: str) -> tuple[Weights | None, str]:
    folder = Path(name) if Path(name).is_dir() else _cached(name)
    problem = (
        f"OSError: Invalid repository ID or local directory specified: '{name}'.\n"
        "Please verify the following requirements:\n"
        "1. Provide a valid Hugging Face repository ID.\n"
        "2. Specify a local directory that contains a recognized configuration file.\n"
    )
    if folder is None:
        return None, problem
    try:
        return safetensors_model(folder), ""
    except Broken as broken:
        match str(broken):
            case "config.json":
                return None, problem
            case "no weights":
                return None, f"RuntimeError: Cannot find any model weights with `{name}`"
        return None, f"safetensors_rust.SafetensorError: {broken}"


def _cached(name: str) -> Path | None:
    """The newest snapshot of a repository in the hub's cache."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    cache = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    snapshots = cache / f"models--{name.replace('/', '--')}" / "snapshots"
    found = sorted(snapshots.glob("*"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def _check_lengths(wanted: Wanted, weights: Weights) -> int:
    heads, size = weights.config["num_attention_heads"], wanted.tensor_parallel
    if heads % size:
        raise Death(
            f"ValueError: Total number of attention heads ({heads}) must be divisible by tensor"
            f" parallel size ({size})."
        )
    most: int = weights.config["max_position_embeddings"]
    asked = wanted.max_model_len or most
    if asked > most:
        raise Death(
            f"ValueError: User-specified max_model_len ({asked}) is greater than the derived"
            f" max_model_len (max_position_embeddings={most} or model_max_length=None in model's"
            " config.json)."
        )
    return most if asked < 0 else asked


def _check_gpus(wanted: Wanted, gpus: Sequence[gpu.Gpu], behave: Manner) -> Sequence[gpu.Gpu]:
    world = wanted.tensor_parallel * wanted.pipeline_parallel
    if behave.fault == "cpu_fallback":
        return ()
    if world > len(gpus):
        raise Death(
            f"ValueError: World size ({world}) is larger than the number of available GPUs"
            f" ({len(gpus)}) in this node."
        )
    least = os.environ.get("STANDIN_MIN_DRIVER", "0")
    driver = gpus[0].driver
    if int(driver.split(".")[0]) < int(least) or behave.fault == "driver_too_old":
        raise _engine_death(
            "RuntimeError: The NVIDIA driver on your system is too old (found version 12080)."
            " Please update your GPU driver by downloading and installing a new version from the"
            " URL: http://www.nvidia.com/Download/index.aspx"
        )
    shm = os.statvfs("/dev/shm")  # noqa: S108 - its size is what is asked for
    if behave.fault == "shm" or (world > 1 and shm.f_blocks * shm.f_frsize < LITTLE_SHM):
        raise _engine_death(
            "NCCL WARN Error while creating shared memory segment /dev/shm/nccl-sLEtVw"
            " (size 33030528), error: No space left on device (28)\n"
            "torch.distributed.DistBackendError: NCCL error, unhandled system error"
        )
    return gpus[:world]


def _check_faults(wanted: Wanted, behave: Manner, longest: int) -> None:
    match behave.fault:
        case "oom":
            raise _engine_death(
                "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a"
                " total capacity of 22.03 GiB of which 1.12 GiB is free. Including non-PyTorch"
                " memory, this process has 20.90 GiB memory in use."
            )
        case "kv_too_small":
            raise _kv_too_small(longest, longest // 3)
        case "heads":
            raise Death(
                "ValueError: Total number of attention heads (40) must be divisible by tensor"
                f" parallel size ({wanted.tensor_parallel})."
            )


def _show_progress(wanted: Wanted, weights: Weights, behave: Manner) -> None:
    worker = "EngineCore pid=72"
    say(f"Starting to load model {wanted.model}...", worker)
    count = len(weights.shards)
    for number in range(count + 1):
        time.sleep(behave.load_seconds / (count + 1))
        say(
            f"Loading safetensors checkpoint shards: {100 * number // count:3}% Completed"
            f" | {number}/{count}",
            worker,
        )
    if behave.fault == "hang":
        time.sleep(10**6)
    say(
        f"Model loading took {weights.size / 2**30:.4f} GiB memory and"
        f" {behave.load_seconds:.6f} seconds",
        worker,
    )


def _take_memory(wanted: Wanted, gpus: Sequence[gpu.Gpu], longest: int) -> None:
    for each in gpus:
        share = round(each.total * wanted.gpu_share)
        if each.free < share:
            raise _engine_death(
                f"ValueError: Free memory on device cuda:{each.index} ({each.free / GIB:.2f}/"
                f"{each.total / GIB:.2f} GiB) on startup is less than desired GPU memory"
                f" utilization ({wanted.gpu_share}, {share / GIB:.2f} GiB). Decrease GPU memory"
                " utilization or reduce GPU memory used by other processes."
            )
    mib = round(min(each.total for each in gpus) * wanted.gpu_share)
    tokens = mib * KV_TOKENS_PER_MIB * len(gpus)
    say(
        f"GPU KV cache size: {tokens:,} tokens, Maximum concurrency for {longest:,} tokens per"
        f" request: {tokens / longest:.2f}x",
        "EngineCore pid=72",
    )
    gpu.Hold(gpus, mib, "VLLM::EngineCore")


def _kv_too_small(longest: int, fits: int) -> Death:
    needed = longest / KV_TOKENS_PER_MIB / GIB
    return _engine_death(
        "ValueError: To serve at least one request with the model's max seq len"
        f" ({longest}), ({needed:.2f} GiB KV cache is needed, which is larger than the available KV"
        f" cache memory ({needed / 3:.2f} GiB). Based on the available memory, the estimated maximum"
        f" model length is {fits}. Try increasing `gpu_memory_utilization` or decreasing"
        " `max_model_len` when initializing the engine."
    )


def _engine_death(cause: str) -> Death:
    """The engine's own process dies of `cause`, and then the server does."""
    lines = [f"(EngineCore pid=72) ERROR {line}" for line in cause.splitlines()]
    return Death(
        "\n".join(lines)
        + "\n(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above."
        " Failed core proc(s): {}"
    )

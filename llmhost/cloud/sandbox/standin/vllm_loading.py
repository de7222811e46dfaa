"""How vLLM loads: the checks it makes, and what it logs meanwhile."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import gpu, vllm_deaths
from .dying import CONTEXT_MIB, Manner, manner
from .weights import Broken, Weights, safetensors_model

# NCCL shares memory through /dev/shm; Docker's default of 64 MiB is known not to be enough.
# https://docs.vllm.ai/en/stable/deployment/docker.html, 2026-11-20
LITTLE_SHM = 128 << 20
# What a stand-in's KV cache would take per token: 128 KiB, as that of Llama 3.1 8B.
KV_TOKENS_PER_MIB = 8
ENGINE = "EngineCore pid=72"


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
    sys.stderr.write(f"({process}) INFO {stamp} [standin] {text}\n")
    sys.stderr.flush()


def load(wanted: Wanted) -> tuple[Loaded, Manner]:
    """Loads the model and holds the memory it takes.

    Raises:
        Death: It cannot be loaded, or shall fail.
    """
    folder = Path(wanted.model) if Path(wanted.model).is_dir() else _cached(wanted.model)
    behave = manner(folder)
    gpus = gpu.visible()
    if behave.fault == "crash_loop":
        raise vllm_deaths.engine("RuntimeError: unknown error")
    if not gpus and behave.fault != "cpu_fallback":
        raise vllm_deaths.no_device()
    weights = _weights(wanted.model, folder)
    longest = _longest(wanted, weights)
    used = () if behave.fault == "cpu_fallback" else _usable(wanted, gpus)
    _fail(wanted, behave, longest)
    _show_progress(wanted, weights, behave)
    if used and behave.fault == "cpu_context":
        gpu.Hold(used, CONTEXT_MIB, "VLLM::EngineCore")
    elif used:
        _take_memory(wanted, used, longest)
    return Loaded(wanted.names, wanted.model, longest), behave


def _cached(name: str) -> Path | None:
    """The newest snapshot of a repository in the hub's cache."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    cache = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    snapshots = cache / f"models--{name.replace('/', '--')}" / "snapshots"
    found = sorted(snapshots.glob("*"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def _weights(name: str, folder: Path | None) -> Weights:
    if folder is None:
        raise vllm_deaths.no_model(name)
    try:
        return safetensors_model(folder)
    except Broken as broken:
        match str(broken):
            case "config.json":
                raise vllm_deaths.no_model(name) from None
            case "no weights":
                raise vllm_deaths.no_weights(name) from None
        raise vllm_deaths.bad_weights(str(broken)) from None


def _longest(wanted: Wanted, weights: Weights) -> int:
    """The longest context, in tokens; -1 asks for as much as fits."""
    heads = weights.config["num_attention_heads"]
    if heads % wanted.tensor_parallel:
        raise vllm_deaths.heads(heads, wanted.tensor_parallel)
    most: int = weights.config["max_position_embeddings"]
    asked = wanted.max_model_len or most
    if asked > most:
        raise vllm_deaths.too_long(asked, most)
    return most if asked < 0 else asked


def _usable(wanted: Wanted, gpus: Sequence[gpu.Gpu]) -> Sequence[gpu.Gpu]:
    world = wanted.tensor_parallel * wanted.pipeline_parallel
    if world > len(gpus):
        raise vllm_deaths.too_few_gpus(world, len(gpus))
    if int(gpus[0].driver.split(".")[0]) < int(os.environ.get("STANDIN_MIN_DRIVER", "0")):
        raise vllm_deaths.old_driver()
    shm = os.statvfs("/dev/shm")  # noqa: S108 - its size is what is asked for
    if world > 1 and shm.f_blocks * shm.f_frsize < LITTLE_SHM:
        raise vllm_deaths.little_shm()
    for each in gpus[:world]:
        if each.free < each.total * wanted.gpu_share:
            raise vllm_deaths.busy_gpu(each, wanted.gpu_share)
    return gpus[:world]


def _fail(wanted: Wanted, behave: Manner, longest: int) -> None:
    match behave.fault:
        case "oom":
            raise vllm_deaths.out_of_memory()
        case "kv_too_small":
            raise vllm_deaths.little_kv(longest, longest / KV_TOKENS_PER_MIB / vllm_deaths.GIB)
        case "heads":
            raise vllm_deaths.heads(40, wanted.tensor_parallel)
        case "shm":
            raise vllm_deaths.little_shm()
        case "driver_too_old":
            raise vllm_deaths.old_driver()


def _show_progress(wanted: Wanted, weights: Weights, behave: Manner) -> None:
    say(f"Starting to load model {wanted.model}...", ENGINE)
    count = len(weights.shards)
    for number in range(count + 1):
        time.sleep(behave.load_seconds / (count + 1))
        share = f"{100 * number // count:3}% Completed | {number}/{count}"
        say(f"Loading safetensors checkpoint shards: {share}", ENGINE)
    while behave.fault == "hang":
        time.sleep(1)
    gib = weights.size / 2**30
    say(f"Model loading took {gib:.4f} GiB memory and {behave.load_seconds:.6f} seconds", ENGINE)


def _take_memory(wanted: Wanted, gpus: Sequence[gpu.Gpu], longest: int) -> None:
    mib = round(min(each.total for each in gpus) * wanted.gpu_share)
    tokens = mib * KV_TOKENS_PER_MIB * len(gpus)
    say(
        f"GPU KV cache size: {tokens:,} tokens, Maximum concurrency for {longest:,} tokens per"
        f" request: {tokens / longest:.2f}x",
        ENGINE,
    )
    gpu.Hold(gpus, mib, "VLLM::EngineCore")

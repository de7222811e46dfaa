"""The words vLLM dies with, as its wheel of version 0.32.0 has them (2026-11-20).

NCCL's are those of its issue tracker for a `/dev/shm` of Docker's default size.
"""

from .dying import Death
from .gpu import Gpu

GIB = 1 << 10  # in MiB


def no_device() -> Death:
    """There is no GPU. vllm/config/device.py."""
    return Death(
        "RuntimeError: Failed to infer device type, please set the environment variable "
        "`VLLM_LOGGING_LEVEL=DEBUG` to turn on verbose logging to help debug the issue."
    )


def no_model(name: str) -> Death:
    """There is no configuration. vllm/transformers_utils/config.py."""
    return Death(
        f"OSError: Invalid repository ID or local directory specified: '{name}'.\n"
        "Please verify the following requirements:\n"
        "1. Provide a valid Hugging Face repository ID.\n"
        "2. Specify a local directory that contains a recognized configuration file.\n"
    )


def no_weights(name: str) -> Death:
    """There is a configuration alone. vllm/model_executor/model_loader/default_loader.py."""
    return engine(f"RuntimeError: Cannot find any model weights with `{name}`")


def bad_weights(why: str) -> Death:
    """A file of weights is missing or cut short."""
    return engine(f"safetensors_rust.SafetensorError: {why}")


def heads(number: int, size: int) -> Death:
    """Attention heads cannot be shared evenly. vllm/config/model.py."""
    return Death(
        f"ValueError: Total number of attention heads ({number}) must be divisible by tensor"
        f" parallel size ({size})."
    )


def too_long(asked: int, most: int) -> Death:
    """The context asked for is longer than the model's. vllm/config/model.py."""
    return Death(
        f"ValueError: User-specified max_model_len ({asked}) is greater than the derived"
        f" max_model_len (max_position_embeddings={most} or model_max_length=None in model's"
        " config.json)."
    )


def too_few_gpus(world: int, count: int) -> Death:
    """More GPUs are asked for than there are. vllm/config/parallel.py."""
    return Death(
        f"ValueError: World size ({world}) is larger than the number of available GPUs ({count})"
        " in this node. If this is intentional and you are using:\n"
        "- ray, set '--distributed-executor-backend ray'.\n"
        "- multiprocessing, set '--nnodes' appropriately."
    )


def old_driver() -> Death:
    """The driver is older than the CUDA runtime. torch/_C of PyTorch 2.13."""
    return engine(
        "RuntimeError: The NVIDIA driver on your system is too old (found version 12080)."
        " Please update your GPU driver by downloading and installing a new version from the"
        " URL: http://www.nvidia.com/Download/index.aspx"
    )


def little_shm() -> Death:
    """Processes cannot share memory."""
    return engine(
        "NCCL WARN Error while creating shared memory segment /dev/shm/nccl-sLEtVw"
        " (size 33030528), error: No space left on device (28)\n"
        "torch.distributed.DistBackendError: NCCL error, unhandled system error"
    )


def busy_gpu(gpu: Gpu, share: float) -> Death:
    """Somebody else holds the memory. vllm/v1/worker/utils.py."""
    return engine(
        f"ValueError: Free memory on device cuda:{gpu.index} ({gpu.free / GIB:.2f}/"
        f"{gpu.total / GIB:.2f} GiB) on startup is less than desired GPU memory utilization"
        f" ({share}, {gpu.total * share / GIB:.2f} GiB). Decrease GPU memory utilization or"
        " reduce GPU memory used by other processes."
    )


def out_of_memory() -> Death:
    """The weights do not fit. torch/cuda of PyTorch 2.13."""
    return engine(
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a"
        " total capacity of 22.03 GiB of which 1.12 GiB is free. Including non-PyTorch memory,"
        " this process has 20.90 GiB memory in use."
    )


def little_kv(longest: int, needed: float) -> Death:
    """The context does not fit beside the weights. vllm/v1/core/kv_cache_utils.py."""
    return engine(
        f"ValueError: To serve at least one request with the model's max seq len ({longest}),"
        f" ({needed:.2f} GiB KV cache is needed, which is larger than the available KV cache"
        f" memory ({needed / 3:.2f} GiB). Based on the available memory, the estimated maximum"
        f" model length is {longest // 3}. Try increasing `gpu_memory_utilization` (which also"
        " controls CPU memory on the CPU backend) or decreasing `max_model_len` when initializing"
        " the engine."
    )


def engine(cause: str) -> Death:
    """The engine's own process dies of `cause`, and the server with it. vllm/v1/engine/utils.py."""
    lines = "".join(f"(EngineCore pid=72) ERROR {line}\n" for line in cause.splitlines())
    return Death(
        f"{lines}(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause"
        " above. Failed core proc(s): {}"
    )

"""vLLM: `vllm serve MODEL`, silent until the model is loaded.

Flags, routes, log lines and error texts are those of vLLM 0.32.0, read in its wheel on 2026-11-20.
"""

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from . import NAME
from .dying import SERVE_SECONDS, Death
from .vllm_api import VERSION, Engine
from .vllm_loading import Wanted, load, say
from .web import Server

# The stand-in takes these flags and ignores them; it refuses all others, as vLLM does.
IGNORED = Path(__file__).with_name("vllm-flags.txt").read_text(encoding="ascii").split()


def run(arguments: Sequence[str]) -> int:
    """Runs the `vllm` program."""
    if list(arguments) == ["--version"]:
        sys.stdout.write(f"{VERSION} ({NAME})\n")
        return 0
    if not arguments or arguments[0] != "serve":
        raise Death("usage: vllm serve [model_tag] [options]", status=2)
    options = _parser().parse_args(arguments[1:])
    wanted = Wanted(
        model=options.model_tag or options.model,
        names=tuple(options.served_model_name or [options.model_tag or options.model]),
        tensor_parallel=options.tensor_parallel_size,
        pipeline_parallel=options.pipeline_parallel_size,
        max_model_len=options.max_model_len,
        gpu_share=options.gpu_memory_utilization,
    )
    keys = options.api_key or [os.environ.get("VLLM_API_KEY", "")]
    say(f"vLLM API server version {VERSION}, {NAME}: no model runs here")
    loaded, manner = load(wanted)
    _serve(Engine(loaded, manner, tuple(filter(None, keys))), options.host, options.port)
    return 0


def _parser() -> argparse.ArgumentParser:
    usage = "vllm serve [model_tag] [options]"
    parser = argparse.ArgumentParser(prog="vllm serve", usage=usage, allow_abbrev=False)
    parser.add_argument("model_tag", nargs="?")
    parser.add_argument("--model", default="Qwen/Qwen3-0.6B")
    parser.add_argument("--served-model-name", nargs="+")
    parser.add_argument("--host", default="0.0.0.0")  # noqa: S104 - vLLM's default
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--tensor-parallel-size", "-tp", type=int, default=1)
    parser.add_argument("--pipeline-parallel-size", "-pp", type=int, default=1)
    parser.add_argument("--max-model-len", type=_length)
    parser.add_argument("--gpu-memory-utilization", type=float, default=0.92)
    parser.add_argument("--api-key", nargs="+")
    for flag in IGNORED:
        parser.add_argument(f"--{flag}", f"--no-{flag}", nargs="*")
    return parser


def _length(text: str) -> int:
    """A number of tokens; vLLM reads 16k as 16000 and 16K as 16384."""
    factor = {"k": 1000, "K": 1024, "m": 10**6, "M": 2**20}.get(text[-1:], 0)
    return int(float(text[:-1]) * factor) if factor else int(text)


def _serve(engine: Engine, host: str, port: int) -> None:
    server = Server(host, port, engine.answer)
    say(f"Starting vLLM server on http://{host}:{port}")
    server.serve_aside()
    say("Application startup complete.")
    if engine.manner.fault == "die_later":
        threading.Event().wait(SERVE_SECONDS)
        raise Death("EngineCore encountered a fatal error.\nEngineDeadError: EngineCore died.")
    threading.Event().wait()

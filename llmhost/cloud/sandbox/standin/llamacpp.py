"""llama.cpp's server for CUDA: listens at once and answers 503 until the model is loaded.

Flags and their environment: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
and the program of Debian's build 11669, 2026-11-20.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from . import NAME
from .dying import SERVE_SECONDS, Death, manner
from .llamacpp_engine import BUILD, Engine, say
from .web import Server

# Since August 2026: https://github.com/ggml-org/llama.cpp/pull/26508
DEFAULT_PORT = 9931
# Flags that are taken and ignored, with `=` if they have a value: that build's `--help`.
IGNORED = Path(__file__).with_name("llamacpp-flags.txt").read_text(encoding="ascii").split()


def run(arguments: Sequence[str]) -> int:
    """Runs the `llama-server` program."""
    if "--version" in arguments:
        sys.stdout.write(f"version: {BUILD}\n")
        return 0
    options = _parser().parse_args(arguments)
    file = Path(options.model or "models/7B/ggml-model-f16.gguf")
    keys = {*(options.api_key or "").split(","), *_lines(options.api_key_file)} - {""}
    engine = Engine(
        file=file,
        name=options.alias or str(file),
        manner=manner(file),
        keys=frozenset(keys),
        on_gpu=options.gpu_layers != "0",
        context=options.ctx_size,
        slots=options.parallel,
        metrics=options.metrics,
    )
    server = Server(options.host, int(options.port), engine.answer)
    say(f"llama_server: {NAME}, no model runs here; listening on {options.host}:{options.port}")
    server.serve_aside()
    engine.load()
    if engine.manner.fault == "die_later":
        time.sleep(SERVE_SECONDS)
        raise Death("CUDA error: an illegal memory access was encountered\nAborted", status=134)
    threading.Event().wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="llama-server", allow_abbrev=False)
    env = os.environ.get
    parser.add_argument("-m", "--model", default=env("LLAMA_ARG_MODEL"))
    parser.add_argument("-a", "--alias", default=env("LLAMA_ARG_ALIAS"))
    parser.add_argument("--host", default=env("LLAMA_ARG_HOST", "127.0.0.1"))
    parser.add_argument("--port", default=env("LLAMA_ARG_PORT", str(DEFAULT_PORT)))
    parser.add_argument("-c", "--ctx-size", type=int, default=int(env("LLAMA_ARG_CTX_SIZE", "0")))
    parser.add_argument("-np", "--parallel", type=int, default=4)
    parser.add_argument("-ngl", "--gpu-layers", "--n-gpu-layers", default="auto")
    parser.add_argument("--api-key", default=env("LLAMA_API_KEY"))
    parser.add_argument("--api-key-file", type=Path)
    parser.add_argument(
        "--metrics", action="store_true", default=bool(env("LLAMA_ARG_ENDPOINT_METRICS"))
    )
    for flag in IGNORED:
        parser.add_argument(
            flag.rstrip("="), nargs=None if flag.endswith("=") else 0, action=_Ignore
        )
    return parser


class _Ignore(argparse.Action):
    def __call__(self, *_: object) -> None:
        """Does nothing with the flag."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Death(f"error: invalid argument: {message.removeprefix('unrecognized arguments: ')}")


def _lines(file: Path | None) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file else []

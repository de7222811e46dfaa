"""vLLM: `vllm serve MODEL`, silent until the model is loaded.

Flags, routes, log lines and error texts are those of vLLM 0.32.0, read in its wheel on 2026-11-20.
"""

import argparse
import os
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from . import NAME, openai
from .dying import SERVE_SECONDS, Death, Manner
from .vllm_flags import IGNORED
from .vllm_loading import Loaded, Wanted, load, say
from .web import Answer, Request, Server

VERSION = "0.31.0"
GUARDED = ("/v1", "/v2", "/inference", "/cohere")
METRICS = "text/plain; version=0.0.4; charset=utf-8"


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
    parser = argparse.ArgumentParser(prog="vllm serve", allow_abbrev=False)
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


@dataclass(frozen=True, slots=True)
class Engine:
    """A loaded engine, as seen through HTTP.

    Attributes:
        loaded: The model it has.
        manner: How it behaves.
        keys: Keys of which a caller must have one; none lets everybody in.
    """

    loaded: Loaded
    manner: Manner
    keys: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names it serves the model by."""
        match self.manner.fault:
            case "nothing_loaded":
                return ()
            case "wrong_model":
                return ("another-model",)
        return self.loaded.names

    def answer(self, request: Request) -> Answer:
        """Answers one request."""
        if request.path.startswith(GUARDED) and self.keys and request.key not in self.keys:
            return Answer({"error": "Unauthorized"}, 401)
        match request.method, request.path:
            case _, "/health" | "/ping":
                return Answer("", kind="text/plain")
            case "GET", "/version":
                return Answer({"version": VERSION, "engine": NAME})
            case "GET", "/metrics":
                return Answer(metrics(self.names), kind=METRICS)
            case "GET", "/v1/models":
                return openai.models(
                    self.names, "vllm", root=self.loaded.root, max_model_len=self.loaded.max_len
                )
            case "POST", "/v1/chat/completions" | "/v1/completions" | "/tokenize":
                return self._generate(request)
        return Answer({"detail": "Not Found"}, 404)

    def _generate(self, request: Request) -> Answer:
        body = request.body
        name = body.get("model") or (*self.names, "")[0]
        if self.manner.fault == "empty_200":
            return Answer({"error": {"message": "EngineCore encountered an issue.", "code": 500}})
        if name not in self.names:
            return openai.error(404, f"The model `{name}` does not exist.", "NotFoundError")
        if request.path == "/tokenize":
            words = str(body.get("prompt", "")).split()
            return Answer({"count": len(words), "max_model_len": self.loaded.max_len, "tokens": []})
        done = openai.complete(name, body)
        _COUNTS.update(
            request_success=1,
            prompt_tokens=done.usage["prompt_tokens"],
            generation_tokens=len(done.words),
        )
        return (openai.chat if "chat" in request.path else openai.text)(done, body)


_COUNTS: Counter[str] = Counter()


def metrics(names: Sequence[str]) -> str:
    """What Prometheus reads."""
    label = f'{{engine="0",model_name="{(*names, "")[0]}"}}'
    gauges = ("num_requests_running", "num_requests_waiting", "kv_cache_usage_perc")
    counters = ("prompt_tokens", "generation_tokens", "request_success", "num_preemptions")
    lines = [f"# TYPE vllm:{name} gauge\nvllm:{name}{label} 0.0" for name in gauges]
    lines += [
        f"# TYPE vllm:{name}_total counter\nvllm:{name}_total{label} {float(_COUNTS[name])}"
        for name in counters
    ]
    return "\n".join(lines) + "\n"


def _serve(engine: Engine, host: str, port: int) -> None:
    server = Server(host, port, engine.answer)
    say(f"Starting vLLM server on http://{host}:{port}")
    server.serve_aside()
    say("Application startup complete.")
    if engine.manner.fault == "die_later":
        threading.Event().wait(SERVE_SECONDS)
        raise Death("EngineCore encountered a fatal error.\nEngineDeadError: EngineCore died.")
    threading.Event().wait()

"""vLLM's HTTP side, once a model is loaded."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from . import NAME, openai
from .dying import Manner
from .vllm_loading import Loaded
from .web import Answer, Request

VERSION = "0.31.0"
# Where a key is asked for: vllm/entrypoints/serve/middleware/authenticate.py.
GUARDED = ("/v1", "/v2", "/inference", "/cohere")
GENERATING = ("/v1/chat/completions", "/v1/completions", "/tokenize")
METRICS = "text/plain; version=0.0.4; charset=utf-8"


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
        return self._admitted(request)

    def _admitted(self, request: Request) -> Answer:
        if request.method == "POST" and request.path in GENERATING:
            return self._generate(request)
        match request.path:
            case "/health" | "/ping":
                return Answer("", kind="text/plain")
            case "/version":
                return Answer({"version": VERSION, "engine": NAME})
            case "/metrics":
                return Answer(metrics(self.names), kind=METRICS)
            case "/v1/models":
                more = {"root": self.loaded.root, "max_model_len": self.loaded.max_len}
                return openai.models(self.names, "vllm", **more)
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

"""llama.cpp's server itself: loading with what it says meanwhile, and its HTTP side.

Routes: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md; texts: its sources
(src/llama-model-loader.cpp, ggml/src/ggml-cuda/ggml-cuda.cu), 2026-11-20.
"""

import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import NAME, gpu, openai
from .dying import CONTEXT_MIB, Death, Manner
from .web import Answer, Request
from .weights import Broken, Weights, gguf_model

BUILD = f"b11206-{NAME}"
OPEN = ("/health", "/v1/health")
LOADING = "Loading model"
# What a stand-in takes on a GPU besides its weights, in MiB.
OVERHEAD = 512


def say(text: str) -> None:
    """Writes a line to the log."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Engine:
    """The server and its model, which is being loaded until `ready` is set."""

    file: Path
    name: str
    manner: Manner
    keys: frozenset[str]
    on_gpu: bool
    context: int
    slots: int
    metrics: bool
    ready: threading.Event = field(default_factory=threading.Event)

    def load(self) -> None:
        """Loads the model and holds the memory it takes.

        Raises:
            Death: It cannot be loaded, or shall fail.
        """
        gpus = self._gpus()
        if self.manner.fault == "crash_loop":
            raise Death("Segmentation fault (core dumped)", status=139)
        say(f"srv    load_model: loading model '{self.file}'")
        weights = self._weights()
        time.sleep(self.manner.load_seconds)
        self._fail()
        if self.manner.fault == "cpu_context":
            gpu.Hold(gpus, CONTEXT_MIB, "/app/llama-server")
        elif gpus:
            mib = OVERHEAD + (weights.size >> 20) // len(gpus)
            say(f"load_tensors: offloaded 3/3 layers to GPU, {mib} MiB on each of {len(gpus)}")
            gpu.Hold(gpus, mib, "/app/llama-server")
        if self.manner.fault != "nothing_loaded":
            self.ready.set()
        say("srv  llama_server: model loaded")

    def _gpus(self) -> tuple[gpu.Gpu, ...]:
        if not self.on_gpu:
            return ()
        if self.manner.fault == "driver_too_old":
            say("ggml_cuda_init: failed to initialize CUDA: CUDA driver version is insufficient")
            return ()
        gpus = () if self.manner.fault == "cpu_fallback" else gpu.visible()
        if not gpus:
            say("ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected")
            say("warning: no usable GPU found, --gpu-layers option will be ignored")
        return gpus

    def _weights(self) -> Weights:
        try:
            return gguf_model(self.file)
        except Broken as broken:
            raise self._death(f"gguf_init_from_file: {broken}") from None

    def _fail(self) -> None:
        match self.manner.fault:
            case "oom":
                raise self._death(
                    "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 22528.00 MiB on device"
                    " 0: cudaMalloc failed: out of memory\nunable to allocate CUDA0 buffer"
                )
            case "kv_too_small":
                raise self._death(
                    "llama_init_from_model: failed to initialize the context: failed to allocate"
                    " buffer for kv cache"
                )
        while self.manner.fault == "hang":
            time.sleep(1)

    def _death(self, cause: str) -> Death:
        return Death(
            f"{cause}\nllama_model_load: error loading model: failed\n"
            f"srv    load_model: failed to load model, '{self.file}'\n"
            "srv    llama_server: exiting due to model loading error"
        )

    def answer(self, request: Request) -> Answer:
        """Answers one request."""
        if self.keys and request.path not in OPEN and request.key not in self.keys:
            return openai.error(401, "Invalid API Key", "authentication_error")
        if not self.ready.is_set():
            return openai.error(503, LOADING, "unavailable_error")
        return self._loaded(request)

    def _loaded(self, request: Request) -> Answer:
        name = "another-model" if self.manner.fault == "wrong_model" else self.name
        match request.path:
            case "/health" | "/v1/health":
                return Answer({"status": "ok"})
            case "/props":
                return Answer(self._props())
            case "/metrics" if self.metrics:
                return Answer("llamacpp:requests_processing 0\n", kind="text/plain; version=0.0.4")
            case "/v1/models" | "/models":
                return openai.models((name,), "llamacpp")
            case "/v1/chat/completions" | "/v1/completions":
                return self._generate(request, name)
        return openai.error(404, "File Not Found", "not_found_error")

    def _props(self) -> dict[str, object]:
        context = {"n_ctx": self.context, "params": {}}
        return {
            "default_generation_settings": context,
            "total_slots": self.slots,
            "model_path": str(self.file),
            "build_info": BUILD,
        }

    def _generate(self, request: Request, name: str) -> Answer:
        """The model's name in a request is not looked at, as there is only one."""
        if self.manner.fault == "empty_200":
            return Answer({"error": {"message": "Compute error.", "code": 500}})
        done = openai.complete(name, request.body)
        return (openai.chat if "chat" in request.path else openai.text)(done, request.body)

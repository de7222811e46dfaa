"""Ollama's models in memory: one at a time here, on all GPUs there are or else in main memory."""

import os
import sys
import threading
import time
from dataclasses import dataclass

from . import gpu
from .dying import Manner
from .ollama_store import Name, Refused, Store
from .web import Json
from .weights import gguf_model

# What a stand-in takes on a GPU besides its weights, in bytes.
OVERHEAD = 512 << 20
FOREVER = "2318-01-01T00:00:00Z"


def say(text: str) -> None:
    """Writes a line to the log, as Ollama's logger does."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    sys.stderr.write(f"time={stamp} level=INFO source=standin {text}\n")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Resident:
    """A model in memory; sizes in bytes, `hold` what it takes of the GPUs."""

    name: Name
    size: int
    on_gpu: int
    hold: gpu.Hold | None

    def shown(self) -> Json:
        """The model as `/api/ps` shows it."""
        return {
            "name": self.name.short,
            "model": self.name.short,
            "size": self.size,
            "size_vram": self.on_gpu,
            "expires_at": FOREVER,
            "context_length": int(os.environ.get("OLLAMA_CONTEXT_LENGTH", "4096")),
            "details": {"format": "gguf", "family": "llama"},
        }


class Runner:
    """Loads models from a store, and holds the memory of the one that is loaded."""

    def __init__(self, store: Store, behave: Manner, gpus: tuple[gpu.Gpu, ...]) -> None:
        self._store = store
        self._manner = behave
        self._gpus = gpus
        self._loading = threading.Lock()
        self.resident: Resident | None = None

    def load(self, name: Name) -> None:
        """Loads a model in the place of any other, unless it is loaded.

        Raises:
            Refused: It is not in the store, or shall fail.
        """
        with self._loading:
            weights = gguf_model(self._store.weights(name))
            if self.resident and self.resident.name == name:
                return
            self.unload()
            time.sleep(self._manner.load_seconds)
            self._fail()
            if self._manner.fault == "nothing_loaded":
                return
            size = weights.size + OVERHEAD
            hold = None
            if self._gpus:
                mib = -(-size // len(self._gpus)) >> 20
                hold = gpu.Hold(self._gpus, mib, "/usr/bin/ollama")
            self.resident = Resident(name, size, size if hold else 0, hold)
            say(f'msg="llama runner started in {self._manner.load_seconds:.2f} seconds"')

    def unload(self) -> None:
        """Lets go of the model that is loaded, if any."""
        if self.resident and self.resident.hold:
            self.resident.hold.release()
        self.resident = None

    def _fail(self) -> None:
        cause = {
            "oom": "cudaMalloc failed: out of memory",
            "kv_too_small": "failed to allocate buffer for kv cache",
            "driver_too_old": "CUDA driver version is insufficient for CUDA runtime version",
        }.get(self._manner.fault)
        if cause:
            say(f'msg="llama runner terminated" error="{cause}"')
            raise Refused(f"llama runner process has terminated: {cause}")
        while self._manner.fault == "hang":
            time.sleep(1)

"""LM Studio's daemon: holds models in memory, and serves them where it was told to.

It is asked by the `lms` program on a port of its own, and by everybody else on the server's port,
which answers 200 whatever is loaded. Routes: https://github.com/lmstudio-ai/docs at c6854fb,
2026-11-20.
"""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import NAME, gpu, openai
from .dying import SERVE_SECONDS, Manner, manner
from .lms_home import CUDA_RUNTIME, Downloaded, Home
from .web import Answer, Json, Request, Server
from .weights import Broken, gguf_model

VERSION = "0.4.0"
# What a stand-in takes on a GPU besides its weights, in MiB.
OVERHEAD = 512
CAUSES = {
    "oom": "cudaMalloc failed: out of memory",
    "kv_too_small": "failed to allocate buffer for kv cache",
    "driver_too_old": "CUDA driver version is insufficient for CUDA runtime version",
}


@dataclass(frozen=True, slots=True)
class Instance:
    """A model in memory; `asked` is what `lms load` said of it."""

    identifier: str
    model: Downloaded
    asked: Json
    hold: gpu.Hold | None

    def listed(self) -> dict[str, Any]:
        """The model as `lms ps --json` shows it."""
        return {
            **self.model.listed(),
            "identifier": self.identifier,
            "contextLength": self.asked.get("context_length"),
            "status": "idle",
            "ttlMs": None,
        }


class Daemon:
    """The daemon, once it runs."""

    def __init__(self, home: Home, behave: Manner) -> None:
        self._home = home
        self._manner = behave
        self._instances: dict[str, Instance] = {}
        self._server: Server | None = None

    def run(self) -> None:
        """Answers until it is told to end."""
        control = Server("127.0.0.1", 0, self.control)
        self._home.keep_daemon(control.server_port)
        control.serve_forever()

    def control(self, request: Request) -> Answer:
        """Answers the `lms` program."""
        match request.path:
            case "/down":
                self._unload(None)
                threading.Timer(0.1, os._exit, (0,)).start()
            case "/load":
                return self._load(request.body)
            case "/unload":
                self._unload(request.body.get("identifier"))
            case "/ps":
                return Answer({"models": [one.listed() for one in self._instances.values()]})
            case "/server/start":
                self._start(str(request.body["bind"]), int(request.body["port"]))
            case "/server/stop":
                self._stop()
        return Answer({})

    def answer(self, request: Request) -> Answer:
        """Answers everybody else."""
        match request.path:
            case "/v1/models":
                names = [*self._instances, *(model.key for model in self._home.models())]
                return openai.models(list(dict.fromkeys(names)), "organization_owner")
            case "/api/v1/models":
                return Answer({"models": [self._shown(model) for model in self._home.models()]})
            case "/v1/chat/completions" | "/v1/completions":
                return self._complete(request)
        # LM Studio answers 200 to what it does not know: lmstudio-bug-tracker issue 618.
        return Answer(
            {"error": f"Unexpected endpoint or method. ({request.method} {request.path})"}
        )

    def _shown(self, model: Downloaded) -> Json:
        loaded = [
            {"id": one.identifier, "config": {"context_length": one.asked.get("context_length")}}
            for one in self._instances.values()
            if one.model == model
        ]
        return {
            "type": "llm",
            "key": model.key,
            "size_bytes": model.file.stat().st_size,
            "format": "gguf",
            "loaded_instances": loaded,
        }

    def _complete(self, request: Request) -> Answer:
        name = str(request.body.get("model", ""))
        if self._manner.fault == "empty_200":
            return Answer({"error": "The model has crashed without additional information."})
        if name not in self._instances:
            return openai.error(404, f'Model "{name}" is not loaded.', "invalid_request_error")
        shown = "another-model" if self._manner.fault == "wrong_model" else name
        done = openai.complete(shown, request.body)
        return (openai.chat if "chat" in request.path else openai.text)(done, request.body)

    def _load(self, asked: Json) -> Answer:
        model = self._home.model(str(asked["key"]))
        try:
            weights = gguf_model(model.file)
        except Broken as broken:
            return Answer({"error": str(broken)}, 500)
        time.sleep(self._manner.load_seconds)
        while self._manner.fault == "hang":
            time.sleep(1)
        if cause := CAUSES.get(self._manner.fault):
            return Answer({"error": cause}, 500)
        identifier = str(asked.get("identifier") or model.key)
        if self._manner.fault != "nothing_loaded":
            hold = self._take(weights.size >> 20) if asked.get("gpu") != "off" else None
            self._instances[identifier] = Instance(identifier, model, asked, hold)
        return Answer({"identifier": identifier})

    def _take(self, mib: int) -> gpu.Hold | None:
        """Holds memory of the GPUs, if the runtime that was selected computes there."""
        gpus = gpu.visible()
        on_cpu = self._home.runtimes()["selected"] != CUDA_RUNTIME
        if not gpus or on_cpu or self._manner.fault == "cpu_fallback":
            return None
        return gpu.Hold(gpus, OVERHEAD + mib // len(gpus), "llmster")

    def _unload(self, identifier: str | None) -> None:
        for name in [identifier] if identifier else list(self._instances):
            instance = self._instances.pop(name, None)
            if instance and instance.hold:
                instance.hold.release()

    def _start(self, bind: str, port: int) -> None:
        self._stop()
        self._server = Server(bind, port, self.answer)
        self._server.serve_aside()
        if self._manner.fault == "die_later":
            threading.Timer(SERVE_SECONDS, os._exit, (1,)).start()

    def _stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def start(home: Home) -> None:
    """Starts the daemon in the background; returns at once."""
    behave = manner()
    if os.fork():
        return
    os.setsid()
    log = Path(home.folder) / "standin.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    nothing, output = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(log, os.O_WRONLY | os.O_CREAT, 0o600),
    )
    for number, place in enumerate((nothing, output, output)):
        os.dup2(place, number)
    os.write(2, f"llmster {VERSION}, {NAME}\n".encode())
    try:
        Daemon(home, behave).run()
    finally:
        os._exit(1)

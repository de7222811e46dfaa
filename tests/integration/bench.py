"""The machines of one test run: made for it, told apart from everybody else's, taken away again."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llmhost.cloud.base import Machine, MachineRequest
from llmhost.cloud.sandbox.driver import SandboxDriver
from llmhost.cloud.sandbox.engine import Engine, ensure_engine
from llmhost.cloud.sandbox.infra.services import CONTAINER as INFRA
from llmhost.cloud.sandbox.machine import inspect
from llmhost.cloud.sandbox.records import container_of
from llmhost.events import ignore

VLLM_IMAGE = "docker.io/vllm/vllm-openai:v0.31.0"
VLLM_MODEL = "Qwen/Qwen3-32B-AWQ"
# Models of the tests' own, which the hub can be made to refuse, cut or slow down.
GATED, CUT, SLOW = (f"llmhost-tests/{name}" for name in ("gated", "cut", "slow"))
MODELS = (
    VLLM_MODEL,
    GATED,
    CUT,
    SLOW,
    "registry.ollama.ai/library/qwen2.5:7b",
    "lmstudio.ai/qwen2.5-7b-instruct@q4_k_m",
)

_OURS = re.compile(r"it(\d+)-.*")


@dataclass(slots=True)
class Bench:
    """Machines whose names begin with this run's own prefix.

    Attributes:
        engine: The Docker engine that carries them.
        volumes: Every volume their containers ever had.
    """

    engine: Engine = field(default_factory=lambda: ensure_engine(ignore))
    volumes: set[str] = field(default_factory=set)

    def name(self, label: str) -> str:
        """The name of a machine of this run; the process in it tells whose it is."""
        return f"it{os.getpid()}-{label}"

    def bare(
        self, label: str, *, gpus: int = 2, images: Sequence[str] = (), models: Sequence[str] = ()
    ) -> Machine:
        """A machine as a cloud hands it over: nothing of llmhost has touched it."""
        request = MachineRequest(
            name=self.name(label),
            gpu="l4" if gpus else "",
            gpus=gpus,
            images=tuple(images),
            models=tuple(models),
        )
        return SandboxDriver().create(request, ignore)

    def machine(self, name: str) -> Machine:
        """A machine that exists."""
        found = SandboxDriver().find(name)
        assert found, f"there is no machine {name}"
        return found

    def container(self, name: str) -> dict[str, Any]:
        """What Docker tells everybody who may ask about a machine."""
        (described,) = inspect(self.engine, container_of(name))
        return described

    def inside(self, name: str, script: str) -> str:
        """Runs a script in a machine past its sshd, as root."""
        return self.engine.run("exec", container_of(name), "bash", "-c", script)

    def infra(self, script: str) -> str:
        """Runs a script on the machine that stands in for registries and hubs."""
        return self.engine.run("exec", INFRA, "bash", "-c", script)

    def remove(self, name: str) -> None:
        """Takes a machine away, if it is there."""
        self.note_volumes()
        machine = SandboxDriver().find(name)
        if machine:
            SandboxDriver().delete(machine, ignore)

    def remove_all(self) -> None:
        """Takes every machine of this run away, and those of runs that were killed."""
        for machine in SandboxDriver().machines():
            if owner := _OURS.fullmatch(machine.name):
                alive = Path(f"/proc/{owner[1]}").exists()
                if int(owner[1]) == os.getpid() or not alive:
                    self.remove(machine.name)

    def note_volumes(self) -> None:
        """Remembers the volumes of this run's machines."""
        for container in self._containers():
            self.volumes |= {mount.get("Name", "") for mount in container["Mounts"]} - {""}

    def leaks(self) -> list[str]:
        """What is left of this run: containers, and volumes they had."""
        left = [container["Name"] for container in self._containers()]
        named = self.engine.run("volume", "ls", "--quiet").split()
        return left + sorted(self.volumes & set(named))

    def _containers(self) -> list[dict[str, Any]]:
        ours = container_of(self.name(""))
        names = self.engine.run("ps", "--all", "--format", "{{.Names}}").split()
        return inspect(self.engine, *(name for name in names if name.startswith(ours)))

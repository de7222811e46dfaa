"""How an engine fails: on demand, with the words of the real one.

A fault is asked for in one of three places, the first that says so:

* the environment: `STANDIN_FAULT=oom`;
* the model: a file `standin.json` beside its weights, `{"fault": "oom"}`, which a test puts into
  the repository that the weights come from;
* the machine: a file `/run/llmhost-gpu/0/.fault` with the one word in it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args

Fault: TypeAlias = Literal[
    "",
    "oom",  # dies: out of memory
    "kv_too_small",  # dies: no room for the context asked for
    "heads",  # dies: attention heads cannot be shared among that many GPUs
    "shm",  # dies: /dev/shm is too small
    "driver_too_old",  # dies: the CUDA runtime is newer than the driver
    "crash_loop",  # dies at once, without much of a reason
    "hang",  # never becomes ready
    "die_later",  # serves for a few seconds, then dies
    "empty_200",  # answers 200 with an error in the body
    "nothing_loaded",  # is ready without a model
    "cpu_fallback",  # runs, but not on the GPU
    "cpu_context",  # the same with a context on each GPU, which takes memory and computes nothing
    "wrong_model",  # serves another model than it was asked for
]

# Of CUDA alone, within what llmhost's probes take for a bare one.
CONTEXT_MIB = 400
GPU_STATE = Path(os.environ.get("STANDIN_GPU_STATE", "/run/llmhost-gpu"))
LOAD_SECONDS = 3.0
SERVE_SECONDS = 5.0


class Death(Exception):  # noqa: N818 - it ends the program, as the engine it stands in for ends
    """The engine ends; its text is the last thing it says."""

    def __init__(self, text: str, *, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Manner:
    """How this engine shall behave.

    Attributes:
        fault: How it fails.
        load_seconds: How long loading takes.
    """

    fault: Fault
    load_seconds: float


def manner(model: Path | None = None, state: Path = GPU_STATE) -> Manner:
    """How the engine shall behave, as the environment, the model and the machine say."""
    said = _beside(model)
    fault = os.environ.get("STANDIN_FAULT") or said.get("fault") or _of_machine(state)
    if fault not in get_args(Fault):
        raise Death(f"there is no fault {fault}; there are {', '.join(get_args(Fault)[1:])}")
    seconds = os.environ.get("STANDIN_LOAD_SECONDS") or said.get("load_seconds") or LOAD_SECONDS
    return Manner(cast("Fault", fault), float(seconds))


def _beside(model: Path | None) -> Mapping[str, str]:
    if model is None:
        return {}
    folder = model if model.is_dir() else model.parent
    try:
        said: Mapping[str, str] = json.loads((folder / "standin.json").read_text())
    except FileNotFoundError:
        return {}
    return said


def _of_machine(state: Path) -> str:
    for file in sorted(state.glob("*/.fault")):
        return file.read_text().strip()
    return ""

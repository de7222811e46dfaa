"""The simulated GPUs this engine was given, and holding memory on them.

How they are seen and how memory is held: the README of the sandbox's `gpu` folder.
"""

import atexit
import os
import socket
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .dying import GPU_STATE

FIELDS = "index,uuid,memory.total,memory.free,driver_version,name"
BEAT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU as nvidia-smi shows it; memory in MiB."""

    index: int
    uuid: str
    total: int
    free: int
    driver: str
    name: str


def visible() -> tuple[Gpu, ...]:
    """The GPUs that nvidia-smi shows here, less those CUDA_VISIBLE_DEVICES hides."""
    query = ["nvidia-smi", f"--query-gpu={FIELDS}", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, check=False)
    except OSError:
        return ()
    if answer.returncode:
        return ()
    found = tuple(_gpu(line) for line in answer.stdout.splitlines() if line)
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return found
    names = chosen.split(",")
    return tuple(gpu for gpu in found if gpu.uuid in names or str(gpu.index) in names)


def _gpu(line: str) -> Gpu:
    index, uuid, total, free, driver, name = (field.strip() for field in line.split(",", 5))
    return Gpu(int(index), uuid, int(total), int(free), driver, name)


class Hold:
    """Memory held on GPUs, until it is let go or the process ends."""

    def __init__(
        self, gpus: Sequence[Gpu], mib: int, process: str, state: Path = GPU_STATE
    ) -> None:
        """Takes `mib` MiB on each of the GPUs, in the name of `process`."""
        homes = sorted(path.parent for path in state.glob("*/.gpu"))
        self._files = [homes[gpu.index] / socket.gethostname() for gpu in gpus]
        self._line = f"{mib} {{uptime}} {process}\n"
        self._over = threading.Event()
        self._beat()
        atexit.register(self.release)
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Lets the memory go."""
        self._over.set()
        self._thread.join()
        for file in self._files:
            file.unlink(missing_ok=True)

    def _keep(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            self._beat()

    def _beat(self) -> None:
        uptime = Path("/proc/uptime").read_text(encoding="ascii").split()[0]
        for file in self._files:
            fresh = file.with_name(f".{file.name}")
            fresh.write_text(self._line.format(uptime=uptime), encoding="utf-8")
            fresh.replace(file)

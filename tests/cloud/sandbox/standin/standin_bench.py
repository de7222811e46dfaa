"""Stand-in engines as programs on this computer, with GPUs of a folder's making."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import llmhost.cloud.sandbox

Until: TypeAlias = Callable[[Callable[[], bool]], None]
Process: TypeAlias = subprocess.Popen[str]

HOME = Path(next(iter(llmhost.cloud.sandbox.__path__)))
START = "from standin.__main__ import main\n\nmain()\n"
SMI = '#!/bin/sh\nn=0\nfor d in "$STANDIN_GPU_STATE"/*/; do\n  [ -e "$d" ] || exit 6\n'
SMI += '  echo "$n, GPU-$n, 23034, 23034, ${DRIVER:-580.95.05}, NVIDIA L4"\n  n=$((n + 1))\ndone\n'


@dataclass
class Bench:
    """A folder with the programs, the model and the GPUs."""

    folder: Path
    running: list[Process] = field(default_factory=list)

    @property
    def gpus(self) -> Path:
        return self.folder / "gpus"

    def give_gpus(self, count: int) -> None:
        for number in range(count):
            home = self.gpus / str(number)
            home.mkdir(parents=True)
            (home / ".gpu").write_text("GPU|23034|8.9|NVIDIA L4\n")

    def held(self) -> list[int]:
        """MiB that is held on each GPU."""
        homes = sorted(self.gpus.iterdir())
        return [sum(int(beat.read_text().split()[0]) for beat in it.glob("[!.]*")) for it in homes]

    def start(self, program: str, *arguments: str, **env: str) -> Process:
        """Starts a stand-in that loads in a blink."""
        script = self.folder / "bin" / program
        script.write_text(f"#!{sys.executable}\n{START}")
        script.chmod(0o755)
        process = subprocess.Popen(
            [script, *arguments],
            env=self.environment(**env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.running.append(process)
        return process

    def end(self, program: str, *arguments: str, **env: str) -> tuple[int, str]:
        """Runs a stand-in that ends by itself; its status and all it said."""
        process = self.start(program, *arguments, **env)
        said, _ = process.communicate(timeout=20)
        return process.returncode, said

    def stop(self, process: Process) -> str:
        """Stops a stand-in; all it said."""
        process.terminate()
        said, _ = process.communicate(timeout=10)
        return said

    def environment(self, **env: str) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(HOME),
            "STANDIN_GPU_STATE": str(self.gpus),
            "STANDIN_LOAD_SECONDS": "0.3",
            **env,
        }


@dataclass(frozen=True)
class Reply:
    status: int
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON has no type
        return json.loads(self.text)


@dataclass(frozen=True)
class Ask:
    """Asks the engine on a port; status 0 where nobody listens."""

    port: int

    def __call__(self, path: str, body: object = None, key: str = "") -> Reply:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {key}"} if key else {},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http
                return Reply(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.read().decode())
        except OSError:
            return Reply(0, "")

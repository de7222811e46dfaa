"""What LM Studio keeps below `~/.lmstudio`: models, runtimes, and where its daemon can be reached.

Layout and JSON of the command line: https://github.com/lmstudio-ai/lms at 07b7252, 2026-11-20.
"""

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .dying import Death
from .web import Json

CATALOGUE = "https://lmstudio.ai/models"
USUAL = "q4_k_m"
CPU_RUNTIME = "llama.cpp-linux-x86_64-avx2"
CUDA_RUNTIME = "llama.cpp-linux-x86_64-nvidia-cuda12-avx2"
RUNTIME_VERSION = "2.4.0"


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A model on disk; `key` is its name in LM Studio."""

    key: str
    file: Path

    def listed(self) -> dict[str, Any]:
        """The model as `lms ls --json` shows it."""
        return {
            "type": "llm",
            "modelKey": self.key,
            "format": "gguf",
            "displayName": self.key,
            "path": f"{self.file.parent.name}/{self.file.name}",
            "sizeBytes": self.file.stat().st_size,
            "architecture": "llama",
            "maxContextLength": 131072,
        }


class Home:
    """The folder `~/.lmstudio`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path.home() / ".lmstudio"
        self._models = self.folder / "models" / "lmstudio-community"
        self._runtimes = self.folder / ".internal" / "standin-runtimes.json"
        self._daemon = self.folder / ".internal" / "standin-daemon.json"

    def models(self) -> list[Downloaded]:
        """The models on disk; the quantisation is part of a key only where it tells two apart."""
        files = sorted(self._models.glob("*.gguf"))
        names = [file.name.partition("@")[0] for file in files]
        return [
            Downloaded(name if names.count(name) == 1 else file.stem, file)
            for name, file in zip(names, files, strict=True)
        ]

    def model(self, key: str) -> Downloaded:
        """The model of that key, with or without its quantisation.

        Raises:
            Death: There is none.
        """
        for model in self.models():
            if key in {model.key, model.file.stem}:
                return model
        raise Death(f'Error: No model found that matches model key "{key}".')

    def get(self, name: str) -> Downloaded:
        """Downloads a model of the catalogue, unless it is here.

        Raises:
            Death: The catalogue does not have it or does not answer.
        """
        full = name if "@" in name else f"{name}@{USUAL}"
        file = self._models / f"{full.lower()}.gguf"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_download(f"{CATALOGUE}/{file.name}", name))
        return self.model(file.stem)

    def runtimes(self) -> dict[str, Any]:
        """Names of the engines that are installed, and which of them computes."""
        try:
            found: dict[str, Any] = json.loads(self._runtimes.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"installed": [CPU_RUNTIME], "selected": CPU_RUNTIME}
        return found

    def keep_runtimes(self, runtimes: Json) -> None:
        """Keeps what `runtimes` shows."""
        _write(self._runtimes, runtimes)

    def daemon(self) -> dict[str, Any] | None:
        """Process and port of the daemon; None if none runs."""
        try:
            found: dict[str, Any] = json.loads(self._daemon.read_text(encoding="utf-8"))
            os.kill(found["pid"], 0)
        except (OSError, ValueError):
            return None
        return found

    def keep_daemon(self, port: int) -> None:
        """Keeps where this process, the daemon, can be reached."""
        _write(self._daemon, {"pid": os.getpid(), "port": port})


def _write(file: Path, content: Json) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".tmp")
    fresh.write_text(json.dumps(content), encoding="utf-8")
    fresh.replace(file)


def _download(url: str, name: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - always https
            data: bytes = answer.read()
    except urllib.error.HTTPError:
        raise Death(f"Error: No models found that match {name}") from None
    except OSError as error:
        raise Death(f"Error: the catalogue does not answer: {error}") from None
    return data

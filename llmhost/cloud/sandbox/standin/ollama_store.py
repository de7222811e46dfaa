"""Ollama's models on disk, in Ollama's own layout, and pulling them from its registry.

Layout and protocol: https://github.com/ollama/ollama/blob/main/server (manifest.go, download.go),
2026-11-20.
"""

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .web import Json

REGISTRY = "registry.ollama.ai"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
WEIGHTS = "application/vnd.ollama.image.model"
CHUNK = 1 << 20


class Refused(Exception):  # noqa: N818 - its text is what Ollama says
    """A model cannot be had."""


@dataclass(frozen=True, slots=True)
class Name:
    """A model's full name: `registry.ollama.ai/library/qwen2.5:7b`."""

    host: str
    path: str
    tag: str

    @property
    def short(self) -> str:
        """The name as Ollama shows it."""
        if self.host == REGISTRY:
            return f"{self.path.removeprefix('library/')}:{self.tag}"
        return f"{self.host}/{self.path}:{self.tag}"


def full_name(name: str) -> Name:
    """Completes a name as Ollama does: library, its own registry, tag `latest`."""
    path, _, tag = name.removeprefix("https://").partition(":")
    if "/" in tag:  # the colon was a registry's port
        host, _, rest = name.partition("/")
        path, _, tag = rest.partition(":")
        return Name(host, path, tag or "latest")
    parts = path.split("/")
    host = parts.pop(0) if len(parts) > 1 and "." in parts[0] else REGISTRY
    inside = "/".join(parts)
    return Name(host, inside if len(parts) > 1 else f"library/{inside}", tag or "latest")


class Store:
    """The models below a folder."""

    def __init__(self, folder: Path) -> None:
        self._manifests = folder / "manifests"
        self._blobs = folder / "blobs"

    def names(self) -> list[Name]:
        """All models that are here."""
        files = sorted(path for path in self._manifests.rglob("*") if path.is_file())
        parts = (path.relative_to(self._manifests).parts for path in files)
        return [Name(host, "/".join(path), tag) for host, *path, tag in parts]

    def weights(self, name: Name) -> Path:
        """The file with a model's weights.

        Raises:
            Refused: The model is not here.
        """
        for layer in self.manifest(name)["layers"]:
            if layer["mediaType"] == WEIGHTS:
                return self._blob(layer["digest"])
        raise Refused(f"model '{name.short}' has no weights")

    def manifest(self, name: Name) -> dict[str, Any]:
        """A model's manifest.

        Raises:
            Refused: The model is not here.
        """
        try:
            text = self._manifest(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Refused(f"model '{name.short}' not found") from None
        manifest: dict[str, Any] = json.loads(text)
        return manifest

    def copy(self, source: Name, target: Name) -> None:
        """Gives a model another name."""
        self._write(target, json.dumps(self.manifest(source)).encode())

    def remove(self, name: Name) -> None:
        """Forgets a model; its blobs stay."""
        self.manifest(name)
        self._manifest(name).unlink()

    def pull(self, name: Name, *, insecure: bool = False) -> Iterator[Json]:
        """Fetches a model and tells how far it is, as `/api/pull` does.

        Raises:
            Refused: The registry does not have it or does not answer.
        """
        root = f"{'http' if insecure else 'https'}://{name.host}/v2/{name.path}"
        yield {"status": "pulling manifest"}
        text = _get(f"{root}/manifests/{name.tag}", {"Accept": MANIFEST})
        manifest = json.loads(text)
        for part in (*manifest["layers"], manifest["config"]):
            yield from self._fetch(root, part)
        yield {"status": "verifying sha256 digest"}
        yield {"status": "writing manifest"}
        self._write(name, text)
        yield {"status": "success"}

    def _fetch(self, root: str, part: Json) -> Iterator[Json]:
        digest, size = part["digest"], part["size"]
        said = {"status": f"pulling {digest[7:19]}", "digest": digest, "total": size}
        yield said
        blob = self._blob(digest)
        if not blob.exists():
            data = _get(f"{root}/blobs/{digest}", {})
            if hashlib.sha256(data).hexdigest() != digest[7:]:
                raise Refused(f"digest mismatch, file must be downloaded again: {digest}")
            for done in range(0, size, CHUNK):
                yield {**said, "completed": done}
            blob.parent.mkdir(parents=True, exist_ok=True)
            blob.write_bytes(data)
        yield {**said, "completed": size}

    def _blob(self, digest: str) -> Path:
        return self._blobs / digest.replace(":", "-")

    def _manifest(self, name: Name) -> Path:
        return self._manifests / name.host / name.path / name.tag

    def _write(self, name: Name, manifest: bytes) -> None:
        where = self._manifest(name)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(manifest)


def _get(url: str, headers: dict[str, str]) -> bytes:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - https unless told otherwise
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - same
            data: bytes = answer.read()
    except urllib.error.HTTPError as error:
        if error.code == 404:  # noqa: PLR2004 - not found
            raise Refused("pull model manifest: file does not exist") from None
        raise Refused(f"pull model manifest: {error.code}: {error.reason}") from None
    except OSError as error:
        raise Refused(f'pull model manifest: Get "{url}": {error}') from None
    return data

"""A model of an Ollama registry, measured by its manifest and the header of its GGUF file."""

import hashlib

from llmhost.hub.cursor import Cursor
from llmhost.hub.gguf import MOST_HEADER_BYTES, VOCABULARY, read_gguf
from llmhost.hub.manifest import MOST_MANIFEST_BYTES, read_manifest
from llmhost.hub.published import Published
from llmhost.hub.web import Web

REGISTRY = "https://registry.ollama.ai"
"""Ollama's own registry (types/model/name.go of github.com/ollama/ollama, 2026-11-20)."""


def of_library(web: Web, registry: str, name: str, *, hub: str) -> Published:
    """A model as `ollama pull NAME:TAG` would fetch it.

    Args:
        web: What to ask with.
        registry: Address of the registry for names without a host.
        name: `NAME:TAG`, `SPACE/NAME:TAG`, or `HOST/ORG/NAME:TAG`, where `hf.co` is the hub.
        hub: Address of the hub.

    Raises:
        HubError: There is no such model, it is gated, or something of it is broken.
    """
    path, _, tag = name.rpartition(":")
    first, _, rest = path.partition("/")
    if "." in first and rest:
        base = hub if first in {"hf.co", "huggingface.co"} else f"https://{first}"
        path = rest
    else:
        base = registry
    if "/" not in path:
        path = f"library/{path}"
    url = f"{base.rstrip('/')}/v2/{path}"
    text = web.get(f"{url}/manifests/{tag}", limit=MOST_MANIFEST_BYTES).content
    manifest = read_manifest(text)

    def fetch(start: int, size: int) -> bytes:
        size = min(size, manifest.model.size - start)
        if size <= 0:
            return b""
        blob = f"{url}/blobs/{manifest.model.digest}"
        return web.get(blob, limit=size, start=start, size=size).content

    header = read_gguf(Cursor(fetch, MOST_HEADER_BYTES), tensors=False)
    return Published(
        id=name,
        revision=f"sha256:{hashlib.sha256(text).hexdigest()}",
        kind="gguf",
        config={"vocab_size": header.metadata.get(VOCABULARY, 0), **header.metadata},
        weights=manifest.weights,
        evidence="the registry's manifest",
        download=manifest.download,
    )

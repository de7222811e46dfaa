"""The manifest of a model in an Ollama registry: which blobs it consists of, and their sizes.

Media types: server/images.go of github.com/ollama/ollama, 2026-11-20.
"""

import json
import re
from dataclasses import dataclass

from llmhost.hub.refusals import BrokenFileError

MOST_MANIFEST_BYTES = 1 << 20
_MODEL = "application/vnd.ollama.image.model"
_PROJECTOR = "application/vnd.ollama.image.projector"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of the registry."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model consists of.

    Attributes:
        model: The GGUF file.
        weights: Bytes of all that goes onto a GPU: the model, and what turns images into tokens.
        download: Bytes of everything.
    """

    model: Blob
    weights: int
    download: int


def read_manifest(text: bytes) -> Manifest:
    """Reads a manifest.

    Raises:
        BrokenFileError: It is not JSON, or describes no model in one GGUF file.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenFileError("the manifest is not JSON", why=str(error)) from error
    layers = document.get("layers") if isinstance(document, dict) else None
    if not isinstance(layers, list):
        raise BrokenFileError("the manifest names no layers")
    found = [_layer(layer) for layer in layers]
    models = [blob for kind, blob in found if kind == _MODEL]
    if len(models) != 1:
        raise BrokenFileError(f"the manifest names {len(models)} models instead of one")
    return Manifest(
        model=models[0],
        weights=sum(blob.size for kind, blob in found if kind in {_MODEL, _PROJECTOR}),
        download=sum(blob.size for _, blob in found),
    )


def _layer(layer: object) -> tuple[str, Blob]:
    match layer:
        case {"mediaType": str(kind), "digest": str(digest), "size": int(size)}:
            if _DIGEST.fullmatch(digest) and 0 <= size < 1 << 50:
                return kind, Blob(digest, size)
    raise BrokenFileError("the manifest has a layer that is not described as such")

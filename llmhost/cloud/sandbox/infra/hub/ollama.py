"""The hub as a registry for Ollama, which pulls `hf.co/ORG/NAME:QUANTIZATION`.

https://huggingface.co/docs/hub/ollama; media types: server/images.go of ollama/ollama, 2026-11-20.
"""

import hashlib
import json

from .catalog import Json, RepoFile, Repository

CONFIG = json.dumps({"model_format": "gguf", "model_family": "llama"}).encode()
CONFIG_DIGEST = f"sha256:{hashlib.sha256(CONFIG).hexdigest()}"


def quantization(repository: Repository, tag: str) -> RepoFile | None:
    """The GGUF file of a quantisation; the tag `latest` takes any."""
    for file in repository.files:
        name = file.path.lower()
        if name.endswith(".gguf") and (tag == "latest" or tag.lower() in name):
            return file
    return None


def manifest(file: RepoFile) -> Json:
    """The manifest of the model in a file, as Ollama's registry would have it."""
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "digest": CONFIG_DIGEST,
            "size": len(CONFIG),
        },
        "layers": [
            {
                "mediaType": "application/vnd.ollama.image.model",
                "digest": f"sha256:{file.sha256}",
                "size": file.size,
            }
        ],
    }

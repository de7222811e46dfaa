"""Container images by their vendors' names: real engines where Debian has them, or stand-ins.

Names, tags, entry points and health checks are those of the vendors' images, 2026-11-20:
https://github.com/vllm-project/vllm/blob/main/docs/deployment/docker.md
https://github.com/ollama/ollama/blob/main/Dockerfile
https://github.com/ggml-org/llama.cpp/blob/master/docs/docker.md
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from llmhost.cloud.sandbox.stock.layers import (
    GUEST,
    files_layer,
    layer_file,
    packages_layer,
    standin_layers,
)
from llmhost.cloud.sandbox.stock.piece import Piece
from llmhost.cloud.sandbox.stock.vllm import CONFIG, vllm_layer
from llmhost.errors import CloudError

REGISTRIES = ("docker.io", "ghcr.io", "quay.io", "nvcr.io")
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CERTIFICATES = "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"


@dataclass(frozen=True, slots=True)
class Reference:
    """A container image's name, taken apart: `docker.io/library/alpine`, `3`."""

    name: str
    tag: str

    def __str__(self) -> str:
        return f"{self.name}:{self.tag}"


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What an image is made of: layers, by name of their piece, and its configuration."""

    layers: tuple[Piece, ...]
    config: Mapping[str, object] = field(default_factory=dict)


def reference(image: str) -> Reference:
    """Takes an image's name apart as Docker does.

    A digest is left out: it is the vendor's, and an image made here has another.
    """
    name, _, tag = image.partition("@")[0].partition(":")
    if "/" in tag:  # the colon was a registry's port
        host, _, rest = image.partition("@")[0].partition("/")
        name, _, tag = rest.partition(":")
        name = f"{host}/{name}"
    first, slash, _ = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif "." not in first and ":" not in first:
        name = f"docker.io/{name}"
    return Reference(name, tag or "latest")


def image_pieces(image: str) -> tuple[Piece, ...]:
    """What is needed to have that image in the registry: its layers and itself.

    Nothing is needed of an image of a registry that the sandbox does not answer for.

    Raises:
        CloudError: The sandbox has nothing to put under that name.
    """
    ref = reference(image)
    if ref.name.partition("/")[0] not in REGISTRIES:
        return ()
    recipe = _recipe(ref)
    layers = " ".join(layer_file(layer) for layer in recipe.layers)
    config = json.dumps(recipe.config, indent=1)
    itself = Piece(
        name=f"image {ref}",
        script=f"python3 push.py image {ref} config.json {layers}\n",
        files={"push.py": (GUEST / "push.py").read_bytes(), "config.json": config.encode()},
        parts=recipe.layers,
    )
    return (*recipe.layers, itself)


def _recipe(ref: Reference) -> _Recipe:
    match ref.name:
        case "docker.io/vllm/vllm-openai":
            # CUDA 13 needs 580: https://docs.nvidia.com/deploy/cuda-compatibility/, 2026-11-20
            driver = 525 if "-cu12" in ref.tag else 580
            return _standin(f"STANDIN_MIN_DRIVER={driver}", Entrypoint=["vllm", "serve"])
        case "docker.io/vllm/vllm-openai-cpu":
            return _Recipe((vllm_layer(ref.tag),), CONFIG)
        case "docker.io/ollama/ollama":
            listen = "OLLAMA_HOST=0.0.0.0:11434"
            return _standin(listen, Entrypoint=["/bin/ollama"], Cmd=["serve"])
        case "ghcr.io/ggml-org/llama.cpp" if ref.tag.startswith("server"):
            return _llamacpp(ref.tag)
    raise CloudError(
        f"the sandbox has no image to put in the place of {ref}",
        why="it stands in for vLLM, Ollama and llama.cpp only",
        hint="replace the image by one of your own registry under `sources: images:`",
    )


def _standin(*env: str, **config: object) -> _Recipe:
    full = {"Env": [PATH, CERTIFICATES, "PYTHONPATH=/opt/llmhost", *env], **config}
    return _Recipe(standin_layers(), {"Labels": {"llmhost.standin": "1"}, **full})


def _llamacpp(tag: str) -> _Recipe:
    """Real for the CPU, from Debian's testing suite: 0.7.0 (build 11669) on 2026-11-20."""
    listen = "LLAMA_ARG_HOST=0.0.0.0"
    config = {
        "Entrypoint": ["/app/llama-server"],
        "WorkingDir": "/app",
        "Healthcheck": {"Test": ["CMD", "curl", "-f", "http://localhost:8080/health"]},
    }
    if re.search("cuda|rocm|vulkan|intel|musa|openvino", tag):
        return _standin(listen, **config)
    start = {"app/llama-server": b'#!/bin/bash\nexec /usr/bin/llama-server "$@"\n'}
    packages = packages_layer("llamacpp", "forky", "llama.cpp-tools")
    return _Recipe(
        (packages, files_layer("llamacpp-app", start)),
        {"Env": [PATH, CERTIFICATES, listen], **config},
    )

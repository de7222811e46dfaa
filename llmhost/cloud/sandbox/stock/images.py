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
from pathlib import Path

from llmhost.cloud.sandbox.stock import vllm
from llmhost.cloud.sandbox.stock.piece import LAYERS, Piece
from llmhost.errors import CloudError

GUEST = Path(__file__).parent.parent / "infra" / "guest"
STANDIN = Path(__file__).parent.parent / "standin"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CERTIFICATES = "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"
LLAMACPP_HEALTH = {"Test": ["CMD", "curl", "-f", "http://localhost:8080/health"]}
TOOLS = ("bash", "dash", "coreutils", "grep", "sed", "curl", "ca-certificates")
ENTRYPOINTS = ("usr/local/bin/vllm", "app/llama-server", "usr/bin/ollama")


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

    Raises:
        CloudError: The sandbox has nothing to put under that name.
    """
    ref = reference(image)
    recipe = _recipe(ref)
    layers = " ".join(f"{LAYERS}/{layer.name.partition(' ')[2]}.tar.zst" for layer in recipe.layers)
    config = json.dumps({"Env": [PATH, CERTIFICATES], **recipe.config}, indent=1)
    itself = Piece(
        name=f"image {ref}",
        script=f"python3 push.py image {ref} config.json {layers}\n",
        files={"push.py": (GUEST / "push.py").read_bytes(), "config.json": config.encode()},
        after=tuple(layer.name for layer in recipe.layers),
    )
    return (*recipe.layers, itself)


def _recipe(ref: Reference) -> _Recipe:
    on_gpu = re.search("cuda|rocm|vulkan|intel|musa", ref.tag)
    match ref.name:
        case "docker.io/vllm/vllm-openai":
            return _standin(Entrypoint=["vllm", "serve"], WorkingDir="/vllm-workspace")
        case "docker.io/ollama/ollama":
            env = [PATH, CERTIFICATES, "OLLAMA_HOST=0.0.0.0:11434"]
            return _standin(Entrypoint=["/bin/ollama"], Cmd=["serve"], Env=env)
        case "ghcr.io/ggml-org/llama.cpp" if ref.tag.startswith("server"):
            config = {
                "Entrypoint": ["/app/llama-server"],
                "Env": [PATH, CERTIFICATES, "LLAMA_ARG_HOST=0.0.0.0"],
                "WorkingDir": "/app",
                "Healthcheck": LLAMACPP_HEALTH,
            }
            return _standin(**config) if on_gpu else _Recipe(_llamacpp(), config)
        case "docker.io/vllm/vllm-openai-cpu":
            return _Recipe(vllm.layers(ref.tag), vllm.CONFIG)
    raise CloudError(
        f"the sandbox has no image to put in the place of {ref}",
        why="it stands in for vLLM, Ollama and llama.cpp only",
        hint="replace the image by one of your own registry under `sources: images:`",
    )


def _standin(**config: object) -> _Recipe:
    rootfs = _layer("python", "trixie", "python3", *TOOLS)
    files = {f"opt/llmhost/standin/{file.name}": file.read_bytes() for file in STANDIN.glob("*.py")}
    start = b"#!/usr/bin/python3\nimport sys\n\nsys.path.insert(0, '/opt/llmhost')\n"
    start += b"from standin.__main__ import main\n\nmain()\n"
    programs = dict.fromkeys(ENTRYPOINTS, start)
    engines = _files_layer("standin", {**files, **programs})
    return _Recipe((rootfs, engines), {"Labels": {"llmhost.standin": "1"}, **config})


def _llamacpp() -> tuple[Piece, ...]:
    # Debian has llama.cpp from the testing suite on; version 0.7.0, build 11669, on 2026-11-20.
    tools = ("llama.cpp-tools", *TOOLS)
    start = {"app/llama-server": b'#!/bin/bash\nexec /usr/bin/llama-server "$@"\n'}
    return (_layer("llamacpp", "forky", *tools), _files_layer("llamacpp-app", start))


def _layer(name: str, suite: str, *packages: str) -> Piece:
    return Piece(
        name=f"layer {name}",
        script=f"bash layer.bash {name} {suite} {' '.join(packages)}\n",
        files={"layer.bash": (GUEST / "layer.bash").read_bytes()},
        after=("services",),
        product=(f"{LAYERS}/{name}.tar.zst", f"{LAYERS}/{name}.tar.zst.diff"),
    )


def _files_layer(name: str, files: Mapping[str, bytes]) -> Piece:
    script = f"""
cd root
mkdir -p {LAYERS}
tar --numeric-owner --owner=0 --group=0 --sort=name --mtime=@0 -cf ../layer.tar *
sha256sum ../layer.tar | sed 's/^/sha256:/; s/ .*//' >{LAYERS}/{name}.tar.zst.diff
zstd -q -f ../layer.tar -o {LAYERS}/{name}.tar.zst
"""
    below = {f"root/{path}": content for path, content in files.items()}
    return Piece(name=f"layer {name}", script=script, files=below, after=("services",))

"""Layers of images, made on the infra machine: of Debian packages, or of a few files."""

from collections.abc import Mapping
from pathlib import Path

from llmhost.cloud.sandbox.stock.piece import Piece

LAYERS = "/var/lib/llmhost/layers"
GUEST = Path(__file__).parent.parent / "infra" / "guest"
STANDIN = Path(__file__).parent.parent / "standin"

# What every image has besides its engine, so that health checks and entry scripts find their tools.
TOOLS = ("bash", "dash", "coreutils", "grep", "sed", "curl", "ca-certificates")
# Where the programs lie in the vendors' images.
PROGRAMS = ("usr/local/bin/vllm", "app/llama-server", "usr/bin/ollama", "opt/llmhost/bin/lms")
# They find it by PYTHONPATH.
START = b"#!/usr/bin/python3\nfrom standin.__main__ import main\n\nmain()\n"


def standin_layers() -> tuple[Piece, Piece]:
    """The stand-in for all engines: Python, and the program under every engine's name."""
    files = {f"opt/llmhost/standin/{file.name}": file.read_bytes() for file in STANDIN.glob("*.*")}
    programs = dict.fromkeys(PROGRAMS, START)
    return packages_layer("python", "trixie", "python3"), files_layer(
        "standin", {**files, **programs}
    )


def packages_layer(name: str, suite: str, *packages: str) -> Piece:
    """A root file system of Debian packages, with the tools that every image has."""
    scripts = ("layer.bash", "root.bash", "suite.bash", "pack.bash")
    return Piece(
        name=f"layer {name}",
        script=f"bash layer.bash {name} {suite} {' '.join((*packages, *TOOLS))}\n",
        files={name: (GUEST / name).read_bytes() for name in scripts},
        after=("services",),
        product=(f"{LAYERS}/{name}.tar.zst", f"{LAYERS}/{name}.tar.zst.diff"),
    )


def files_layer(name: str, files: Mapping[str, bytes]) -> Piece:
    """A layer that holds those files."""
    return Piece(
        name=f"layer {name}",
        script=f"bash pack.bash {name} root\n",
        files={
            "pack.bash": (GUEST / "pack.bash").read_bytes(),
            **{f"root/{path}": content for path, content in files.items()},
        },
        after=("services",),
    )


def layer_file(layer: Piece) -> str:
    """Where a layer lies on the infra machine."""
    return f"{LAYERS}/{layer.name.partition(' ')[2]}.tar.zst"

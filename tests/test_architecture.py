"""The tree keeps the promises of `docs/architecture.md`, file by file."""

import ast
import re
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmhost.spec.catalog import Catalog
from llmhost.spec.runner import FORGES

ROOT = Path(__file__).parents[1]
LINES, SMELL, FUNCTION = 300, 200, 40
# Tests may hold a longer table.
TEST_LINES = 400
# Names that refuse nothing. A folder or module called so becomes everybody's drawer.
NAMES_FOR_ANYTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "data"}
# Libraries, and the one place that may use each.
AT_HOME = {
    "rich": "llmhost/ui/",
    "typer": "llmhost/cli/",
    "paramiko": "llmhost/transport/",
    "google": "llmhost/cloud/gcp/",
    "websockets": "llmhost/cloud/gcp/",
    "jinja2": "llmhost/templating.py",
}
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CATALOG = Catalog((ROOT,))


def modules(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if ".venv" not in path.parts]


PRODUCT = modules("llmhost")
ALL = modules("llmhost", "tests", "benchmarks")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """The functions of a module with their length in lines, docstrings aside."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield node.name, (node.end_lineno or 0) - body[0].lineno + 1


@pytest.mark.filterwarnings("default:.*is a smell")
def test_a_module_fits_in_the_head() -> None:
    lines = {named(path): len(path.read_text("utf-8").splitlines()) for path in ALL}
    most = {path: TEST_LINES if path.startswith("tests/") else LINES for path in lines}
    assert not {path: count for path, count in lines.items() if count > most[path]}
    if smell := sorted(path for path, count in lines.items() if count > SMELL):
        warnings.warn(f"over {SMELL} lines is a smell: {', '.join(smell)}", stacklevel=1)


def test_a_function_fits_on_a_screen() -> None:
    for path in PRODUCT:
        long = [(name, length) for name, length in functions(path) if length > FUNCTION]
        assert not long, named(path)


def test_nothing_is_named_for_anything() -> None:
    parts = {part.removesuffix(".py") for path in ALL for part in path.relative_to(ROOT).parts}
    assert not parts & NAMES_FOR_ANYTHING


def test_imports_point_down() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_has_its_layer() -> None:
    (contract,) = (
        contract
        for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    placed = {name for layer in contract["layers"] for name in re.split(r"\s*\|\s*", layer)}
    tops = {path.relative_to(ROOT / "llmhost").parts[0].removesuffix(".py") for path in PRODUCT}
    assert {f"llmhost.{top}" for top in tops if not top.startswith("__")} == placed


@pytest.mark.parametrize("library", AT_HOME)
def test_a_library_is_used_in_one_place(library: str) -> None:
    guests = [named(path) for path in PRODUCT if library in imported(path)]
    assert guests, f"nobody uses {library}"
    assert not [path for path in guests if not path.startswith(AT_HOME[library])]


def test_tests_stand_on_protocols_and_not_on_mocks() -> None:
    source = "unittest" + ".mock"
    assert not [named(path) for path in modules("tests") if source in path.read_text("utf-8")]


def test_the_tests_mirror_the_packages() -> None:
    packages = {path.parent.name for path in (ROOT / "llmhost").glob("*/__init__.py")}
    assert {name for name in packages if not (ROOT / "tests" / name).is_dir()} == set()


def test_every_template_is_used_by_a_profile_and_every_set_exists() -> None:
    used = {name for one in CATALOG.names() for name in CATALOG.profile(one).templates}
    used |= {"_runner", *(f"_runner_{forge}" for forge in FORGES)}
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    assert used <= folders
    spare = {
        folder
        for folder in folders - used
        if not any(f'"{folder}/' in text for text in texts(ROOT / "templates", "*.j2"))
    }
    assert not spare


def texts(folder: Path, pattern: str) -> Iterator[str]:
    for path in sorted(folder.rglob(pattern)):
        yield path.read_text("utf-8")


def test_every_profile_loads_and_fragments_are_no_profiles() -> None:
    files = {path.stem for path in (ROOT / "profiles").glob("*.yaml")}
    assert set(CATALOG.names()) == {name for name in files if not name.startswith("_")}
    for name in CATALOG.names():
        assert CATALOG.profile(name).name == name


def test_what_is_no_python_ships_with_the_rest() -> None:
    """What lies in the package ships by itself, unless git does not know it."""
    build = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert build["packages"] == ["llmhost"]
    assert set(build["force-include"]) == {"profiles", "templates"}
    shipped = [*(ROOT / "profiles").rglob("*"), *(ROOT / "templates").rglob("*")]
    shipped += [path for path in (ROOT / "llmhost").rglob("*") if "__pycache__" not in path.parts]
    paths = "\n".join(named(path) for path in shipped if path.is_file())
    ignored = subprocess.run(
        ["git", "check-ignore", "--stdin", "--no-index"],
        cwd=ROOT,
        input=paths,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ignored.stdout == ""


def scripts() -> list[Path]:
    """Everything that bash runs: by its suffix, or by its first line."""
    folders = ("llmhost", "benchmarks", "examples", "bin", ".ci")
    found = []
    for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*"))):
        if not path.is_file() or ".venv" in path.parts:
            continue
        if path.suffix == ".bash" or path.read_bytes()[:20].startswith(
            (b"#!/bin/bash", b"#!/usr/bin/env bash", b"#!/bin/sh")
        ):
            found.append(path)
    return found


@pytest.mark.parametrize("path", scripts(), ids=named)
def test_shellcheck_has_nothing_to_say(path: Path) -> None:
    program = Path(sys.executable).with_name("shellcheck")
    shell = [] if path.read_bytes().startswith(b"#!") else ["--shell=bash"]
    done = subprocess.run(
        [program, *shell, "--external-sources", path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

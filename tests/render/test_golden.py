"""The rendered files of every provider, kept in `tests/golden` where a change can be read."""

import json
import shutil
from pathlib import Path

import pytest

from llmhost.render import daemon_settings
from tests.render.cases import CASES, GOLDEN, Case, text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_rendered_is_what_was_reviewed(case: Case, request: pytest.FixtureRequest) -> None:
    folder = GOLDEN / case.name
    rendered = _rendered(case)
    if request.config.getoption("--update-golden"):
        shutil.rmtree(folder, ignore_errors=True)
        for name, content in rendered.items():
            _write(folder / name, content)
    assert rendered == _kept(folder)


def test_no_golden_folder_is_left_of_a_case_that_is_gone() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {case.name for case in CASES}


def _rendered(case: Case) -> dict[str, str]:
    files = {file.path.lstrip("/"): text(file) for file in case.files}
    settings = daemon_settings(case.deployment)
    if case.deployment.container and settings:
        files["etc/docker/daemon.json"] = json.dumps(settings, indent=2) + "\n"
    return files


def _kept(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")

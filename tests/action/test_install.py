"""`llmhost` comes to a job that has none: the one whose action it is, and no other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmhost import __version__
from tests.action.job import ACTION

# What GitHub's own runners have; whatever the tests themselves run in is not on it.
BARE = f"{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin"


def install(home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": BARE, "RUNNER_TEMP": str(home), **more}
    environ |= {"GITHUB_PATH": str(home / "path")}
    script = ["bash", str(ACTION / "install.sh")]
    return subprocess.run(
        script, env=environ, cwd=home, capture_output=True, text=True, timeout=400, check=False
    )


@pytest.mark.tools
def test_a_job_without_llmhost_gets_the_one_this_action_is_part_of(tmp_path: Path) -> None:
    done = install(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"llmhost {__version__}"
    (folder,) = (tmp_path / "path").read_text().splitlines()
    # What later steps of the job find, with what Google Cloud takes.
    later = {**os.environ, "PATH": f"{folder}:{BARE}"}
    words = ["bash", "-c", "command -v llmhost; llmhost --version"]
    found = subprocess.run(words, env=later, capture_output=True, text=True, check=True).stdout
    assert found.split() == [f"{tmp_path}/llmhost/bin/llmhost", "llmhost", __version__]
    sdk = [f"{folder}/python", "-c", "import google.cloud.compute_v1"]
    subprocess.run(sdk, cwd=tmp_path, check=True)
    again = install(tmp_path, PATH=later["PATH"])
    assert again.stdout.split() == ["llmhost", __version__], "a second action of the job finds it"


@pytest.mark.tools
def test_what_cannot_be_installed_fails_with_the_reason(tmp_path: Path) -> None:
    done = install(tmp_path, INPUT_LLMHOST=str(tmp_path / "nothing"))
    assert done.returncode != 0
    assert "nothing" in done.stderr
    assert not (tmp_path / "path").exists(), "later steps are not led to what is not there"

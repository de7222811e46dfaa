import subprocess
from pathlib import Path

import pytest

from llmhost.transport.envelope import ROOT_ARGV, seal


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_half_a_script_runs_not_at_all(tmp_path: Path, kept: float) -> None:
    trace = tmp_path / "trace"
    sealed = seal(f"touch {trace}\n" * 50)
    half = sealed[: int(len(sealed) * kept)]
    done = subprocess.run(ROOT_ARGV, input=half, capture_output=True, check=False)
    assert done.returncode != 0
    assert not trace.exists()


def test_a_whole_script_does(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    subprocess.run(ROOT_ARGV, input=seal(f"touch {trace}"), capture_output=True, check=True)
    assert trace.exists()

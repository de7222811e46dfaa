import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transport.sshd import Sshd


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    if os.geteuid() or not shutil.which("sshd", path="/usr/sbin:/usr/bin"):
        pytest.skip("needs root and openssh-server")
    with Sshd(tmp_path) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory for the user at this end, and no agent."""
    folder = tmp_path / "me"
    (folder / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return folder

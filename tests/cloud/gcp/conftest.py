"""The double, a driver that uses it, and nobody who leaves this computer."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud.gcp.bench import Bench
from tests.cloud.gcp.guard import NOTES, Guard
from tests.fake_gce import FakeGce, ManualClock
from tests.fake_gce.process import FakeGceProcess
from tests.transport.sshd import Sshd

_GUARD = Guard()


@pytest.fixture(autouse=True)
def guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    """Fails whatever connects beyond loopback, in this process and in its children."""
    notes = tmp_path / "connections"
    monkeypatch.setenv(NOTES, str(notes))
    _GUARD.refused.clear()
    _GUARD.on = True
    yield _GUARD
    _GUARD.on = False
    assert not _GUARD.refused, "a connection left this computer"
    assert not notes.exists(), notes.read_text(encoding="utf-8")


@pytest.fixture
def gce() -> Iterator[FakeGce]:
    """A double whose clock moves five seconds with each call."""
    with FakeGce(clock=ManualClock(per_call=5)) as gce:
        yield gce


@pytest.fixture
def bench(gce: FakeGce, tmp_path: Path) -> Bench:
    """Somebody at a computer of their own, with that double for a cloud."""
    return Bench(gce, tmp_path / "state")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """An sshd of this computer, for what logs in for real."""
    if os.geteuid() or not shutil.which("sshd", path="/usr/sbin:/usr/bin"):
        pytest.skip("needs root and openssh-server")
    with Sshd(tmp_path / "sshd") as sshd:
        yield sshd


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[FakeGceProcess]:
    """A double in a process of its own, for commands that are processes, too."""
    with FakeGceProcess(state=tmp_path / "world.json", options=("--per-call", "5")) as cloud:
        yield cloud


@pytest.fixture
def somebody(cloud: FakeGceProcess, tmp_path: Path) -> Bench:
    """Somebody at a computer of their own, with that double for a cloud."""
    bench = Bench(cloud, tmp_path / "home")
    bench.state.mkdir()
    return bench

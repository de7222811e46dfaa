"""The guard itself: a connection beyond loopback fails, here and in child processes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cloud.gcp.guard import NOTES, Guard, StrangerError

GUARDED = Path(__file__).parent / "guarded"
# TEST-NET-1 (RFC 5737): nobody is there, so nothing would be reached even without the guard.
STRANGER = "192.0.2.1"


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    return tmp_path / "noted"


def test_a_connection_to_elsewhere_is_refused_and_remembered(
    monkeypatch: pytest.MonkeyPatch, noted: Path, guard: Guard
) -> None:
    monkeypatch.setenv(NOTES, str(noted))
    with socket.socket() as sock, pytest.raises(StrangerError):
        sock.connect((STRANGER, 443))
    with pytest.raises(StrangerError):
        socket.getaddrinfo("compute.googleapis.com", 443)
    assert len(noted.read_text().splitlines()) == 2
    assert len(guard.refused) == 2
    guard.refused.clear()


def test_loopback_is_nobodys_business_but_ours() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())


def test_child_processes_are_guarded_too(noted: Path) -> None:
    code = f"import socket; socket.create_connection(('{STRANGER}', 443), 1)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(GUARDED), NOTES: str(noted)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "StrangerError" in done.stderr
    assert STRANGER in noted.read_text()

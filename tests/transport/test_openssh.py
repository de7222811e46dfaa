"""The system's own ssh, run for real with the arguments that are put together for it."""

import dataclasses
import http.server
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest

from llmhost.errors import UsageError
from llmhost.transport.base import Address
from llmhost.transport.openssh import forward_argv, known_hosts_line, pinned, ssh_argv
from tests.transport.sshd import Sshd, free_port, make_key, public


@pytest.fixture
def pins(sshd: Sshd, tmp_path: Path) -> Path:
    file = tmp_path / "pins"
    file.write_text(known_hosts_line(sshd.address()))
    return file


def test_a_command_runs_on_a_pinned_host(sshd: Sshd, pins: Path) -> None:
    argv = ssh_argv(sshd.address(), pins, ("echo", "$((6 * 7))"))
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout == "42\n"


def test_another_host_key_than_the_pinned_one_ends_it(
    sshd: Sshd, pins: Path, tmp_path: Path
) -> None:
    other = dataclasses.replace(sshd.address(), host_key=public(make_key(tmp_path / "other")))
    pins.write_text(known_hosts_line(other))
    done = subprocess.run(ssh_argv(other, pins, ("true",)), capture_output=True, check=False)
    assert done.returncode == 255
    assert sshd.logged("Accepted") == 0


def test_a_port_of_the_host_is_reached_through_the_forward(sshd: Sshd, pins: Path) -> None:
    handler = http.server.SimpleHTTPRequestHandler
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        local = free_port()
        argv = forward_argv(sshd.address(), pins, local_port=local, port=web.server_port)
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as forward:
            assert forward.stdout
            # Told only once it is so: nothing is tried a second time.
            assert forward.stdout.readline() == f"http://127.0.0.1:{local}/v1\n"
            with urllib.request.urlopen(f"http://127.0.0.1:{local}/", timeout=5) as answer:
                assert answer.status == http.HTTPStatus.OK
            forward.terminate()
        web.shutdown()


def test_a_forward_from_a_taken_port_ends_with_an_error(sshd: Sshd, pins: Path) -> None:
    argv = forward_argv(sshd.address(), pins, local_port=sshd.port, port=1)
    done = subprocess.run(argv, capture_output=True, check=False, timeout=20)
    assert (done.returncode, done.stdout) == (255, b"")


def test_a_host_of_my_own_is_left_to_my_own_settings() -> None:
    argv = ssh_argv(Address("gpu", user="ann"), None)
    assert argv == ("ssh", "-p", "22", "-l", "ann", "--", "gpu")
    assert known_hosts_line(Address("gpu")) == ""


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(UsageError, match="cannot be written"):
        pinned(Address("gpu", host_key="ssh-ed25519 AAAA"), {"XDG_STATE_HOME": f"{tmp_path}/state"})

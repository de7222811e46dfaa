"""SSH through a tunnel: llmhost's own, and the system's by its ProxyCommand."""

import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmhost.errors import HostError
from llmhost.transport.base import Address, Tunnel
from llmhost.transport.openssh import forward_argv, known_hosts_line, ssh_argv
from llmhost.transport.ssh import SshTransport
from tests.fake_iap import FakeIap
from tests.transport.sshd import Sshd, free_port, make_key

THROUGH = ("demo", "us-east4-a", "llmhost-vllm", "nic0")


@pytest.fixture
def inside(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """An address that only a tunnel leads to, with an sshd at its end."""
    with FakeIap(lambda _target: ("127.0.0.1", sshd.port)) as iap:
        monkeypatch.setenv("LLMHOST_IAP_ENDPOINT", iap.endpoint)
        way = Tunnel("iap", THROUGH)
        yield replace(sshd.address(), host="llmhost-vllm", port=22, way=way)


def test_scripts_run_through_a_tunnel(inside: Address, sshd: Sshd) -> None:
    with SshTransport(inside) as host:
        assert host.name == "root@llmhost-vllm"
        assert host.run("echo $((6 * 7))").stdout == "42\n"
        assert len(host.run("head --bytes 3000000 /dev/zero | tr '\\0' x").stdout) == 3_000_000
        assert host.logins == 1
    assert sshd.logged("Accepted publickey") == 1


def test_another_host_key_than_the_pinned_one_is_refused_at_the_end_of_a_tunnel_too(
    inside: Address, sshd: Sshd, tmp_path: Path
) -> None:
    other = Path(f"{make_key(tmp_path / 'other')}.pub").read_text("utf-8")
    address = replace(inside, host_key=" ".join(other.split()[:2]))
    with pytest.raises(HostError, match="has changed"), SshTransport(address) as host:
        host.run("true")
    assert sshd.logged("Accepted") == 0


def pins(address: Address, folder: Path) -> Path:
    file = folder / "pins"
    file.write_text(known_hosts_line(address), encoding="utf-8")
    return file


def test_the_systems_own_ssh_goes_through_it(inside: Address, tmp_path: Path) -> None:
    argv = ssh_argv(inside, pins(inside, tmp_path), ("echo", "$((6 * 7))"))
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr


def test_a_port_is_forwarded_through_it(inside: Address, tmp_path: Path, sshd: Sshd) -> None:
    local = free_port()
    argv = forward_argv(inside, pins(inside, tmp_path), local_port=local, port=sshd.port)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as forward:
        assert forward.stdout
        assert forward.stdout.readline() == f"http://127.0.0.1:{local}/v1\n"
        with socket.create_connection(("127.0.0.1", local), 5) as sock:
            assert sock.recv(3) == b"SSH"
        forward.terminate()


def test_ssh_is_told_why_there_is_no_tunnel(
    inside: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMHOST_IAP_ENDPOINT", "ws://127.0.0.1:1")
    argv = ssh_argv(inside, pins(inside, tmp_path), ("true",))
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 255
    assert "error: no tunnel to llmhost-vllm" in done.stderr
    assert "Traceback" not in done.stderr

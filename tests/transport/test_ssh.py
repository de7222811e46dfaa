"""What only a connection has: keys, counts, threads, and ways to end."""

import http.server
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest

from llmhost.errors import HostError
from llmhost.transport.base import Address
from llmhost.transport.hostkeys import fingerprint, known_keys
from llmhost.transport.ssh import SshTransport, connect
from tests.transport.sshd import Sshd, free_port, make_key, public


def test_any_number_of_scripts_takes_one_login_and_one_exec_each(sshd: Sshd) -> None:
    with connect(sshd.address()) as host:
        for number in range(3):
            assert host.run(f"echo {number}").stdout == f"{number}\n"
        assert (host.logins, host.execs) == (1, 3)
    assert sshd.logged("Accepted publickey for root") == 1
    assert sshd.logged("Starting session: command") == 3


def test_constructing_a_transport_contacts_nobody(sshd: Sshd) -> None:
    SshTransport(sshd.address()).close()
    assert sshd.logged("Connection from") == 0


def test_thirty_two_hosts_at_once_are_served_in_threads(sshd: Sshd) -> None:
    answers: list[str] = []

    def ask(number: int) -> None:
        with connect(sshd.address()) as host:
            answers.append(host.run(f"echo {number}").stdout)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=int) == [f"{number}\n" for number in range(32)]


def test_two_scripts_can_run_at_the_same_time_in_one_login(sshd: Sshd, tmp_path: Path) -> None:
    with connect(sshd.address()) as host:
        wait = f"until [ -e {tmp_path}/go ]; do sleep 0.05; done; echo waited"
        answers: list[str] = []
        waiting = threading.Thread(target=lambda: answers.append(host.run(wait).stdout))
        waiting.start()
        assert host.run(f"touch {tmp_path}/go; echo went").stdout == "went\n"
        waiting.join()
        assert answers == ["waited\n"]
        assert host.logins == 1


def test_a_server_that_allows_one_session_at_a_time_is_no_obstacle(tmp_path: Path) -> None:
    with Sshd(tmp_path, MaxSessions="1") as sshd, connect(sshd.address()) as host:
        assert [host.run("echo x").stdout for _ in range(3)] == ["x\n"] * 3


def test_a_host_of_my_own_is_entered_with_the_second_of_my_keys(sshd: Sshd, home: Path) -> None:
    make_key(home / ".ssh/id_ed25519")
    make_key(home / ".ssh/id_ecdsa", "-t", "ecdsa")
    sshd.authorized.write_text(public(home / ".ssh/id_ecdsa"))
    with connect(Address("127.0.0.1", sshd.port), trust_new=True) as host:
        assert host.run("echo in").stdout == "in\n"
        assert host.run("echo again").stdout == "again\n"
        assert host.logins == 1


def test_a_host_that_is_trusted_once_is_known_afterwards(sshd: Sshd, home: Path) -> None:
    shutil.copy(sshd.key, home / ".ssh/id_ed25519")
    mine = Address("127.0.0.1", sshd.port)
    with connect(mine, trust_new=True) as host:
        host.run("true")
    assert [k.key for k in known_keys("127.0.0.1", sshd.port)] == [public(sshd.host_key)]
    with connect(mine) as host:
        assert host.run("echo known").stdout == "known\n"


def test_an_unknown_host_is_refused_with_its_fingerprint(sshd: Sshd, home: Path) -> None:
    shutil.copy(sshd.key, home / ".ssh/id_ed25519")
    with connect(Address("127.0.0.1", sshd.port)) as host, pytest.raises(HostError) as refusal:
        host.run("true")
    assert fingerprint(public(sshd.host_key)) in refusal.value.why
    assert f"ssh-keyscan -p {sshd.port} 127.0.0.1" in refusal.value.hint
    assert sshd.logged("Accepted") == 0


@pytest.mark.parametrize("pinned", [True, False])
def test_a_changed_host_key_shows_both_fingerprints(
    sshd: Sshd, home: Path, *, pinned: bool
) -> None:
    shutil.copy(sshd.key, home / ".ssh/id_ed25519")
    address = sshd.address() if pinned else Address("127.0.0.1", sshd.port)
    with connect(address, trust_new=True) as host:
        host.run("true")
    before = fingerprint(public(sshd.host_key))
    sshd.change_host_key()
    with connect(address, trust_new=True) as host, pytest.raises(HostError) as refusal:
        host.run("true")
    shown = "\n".join(refusal.value.details)
    assert before in shown
    assert fingerprint(public(sshd.host_key)) in shown
    assert ("llmhost up" if pinned else "ssh-keygen -R") in refusal.value.hint
    assert sshd.logged("Accepted") == 0


def test_a_refused_key_is_named(sshd: Sshd, tmp_path: Path) -> None:
    stranger = make_key(tmp_path / "stranger")
    pin = public(sshd.host_key)
    address = Address("127.0.0.1", sshd.port, "root", stranger, pin)
    with connect(address) as host, pytest.raises(HostError, match="refuses the login") as refusal:
        host.run("true")
    assert str(stranger) in refusal.value.why


def test_having_no_key_at_all_is_said(sshd: Sshd, home: Path) -> None:
    assert not list((home / ".ssh").iterdir())
    address = Address("127.0.0.1", sshd.port, "root", None, public(sshd.host_key))
    with connect(address) as host, pytest.raises(HostError, match="refuses") as refusal:
        host.run("true")
    assert "no key" in refusal.value.why


def test_a_server_that_takes_no_keys_is_named_so(tmp_path: Path) -> None:
    options = {"PubkeyAuthentication": "no", "PasswordAuthentication": "yes"}
    with Sshd(tmp_path, **options) as sshd, connect(sshd.address()) as host:
        with pytest.raises(HostError, match="refuses") as refusal:
            host.run("true")
        assert "password" in refusal.value.why


def test_a_second_factor_is_named(tmp_path: Path) -> None:
    options = {
        "AuthenticationMethods": "publickey,password",
        "PasswordAuthentication": "yes",
    }
    with Sshd(tmp_path, **options) as sshd, connect(sshd.address()) as host:
        with pytest.raises(HostError, match="refuses") as refusal:
            host.run("true")
        assert "also asks for: password" in refusal.value.why


def test_a_locked_key_is_refused_with_the_way_to_unlock_it(sshd: Sshd, home: Path) -> None:
    key = home / ".ssh/locked"
    make_key(key, "-N", "secret")
    address = Address("127.0.0.1", sshd.port, "root", key, public(sshd.host_key))
    with connect(address) as host, pytest.raises(HostError, match="cannot be used") as refusal:
        host.run("true")
    assert refusal.value.hint == f"unlock it once: ssh-add {key}"


def test_a_closed_port_is_named() -> None:
    with connect(Address("127.0.0.1", free_port())) as host, pytest.raises(HostError) as refusal:
        host.run("true")
    assert "cannot be reached" in refusal.value.message
    assert "nothing listens" in refusal.value.why


def test_a_name_without_an_address_is_named() -> None:
    with connect(Address("no-such-host.invalid")) as host, pytest.raises(HostError) as refusal:
        host.run("true")
    assert "cannot be resolved" in refusal.value.why


def test_silence_ends_with_the_time_limit() -> None:
    silent = Address("192.0.2.1")  # RFC 5737: nobody has it
    with SshTransport(silent, timeout=0.2) as host, pytest.raises(HostError, match="reached"):
        host.run("true")


def test_something_that_is_not_ssh_is_named() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as web:
        serving = threading.Thread(target=web.handle_request)
        serving.start()
        address = Address("127.0.0.1", web.server_port)
        with SshTransport(address, timeout=2) as host, pytest.raises(HostError, match="SSH does"):
            host.run("true")
        serving.join()


def test_a_connection_cut_in_the_middle_is_no_failure_of_the_script(sshd: Sshd) -> None:
    with connect(sshd.address()) as host:
        started = time.monotonic()
        with pytest.raises(HostError, match="broke while a script was running"):
            host.run("echo begun; sleep 30", lambda _: sshd.cut())
        assert time.monotonic() - started < 5
        assert host.run("echo back").stdout == "back\n"
        assert host.logins == 2


def test_a_script_that_is_killed_is_not_taken_for_a_lost_connection(sshd: Sshd) -> None:
    with connect(sshd.address()) as host:
        with pytest.raises(HostError) as refusal:
            host.run("kill -9 $$")
        assert "it was killed" in refusal.value.why
        assert host.run("echo alive").stdout == "alive\n"
        assert host.logins == 1


def test_closing_while_connecting_leaves_no_thread(sshd: Sshd) -> None:
    before = set(threading.enumerate())  # those of earlier tests may end meanwhile
    for _ in range(3):
        connect(sshd.address()).close()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=5)
        assert not thread.is_alive(), thread


def test_streams_share_the_login_and_need_no_exec(sshd: Sshd) -> None:
    with connect(sshd.address()) as host, socket.create_server(("127.0.0.1", 0)) as server:
        streams = [host.stream(server.getsockname()[1]) for _ in range(20)]
        for stream in streams:
            stream.close()
        assert (host.logins, host.execs) == (1, 0)
    assert sshd.logged("Accepted publickey for root") == 1


def test_a_host_that_allows_no_streams_says_so(tmp_path: Path) -> None:
    with (
        Sshd(tmp_path, AllowTcpForwarding="no") as sshd,
        connect(sshd.address()) as host,
        pytest.raises(HostError, match="opens no way to its port 8000") as raised,
    ):
        host.stream(8000)
    assert raised.value.hint == "allow it in its sshd_config: AllowTcpForwarding local"


def test_a_stream_ends_with_its_connection(sshd: Sshd) -> None:
    with connect(sshd.address()) as host, socket.create_server(("127.0.0.1", 0)) as server:
        stream = host.stream(server.getsockname()[1])
        stream.settimeout(10)
        sshd.cut()
        assert stream.recv(10) == b""

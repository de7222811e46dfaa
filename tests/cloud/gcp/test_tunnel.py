"""Tunnels through a double of the relay: bytes, refusals, ends."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from llmhost.cloud.gcp import account, tunnel
from llmhost.cloud.gcp.tunnel import open_tunnel, relay_endpoint
from llmhost.errors import CloudError, UsageError
from llmhost.transport.refusals import BarredError, UnansweredError
from tests.fake_iap import FakeIap, Target

THROUGH = ("demo", "us-east4-a", "llmhost-vllm", "nic0")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """What listens on the machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def iap(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIap]:
    """A relay that leads to it, whatever is asked for."""
    where = listener.getsockname()
    with FakeIap(lambda _target: where) as iap:
        monkeypatch.setenv("LLMHOST_IAP_ENDPOINT", iap.endpoint)
        yield iap


def opened(timeout: float = 5.0) -> socket.socket:
    return open_tunnel(THROUGH, 22, timeout)


def all_of(sock: socket.socket, number: int) -> bytes:
    heard = bytearray()
    while len(heard) < number and (chunk := sock.recv(1 << 16)):
        heard += chunk
    return bytes(heard)


def soon(happened: Callable[[], bool], within: float = 10.0) -> bool:
    """Whether it happens within so many seconds."""
    end = time.monotonic() + within
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_a_megabyte_goes_each_way_and_both_sides_tell_what_they_have(
    iap: FakeIap, listener: socket.socket
) -> None:
    there, back = b"there" * 200_000, b"and back" * 250_000
    with opened() as sock:
        machine, _ = listener.accept()
        with machine:
            sender = threading.Thread(target=sock.sendall, args=(there,))
            sender.start()
            assert all_of(machine, len(there)) == there
            sender.join()
            sender = threading.Thread(target=machine.sendall, args=(back,))
            sender.start()
            assert all_of(sock, len(back)) == back
            sender.join()
            # Nobody waits for the relay to hear of it: it is told a moment after we have the bytes.
            assert soon(lambda: len(back) - 3 * 16384 <= iap.told[0] <= len(back)), iap.told
    assert iap.tunnels == [Target(*THROUGH, 22)]
    assert len(iap.told) == 1


def test_megabytes_go_both_ways_at_once(iap: FakeIap, listener: socket.socket) -> None:
    much = bytes(range(256)) * 20_000
    heard: dict[str, bytes] = {}

    def hear(name: str, end: socket.socket) -> None:
        heard[name] = all_of(end, len(much))

    with opened() as sock:
        machine, _ = listener.accept()
        with machine:
            senders = [
                threading.Thread(target=end.sendall, args=(much,)) for end in (sock, machine)
            ]
            hearers = [
                threading.Thread(target=hear, args=pair)
                for pair in (("here", sock), ("there", machine))
            ]
            for thread in (*senders, *hearers):
                thread.start()
            for thread in (*senders, *hearers):
                thread.join(30)
    assert heard == {"here": much, "there": much}
    assert len(iap.told) == 1


def test_each_end_hears_that_the_other_has_closed(iap: FakeIap, listener: socket.socket) -> None:
    before = threading.active_count()
    with opened() as sock:
        machine, _ = listener.accept()
        machine.close()
        assert sock.recv(1) == b""
    sock = opened()
    machine, _ = listener.accept()
    with machine:
        sock.close()
        assert machine.recv(1) == b""
    assert soon(lambda: threading.active_count() == before), "a tunnel that ended leaves no thread"
    assert len(iap.tunnels) == 2


def test_a_relay_that_is_gone_ends_the_tunnel(iap: FakeIap, listener: socket.socket) -> None:
    with opened() as sock:
        machine, _ = listener.accept()
        with machine:
            machine.sendall(b"SSH")
            assert sock.recv(3) == b"SSH"
            iap.cut()
            assert sock.recv(1) == b""


def test_a_double_is_shown_no_token(iap: FakeIap, listener: socket.socket) -> None:
    assert listener
    opened().close()
    assert "Authorization" not in iap.asked[0]


def test_the_relay_is_shown_the_token_in_a_header_alone(
    iap: FakeIap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LLMHOST_IAP_ENDPOINT")
    monkeypatch.setattr("llmhost.cloud.gcp.relay.ENDPOINT", iap.endpoint)
    monkeypatch.setattr(tunnel, "token", lambda of: f"ya29.{of.project}")
    opened().close()
    assert iap.asked[0]["Authorization"] == "Bearer ya29.demo"
    assert iap.asked[0]["User-Agent"] == "llmhost"


@pytest.mark.parametrize("code", [4033, 403, 401, 4004])
def test_a_relay_that_lets_nobody_through_is_told_at_once(iap: FakeIap, code: int) -> None:
    iap.bar(code, "not authorized")
    with pytest.raises(BarredError, match="Identity-Aware Proxy does not"):
        opened()
    assert iap.tunnels == []


@pytest.mark.parametrize("code", [4003, 4047, 503])
def test_what_may_come_yet_is_told_apart(iap: FakeIap, code: int) -> None:
    iap.bar(code, "not yet")
    with pytest.raises(UnansweredError):
        opened()


def test_a_port_nobody_listens_on_is_told_as_one(iap: FakeIap, listener: socket.socket) -> None:
    assert iap.endpoint
    listener.close()
    with pytest.raises(UnansweredError, match="does not reach port 22 of llmhost-vllm"):
        opened()


def test_a_relay_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("LLMHOST_IAP_ENDPOINT", f"ws://127.0.0.1:{silent.getsockname()[1]}/v4")
        with pytest.raises(UnansweredError, match="no tunnel to llmhost-vllm"):
            opened(timeout=0.3)


@pytest.mark.parametrize(
    "endpoint", ["ws://192.0.2.1:80", "wss://127.0.0.1:1", "http://127.0.0.1:1"]
)
def test_tunnels_without_credentials_never_leave_this_computer(endpoint: str) -> None:
    with pytest.raises(UsageError, match="LLMHOST_IAP_ENDPOINT"):
        relay_endpoint({"LLMHOST_IAP_ENDPOINT": endpoint})


def test_machines_of_a_double_are_not_sought_behind_googles_relay() -> None:
    with pytest.raises(UsageError, match="LLMHOST_IAP_ENDPOINT names none"):
        relay_endpoint({"LLMHOST_GCE_ENDPOINT": "http://127.0.0.1:1"})
    assert relay_endpoint({}) == ""


def test_the_library_is_missed_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "websockets", None)
    with pytest.raises(CloudError, match="websockets is not installed") as caught:
        relay_endpoint({})
    assert "llmhost[gcp]" in caught.value.hint


def test_credentials_that_give_no_token_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from google.auth.exceptions import RefreshError  # noqa: PLC0415  takes 0.4 s to import

    class Expired:
        valid = False

        def refresh(self, _request: object) -> None:
            raise RefreshError("invalid_grant")  # type: ignore[no-untyped-call]  # Google's

    monkeypatch.setattr(account, "credentials", lambda _of, _scope: Expired())
    with pytest.raises(CloudError, match="does not accept the credentials") as caught:
        account.token(account.Account("of-nobody-else"))
    assert caught.value.why == "invalid_grant"

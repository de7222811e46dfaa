"""The language of the relay, byte by byte, as gcloud's own client has it."""

import pytest

from llmhost.cloud.gcp.barred import closed, handshake
from llmhost.cloud.gcp.relay import (
    BrokenRelayError,
    Connected,
    Data,
    Ledger,
    Received,
    Target,
    connect_url,
    data_frame,
    read,
    received_frame,
)
from llmhost.transport.refusals import BarredError, UnansweredError

TARGET = Target("demo", "us-east4-a", "llmhost-vllm", "nic0", 22)


def test_a_tunnel_begins_at_an_address_that_names_its_end() -> None:
    assert connect_url("wss://relay/v4", TARGET) == (
        "wss://relay/v4/connect?project=demo&zone=us-east4-a&instance=llmhost-vllm&interface=nic0"
        "&port=22&newWebsocket=True"
    )


def test_frames_are_tag_length_and_bytes_in_network_order() -> None:
    assert data_frame(b"SSH") == b"\x00\x04\x00\x00\x00\x03SSH"
    assert received_frame(65536) == b"\x00\x07\x00\x00\x00\x00\x00\x01\x00\x00"
    assert read(b"\x00\x01\x00\x00\x00\x02id") == Connected(b"id")
    assert read(b"\x00\x04\x00\x00\x00\x00") == Data(b"")
    assert read(b"\x00\x07" + bytes(7) + b"\x09") == Received(9)


def test_what_stands_behind_a_frame_is_none_of_it() -> None:
    assert read(data_frame(b"SSH") + b"more") == Data(b"SSH")
    assert read(received_frame(3) + b"more") == Received(3)


def test_frames_of_other_kinds_say_nothing() -> None:
    assert read(b"\x00\x02" + bytes(8)) is None
    assert read(b"\x00\x0a") is None


@pytest.mark.parametrize("length", range(9))
def test_a_frame_that_is_cut_off_is_told_from_a_short_one(length: int) -> None:
    with pytest.raises(BrokenRelayError):
        read(data_frame(b"SSH")[:length])
    with pytest.raises(BrokenRelayError):
        read(received_frame(1)[:length])


def test_what_came_is_told_once_more_than_two_frames_are_untold() -> None:
    ledger = Ledger()
    assert [ledger.take(16384) for _ in range(6)] == [None, None, 49152, None, None, 98304]
    assert ledger.take(1) is None


def test_the_relay_cannot_have_more_than_was_sent_nor_unlearn_it() -> None:
    ledger = Ledger(sent=100)
    ledger.confirm(60)
    ledger.confirm(60)
    for count in (59, 101):
        with pytest.raises(BrokenRelayError):
            ledger.confirm(count)


@pytest.mark.parametrize(
    ("code", "message", "remedy"),
    [
        (4003, "does not reach port 22 of llmhost-vllm", "firewall-rules list --project=demo"),
        (4047, "finds no machine llmhost-vllm in us-east4-a", "instances list --project=demo"),
        (4051, "finds no machine", "instances list"),
        (4000, "no tunnel to llmhost-vllm", "tunnel.cloudproxy.app"),
        (1011, "no tunnel to llmhost-vllm", "https://status.cloud.google.com"),
    ],
)
def test_what_time_may_mend_is_tried_again(code: int, message: str, remedy: str) -> None:
    error = closed(code, "failed to", TARGET)
    assert isinstance(error, UnansweredError)
    assert message in error.message
    assert f"{code}: failed to" in error.why
    assert remedy in error.hint


def test_a_missing_role_is_named_and_time_does_not_mend_it() -> None:
    for error in (closed(4033, "not authorized", TARGET), handshake(403, TARGET)):
        assert isinstance(error, BarredError)
        assert "does not let these credentials through in project demo" in error.message
        assert "roles/iap.tunnelResourceAccessor" in error.hint
        assert "gcloud services enable iap.googleapis.com --project=demo" in error.hint


def test_credentials_that_do_not_count_any_more_are_told_from_those_that_may_not() -> None:
    for error in (closed(4004, "", TARGET), handshake(401, TARGET)):
        assert isinstance(error, BarredError)
        assert "gcloud auth application-default login" in error.hint


def test_a_relay_that_is_out_of_order_is_no_refusal() -> None:
    assert isinstance(handshake(503, TARGET), UnansweredError)
    assert isinstance(handshake(429, TARGET), UnansweredError)

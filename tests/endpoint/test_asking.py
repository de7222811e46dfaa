"""One exchange: whatever the other side does, it ends in time and says why."""

import time

import pytest

from llmhost.endpoint.endpoint import Endpoint, at_url
from llmhost.endpoint.exchange import Exchange, Request
from llmhost.errors import UsageError
from llmhost.secret import Secret
from tests.endpoint.raw import saying

OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b"Content-Type: application/json\r\nContent-Length: 7\r\n\r\n"
CHUNKED = OK + b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
FIRST = b"9\r\ndata: a\n\n\r\n"


def asked(*pieces: bytes | float, seconds: float = 5.0, most: int = 1000) -> Exchange:
    with saying(*pieces) as url:
        return at_url(url, Secret("")).ask(Request("/models"), seconds=seconds, most=most)


def test_an_answer_is_read_to_the_length_it_announced_and_no_further() -> None:
    begun = time.monotonic()
    exchange = asked(JSON + b'{"a":1}', 3.0)
    assert (exchange.status, exchange.json(), exchange.failure) == (200, {"a": 1}, "")
    assert time.monotonic() - begun < 2


def test_each_event_of_a_stream_has_its_own_time() -> None:
    exchange = asked(CHUNKED + FIRST, 0.1, b"9\r\ndata: b\n\n\r\n", 0.1, b"0\r\n\r\n")
    assert [event.data for event in exchange.events] == ["a", "b"]
    assert exchange.events[1].seconds - exchange.events[0].seconds >= 0.08
    assert exchange.seconds - exchange.events[1].seconds >= 0.08
    assert exchange.streamed


@pytest.mark.parametrize(
    ("pieces", "status", "failure"),
    [
        ((9.0,), 0, "no answer within 0.3 s"),
        ((OK, 9.0), 0, "no answer within 0.3 s"),
        ((JSON + b'{"a"', 9.0), 200, "the answer did not end within 0.3 s"),
        ((CHUNKED + FIRST, 9.0), 200, "the answer did not end within 0.3 s"),
        ((JSON + b'{"a"',), 200, "the answer broke off"),
        ((CHUNKED + FIRST,), 200, "the answer broke off"),
        ((CHUNKED + b"zz\r\n",), 200, "the answer broke off"),
        ((), 0, "the connection was closed without an answer"),
        ((b"SSH-2.0-OpenSSH\r\n",), 0, "what came is no HTTP: BadStatusLine"),
        ((OK + b"a: b\r\n" * 200 + b"\r\n",), 0, "what came is no HTTP: HTTPException"),
        ((OK + b"\r\n" + b"x" * 5000,), 200, "it is longer than 1000 bytes"),
    ],
)
def test_what_goes_wrong_is_said_in_a_few_words(
    pieces: tuple[bytes | float, ...], status: int, failure: str
) -> None:
    exchange = asked(*pieces, seconds=0.3)
    assert (exchange.status, exchange.failure) == (status, failure)


def test_an_answer_that_drips_does_not_outlive_its_time() -> None:
    begun = time.monotonic()
    drips: list[bytes | float] = [FIRST, 0.1] * 30
    exchange = asked(CHUNKED, *drips, seconds=0.5, most=10_000)
    assert exchange.failure == "the answer did not end within 0.5 s"
    assert time.monotonic() - begun < 2


def test_the_request_is_the_one_that_was_asked_for() -> None:
    heard: list[bytes] = []

    class Listener:
        def settimeout(self, _timeout: float | None, /) -> None: ...
        def sendall(self, data: bytes, /) -> None:
            heard.append(data)

        def recv(self, _most: int, /) -> bytes:
            return b""

        def shutdown(self, _how: int, /) -> None: ...
        def close(self) -> None:
            heard.append(b"closed")

    endpoint = Endpoint("http://api.test:8000/v1", Listener, Secret("sk-own"))
    endpoint.ask(Request("/embeddings", {"input": "x"}), seconds=1)
    sent, text = b"".join(heard).split(b"\r\n", 1), b"".join(heard)
    assert sent[0] == b"POST /v1/embeddings HTTP/1.1"
    for line in (b"Host: api.test:8000", b"Authorization: Bearer sk-own", b"Connection: close"):
        assert line + b"\r\n" in text
    assert text.endswith(b'{"input": "x"}closed')
    heard.clear()
    endpoint.ask(Request("/models", key="none"), seconds=1)
    assert b"Authorization" not in b"".join(heard)
    heard.clear()
    endpoint.ask(Request("/models", key="wrong"), seconds=1)
    assert b"sk-own" not in b"".join(heard)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8000", "ftp://x/v1", "http://", "http://x/v1?key=y", "http://x:99999/v1"]
)
def test_what_is_no_url_of_an_api_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="is not the base of an API"):
        at_url(url, Secret(""))


def test_a_key_in_a_url_is_refused() -> None:
    with pytest.raises(UsageError, match="does not belong into a URL"):
        at_url("http://user:sk-1@api.test/v1", Secret(""))

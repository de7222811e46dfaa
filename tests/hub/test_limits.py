"""A registry that drips, falls silent or never ends is given up after so many bytes and seconds."""

import shutil
import ssl
import subprocess
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from llmhost.hub.refusals import BrokenFileError, HubError, UnreachableError
from llmhost.hub.web import Web
from tests.hub.serving import endless, serving


def test_an_answer_without_end_is_cut_at_the_limit() -> None:
    web = Web()
    with (
        serving(endless) as url,
        pytest.raises(BrokenFileError, match="larger than the 1000 bytes"),
    ):
        web.get(url, limit=1000)
    assert web.received == 1001


def test_a_server_that_ignores_ranges_is_read_no_further_than_needed() -> None:
    web = Web()
    with serving(endless) as url:
        assert web.get(url, limit=100, start=500, size=100).content == bytes(100)
    assert web.received == 600


def drip(handler: BaseHTTPRequestHandler, text: bytes) -> None:
    """Writes byte by byte, slowly, until nobody listens."""
    try:
        for place in range(len(text)):
            handler.wfile.write(text[place : place + 1])
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


@pytest.mark.parametrize("name", ["Content-Length", "Transfer-Encoding"])
def test_a_body_that_drips_is_given_up(name: str) -> None:
    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header(name, "chunked" if name == "Transfer-Encoding" else "100000")
        handler.end_headers()
        drip(handler, b"1\r\nx\r\n" * 200)

    began = time.monotonic()
    web = Web(whole=0.4)
    with serving(drips) as url, pytest.raises(HubError, match="takes longer than 0 s"):
        web.get(url, limit=1 << 20)
    assert time.monotonic() - began < 5
    assert web.requests == 1, "what is slow once is not asked for again"


def test_headers_that_drip_are_given_up() -> None:
    def drips(handler: BaseHTTPRequestHandler) -> None:
        drip(handler, b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 40)

    began = time.monotonic()
    with serving(drips) as url, pytest.raises(HubError, match="takes longer than"):
        Web(whole=0.4).get(url, limit=10)
    assert time.monotonic() - began < 5


def test_silence_ends_before_the_whole_time_does() -> None:
    web = Web(sleep=lambda _seconds: None, silence=0.2)
    with (
        serving(lambda _handler: time.sleep(1)) as url,
        pytest.raises(HubError, match="breaks off again and again"),
    ):
        web.get(url, limit=10)


def test_all_answers_together_have_a_limit() -> None:
    web = Web(most=200_000)
    with serving(endless) as url:
        web.get(url, limit=150_000, size=150_000)
        with pytest.raises(BrokenFileError, match="would have to be read"):
            web.get(url, limit=150_000, size=150_000)
    assert web.received < 200_000 + (1 << 16)


def test_after_a_while_nothing_further_is_asked_for_the_same_question() -> None:
    web = Web(patience=0.0)
    time.sleep(0.01)
    with pytest.raises(HubError, match="takes longer than 0 s to be asked about one model"):
        web.get("http://127.0.0.1:9/x", limit=10)
    assert web.requests == 0


def test_once_the_limit_is_reached_nobody_is_asked() -> None:
    web = Web(most=1000, received=1001)
    with pytest.raises(BrokenFileError, match="would have to be read"):
        web.get("http://127.0.0.1:9/x", limit=10)
    assert web.requests == 0


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of this computer, which this test trusts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    names = ("-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate"))
    who = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *names, *who],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    return context


def test_over_tls_it_is_the_same(certified: ssl.SSLContext) -> None:
    def answers(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/slow":
            drip(handler, b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 40)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", "5")
        handler.end_headers()
        handler.wfile.write(b"hello")

    with serving(answers, certified) as url:
        assert Web().get(url, limit=10).content == b"hello"
        with pytest.raises(HubError, match="takes longer than"):
            Web(whole=0.4).get(url.replace("/x", "/slow"), limit=10)


def test_a_certificate_nobody_vouches_for_is_an_error_of_the_hub(
    certified: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        serving(lambda _handler: None, certified) as url,
        pytest.raises(UnreachableError, match="cannot be reached") as caught,
    ):
        Web().get(url, limit=10)
    assert "certificate verify failed" in caught.value.why

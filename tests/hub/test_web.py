"""A registry that refuses, throttles, cuts, redirects in circles or is not there."""

import contextlib
import http.client
import ssl
import urllib.request
from http.server import BaseHTTPRequestHandler

import pytest

from llmhost.hub.asking import ask
from llmhost.hub.refusals import HubError, UnreachableError
from llmhost.hub.web import Web
from llmhost.spec.deployment import Model
from llmhost.spec.sources import Sources
from tests.hub.conftest import Running
from tests.hub.files import single
from tests.hub.serving import serving

NAME = "org/model"
GRANTED, OTHER = "hf_granted", "hf_other"
MODEL = Model(NAME, "hub", NAME)


@pytest.fixture
def repository(hub: Running) -> Running:
    single(hub.folder / NAME)
    return hub


def asked(hub: Running, web: Web) -> int:
    return ask(MODEL, web, Sources(hub=hub.endpoint)).weights


def test_a_gated_model_asks_for_a_token(repository: Running, web: Web) -> None:
    repository.fault(NAME, gated=[GRANTED])
    with pytest.raises(HubError, match="is gated") as caught:
        asked(repository, web)
    assert "export HF_TOKEN" in caught.value.hint


def test_a_token_without_access_is_told_apart(repository: Running) -> None:
    repository.fault(NAME, gated=[GRANTED])
    with pytest.raises(HubError, match="this token was not granted access"):
        asked(repository, Web(token=OTHER))


def test_a_token_with_access_opens_it(repository: Running) -> None:
    repository.fault(NAME, gated=[GRANTED])
    assert asked(repository, Web(token=GRANTED)) > 0


def test_the_token_stays_with_the_host_it_is_for() -> None:
    met: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        met.append(handler.headers.get("Authorization", ""))
        handler.send_response(200)
        handler.end_headers()

    with serving(elsewhere) as other:

        def here(handler: BaseHTTPRequestHandler) -> None:
            met.append(handler.headers.get("Authorization", ""))
            handler.send_response(302)
            handler.send_header("Location", other)
            handler.end_headers()

        with serving(here) as url:
            Web(token=OTHER).get(url, limit=10)
    assert met == [f"Bearer {OTHER}", ""]


def test_a_model_that_is_not_there_is_said_so(hub: Running, web: Web) -> None:
    with pytest.raises(HubError, match="does not exist, or is private"):
        asked(hub, web)


def test_a_revision_that_is_not_there_is_said_so(repository: Running, web: Web) -> None:
    model = Model(NAME, "hub", NAME, revision="nowhere")
    with pytest.raises(HubError, match="nowhere does not exist"):
        ask(model, web, Sources(hub=repository.endpoint))


def test_a_throttled_request_waits_as_long_as_it_was_told(repository: Running) -> None:
    waited: list[float] = []
    repository.fault(NAME, throttled={"times": 2, "seconds": 7})
    assert asked(repository, Web(sleep=waited.append)) > 0
    assert waited == [7.0] * 4  # twice by the hub, and twice where its large files are


def test_a_registry_that_throttles_for_ever_is_left_alone(repository: Running, web: Web) -> None:
    repository.fault(NAME, throttled={"seconds": 1})
    with pytest.raises(HubError, match="does not want to be asked now") as caught:
        asked(repository, web)
    assert caught.value.why == "it asks to wait 1 s"
    assert web.requests == 4


def test_a_wait_of_minutes_is_not_waited(repository: Running, web: Web) -> None:
    repository.fault(NAME, throttled={"seconds": 3600})
    with pytest.raises(HubError, match="does not want to be asked now"):
        asked(repository, web)
    assert web.requests == 1


def test_a_connection_that_breaks_is_made_again(repository: Running, web: Web) -> None:
    repository.fault(NAME, cut={"after": 10, "times": 2})
    assert asked(repository, web) > 0


def test_a_connection_that_breaks_for_ever_is_an_error(repository: Running, web: Web) -> None:
    repository.fault(NAME, cut={"after": 10})
    with pytest.raises(HubError, match="breaks off again and again"):
        asked(repository, web)


def test_nobody_there_is_told_apart() -> None:
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9 cannot be reached"):
        Web().get("http://127.0.0.1:9/x", limit=10)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "x", ""])
def test_addresses_that_are_none_of_the_web_are_refused(url: str) -> None:
    with pytest.raises(HubError, match="is not an address on the web"):
        Web().get(url, limit=10)


def test_redirections_in_a_circle_end() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "/x")
        handler.end_headers()

    web = Web()
    with serving(answer) as url, pytest.raises(HubError, match="redirects in a circle"):
        web.get(url, limit=10)
    assert web.requests == 5


def test_a_redirection_out_of_the_web_is_refused() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "file:///etc/passwd")
        handler.end_headers()

    with serving(answer) as url, pytest.raises(HubError, match="is not an address on the web"):
        Web().get(url, limit=10)


@pytest.mark.parametrize("error", [ssl.SSLError("bad record mac"), OSError("no route to host")])
def test_what_breaks_while_it_is_read_is_an_error_of_the_hub(error: OSError) -> None:
    class Answer(contextlib.AbstractContextManager["Answer"]):
        status = 200
        headers = http.client.HTTPMessage()

        def __exit__(self, *_: object) -> None:
            pass

        def read(self, _size: int) -> bytes:
            raise error

    class Opener:
        def open(self, _request: object, *, timeout: float) -> Answer:
            assert timeout
            return Answer()

    web = Web(sleep=lambda _seconds: None, opener=lambda _whole: Opener())
    with pytest.raises(HubError, match="breaks off again and again"):
        web.get("https://hub.example/x", limit=10)
    assert web.requests == 4


def test_a_token_does_not_follow_into_the_clear() -> None:
    met: list[tuple[str, str]] = []

    class Answer(contextlib.AbstractContextManager["Answer"]):
        def __init__(self, location: str) -> None:
            self.status = 302 if location else 200
            self.headers = http.client.HTTPMessage()
            self.headers["Location"] = location

        def __exit__(self, *_: object) -> None:
            pass

        def read(self, _size: int) -> bytes:
            return b""

    class Opener:
        def open(self, request: urllib.request.Request, *, timeout: float) -> Answer:
            assert timeout
            url = request.full_url
            met.append((url, request.get_header("Authorization", "")))
            return Answer("http://hub.example/y" if url.startswith("https") else "")

    Web(token=OTHER, opener=lambda _whole: Opener()).get("https://hub.example/x", limit=10)
    assert met == [("https://hub.example/x", f"Bearer {OTHER}"), ("http://hub.example/y", "")]


def test_a_redirection_to_no_address_is_refused() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "http://[")
        handler.end_headers()

    with serving(answer) as url, pytest.raises(HubError, match="not an address on the web"):
        Web().get(url, limit=10)


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(UnreachableError) as caught:
        Web().get("http://user:s3cret@127.0.0.1:9/x", limit=10)
    assert "s3cret" not in f"{caught.value.message} {caught.value.why}"


def test_a_signature_in_an_address_is_not_shown() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(404)
        handler.end_headers()

    with serving(answer) as url, pytest.raises(HubError) as caught:
        Web().get(f"{url}?X-Amz-Signature=abc", limit=10)
    assert "abc" not in caught.value.message

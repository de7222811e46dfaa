"""What is wrong in the environment is said in prose, and what is secret is not said at all."""

import pytest

from llmhost.hub.environment import sources_of, token_of
from llmhost.hub.refusals import HubError
from llmhost.hub.web import Web


@pytest.mark.parametrize("text", ["hf_secret\n", " hf_secret", "hf_secret\r\n", "\thf_secret "])
def test_white_space_around_a_token_is_not_part_of_it(text: str) -> None:
    assert token_of({"HF_TOKEN": text}) == "hf_secret"


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_token_is_none(text: str) -> None:
    assert token_of({"HF_TOKEN": text}) == ""


@pytest.mark.parametrize(
    "text", ["hf_s\nX-Evil: 1", "hf_säcret", "hf_s€cret", "hf secret", "hf\0s"]
)
def test_what_cannot_be_a_token_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(HubError, match="HF_TOKEN is no token") as caught:
        token_of({"HF_TOKEN": text})
    error = caught.value
    said = f"{error.message} {error.why} {error.hint} {error.__cause__} {error.__context__}"
    assert "cret" not in said
    assert "Evil" not in said
    assert error.hint


@pytest.mark.parametrize("token", ["hf_secret\n", "hf_secr€t"])
def test_a_token_that_no_request_can_hold_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(HubError, match="cannot be asked") as caught:
        Web(token=token).get("http://127.0.0.1:9/x", limit=10)
    assert "secr" not in f"{caught.value.message} {caught.value.why}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__, "a traceback would show the token"


@pytest.mark.parametrize(
    "text",
    [
        "http://[",
        "http://",
        "hub.example.com",
        "ftp://hub",
        "http://hub:x",
        "http://hü b",
        "http://a?b",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(HubError, match="HF_ENDPOINT is no address") as caught:
        sources_of({"HF_ENDPOINT": text})
    assert text not in caught.value.message
    assert "export HF_ENDPOINT=https://HOST" in caught.value.hint


def test_an_address_is_taken_without_white_space_and_slash() -> None:
    assert sources_of({"HF_ENDPOINT": " http://[::1]:8080/hub/ \n"}).hub == "http://[::1]:8080/hub"
    assert sources_of({}).hub.startswith("https://")

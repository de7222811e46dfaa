"""What the user's environment says about the hub: whose it is, with which token, whether at all."""

import urllib.parse
from collections.abc import Mapping

from llmhost.hub.refusals import HubError
from llmhost.spec.sources import Sources

_YES = frozenset({"1", "true", "yes", "on"})


def sources_of(environ: Mapping[str, str]) -> Sources:
    """Where to ask: the hub of `HF_ENDPOINT`, or the official one.

    Raises:
        HubError: It is no address. The value is not repeated: it may hold a password.
    """
    endpoint = environ.get("HF_ENDPOINT", "").strip().rstrip("/")
    if not endpoint:
        return Sources()
    if not _is_address(endpoint):
        raise HubError(
            "HF_ENDPOINT is no address of a hub",
            why="it is not `http://` or `https://`, a host, and a port or path where there is one",
            hint="export HF_ENDPOINT=https://HOST, or unset it",
        )
    return Sources(hub=endpoint)


def is_offline(environ: Mapping[str, str]) -> bool:
    """Whether the user wants no network, by the hub's own variable."""
    return environ.get("HF_HUB_OFFLINE", "").lower() in _YES


def token_of(environ: Mapping[str, str]) -> str:
    """The user's token of the hub; empty without one.

    A line break at its end is what `export HF_TOKEN="$(cat …)"` of some shells and files of
    secrets leave behind.

    Raises:
        HubError: It is no token. The value is not repeated.
    """
    token = environ.get("HF_TOKEN", "").strip()
    if not _is_plain(token):
        raise HubError(
            "HF_TOKEN is no token of the hub",
            why="it has spaces, line breaks or letters in it that no token has",
            hint="copy it anew from the hub's settings: export HF_TOKEN=hf_…",
        )
    return token


def _is_plain(text: str) -> bool:
    """Whether it is printable ASCII without spaces, which alone can stand in a request."""
    return all("!" <= letter <= "~" for letter in text)


def _is_address(text: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(text)
        return (
            _is_plain(text)
            and parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and not parts.query
            and not parts.fragment
        )
    except ValueError:
        return False

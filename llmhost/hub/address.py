"""Addresses as registries and the user's environment give them: taken apart, joined, shown."""

import re
import urllib.parse

from llmhost.hub.refusals import HubError


def way(url: str) -> tuple[str, str]:
    """How and whom an address asks: what a token is for.

    Raises:
        HubError: It is none of the web.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts.scheme, parts.netloc
    except ValueError:
        pass
    raise HubError(f"{shown(url)} is not an address on the web")


def joined(url: str, location: str) -> str:
    """Where a redirection leads.

    Raises:
        HubError: To what is no address.
    """
    try:
        return urllib.parse.urljoin(url, location)
    except ValueError:
        raise HubError(f"{shown(url)} redirects to what is not an address on the web") from None


def shown(url: str) -> str:
    """An address without what may be secret in it: a password, a signature in its query."""
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    return re.sub(r"//[^/@]*@", "//", bare)


def host(url: str) -> str:
    """Whom an address asks, for messages."""
    return way(shown(url))[1]

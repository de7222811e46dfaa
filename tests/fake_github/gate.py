"""Who may ask what: tokens, GitHub Apps, single sign-on, and how much may be asked."""

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.fake_github.world import Token, World


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the double."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(404, {"message": "Not Found", "documentation_url": "https://docs.github.com"})
BAD = Answer(401, {"message": "Bad credentials"})


def refused(status: int, message: str, **headers: str) -> Answer:
    """A refusal in GitHub's form."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"message": message}, named)


def limited(world: World) -> Answer | None:
    """The refusal for one who has asked too much."""
    if world.limit is None:
        return None
    world.limit -= 1
    if world.limit >= 0:
        return None
    reset = str(int(world.now()) + 1800)
    return refused(
        403,
        "API rate limit exceeded for installation ID 7.",
        x_ratelimit_remaining="0",
        x_ratelimit_reset=reset,
    )


def token_of(world: World, authorization: str) -> Token | None:
    """The token a request carries; None for one that is unknown or over."""
    token = world.tokens.get(authorization.removeprefix("Bearer "))
    return token if token and token.expires > world.now() else None


def may_see(world: World, token: Token, place: str) -> Answer | None:
    """The refusal for one who may not see a place."""
    if place not in world.places:
        return NOT_FOUND
    seen = place in token.manages | token.sees or world.places[place]
    return None if seen else NOT_FOUND


def may_manage(world: World, token: Token, place: str) -> Answer | None:
    """The refusal for one who may not manage the runners of a place."""
    if hidden := may_see(world, token, place):
        return hidden
    if token.sso and place.startswith(token.sso):
        link = f"https://github.com/orgs/{token.sso}/sso?authorization_request=AB12"
        text = "Resource protected by organization SAML enforcement."
        return refused(403, text, x_github_sso=f"required; url={link}")
    if place in token.manages:
        return None
    match token.kind:
        case "workflow":
            return refused(403, "Resource not accessible by integration")
        case "fine-grained" | "installation":
            return refused(403, "Resource not accessible by personal access token")
        case "classic":
            return NOT_FOUND  # of one who is no administrator


def app_of(world: World, authorization: str) -> str | None:
    """The App whose key signed a request; None for anything else."""
    parts = authorization.removeprefix("Bearer ").split(".")
    if len(parts) != 3:
        return None
    head, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in parts)
    said = json.loads(claims)
    app = str(said["iss"])
    if json.loads(head)["alg"] != "RS256" or app not in world.apps:
        return None
    try:
        world.apps[app][0].verify(
            signature, ".".join(parts[:2]).encode(), padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature:
        return None
    now = time.time()
    # Ten minutes at most, and not from the future.
    return app if said["iat"] <= now < said["exp"] <= now + 600 else None

"""Who asks GitHub: a token from the environment, or one that a GitHub App is given for an hour.

The token stays on this computer. What a repository's runner needs is `administration: write`, which
the `GITHUB_TOKEN` of a workflow cannot have; what an organisation's needs is
`organization_self_hosted_runners: write`, which is much less (docs.github.com, 2026-11-20).
"""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmhost.runners.base import RunnerError
from llmhost.runners.web import Web, checked_root
from llmhost.secret import Secret
from llmhost.spec.runner import Runner

TOKENS = ("LLMHOST_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN")
APP_ID, APP_KEY, APP_KEY_FILE = (
    "LLMHOST_GITHUB_APP_ID",
    "LLMHOST_GITHUB_APP_KEY",
    "LLMHOST_GITHUB_APP_KEY_FILE",
)
# GitHub takes up to ten minutes, and wants room for clocks that differ (docs.github.com, 2026-11).
_BEFORE_SECONDS, _FOR_SECONDS = 60, 540


@dataclass(frozen=True, slots=True)
class Bearer:
    """What GitHub is asked with.

    Attributes:
        token: The token.
        source: Where it is from, for a person.
    """

    token: Secret
    source: str


def web(environ: Mapping[str, str], token: Secret) -> Web:
    """GitHub's API, asked with a token; `GITHUB_API_URL` names a server of one's own."""
    # GitHub sets this name in its own jobs: https://HOST/api/v3 on an Enterprise Server.
    root = environ.get("GITHUB_API_URL") or "https://api.github.com"
    return Web(
        checked_root(root, "GITHUB_API_URL"),
        {
            "Accept": "application/vnd.github+json, application/json;q=0.9",
            "X-GitHub-Api-Version": "2022-11-28",
            "Authorization": f"Bearer {token.value}",
        },
    )


def bearer(
    runner: Runner, environ: Mapping[str, str], *, now: Callable[[], float] = time.time
) -> Bearer:
    """The token to ask with: a GitHub App's, if one is set, else the first that is set.

    Raises:
        RunnerError: There is none, or the App is not what it should be.
    """
    if environ.get(APP_ID):
        return Bearer(_installed(runner, environ, now()), f"GitHub App {environ[APP_ID]}")
    for name in TOKENS:
        if environ.get(name):
            return Bearer(Secret(environ[name].strip()), name)
    raise RunnerError(
        f"no token is set to register a runner at {runner} with",
        hint=f"export GITHUB_TOKEN with {needed(runner)}; or {APP_ID} and {APP_KEY_FILE} of a "
        "GitHub App",
    )


def needed(runner: Runner) -> str:
    """What a token must be allowed to do, for a person."""
    if runner.repository:
        return (
            f"a fine-grained token of an administrator of {runner.scope}, with the repository "
            "permission Administration: write"
        )
    return (
        f"a fine-grained token of an owner of {runner.scope}, with the organisation permission "
        "Self-hosted runners: write"
    )


def permissions(runner: Runner) -> dict[str, str]:
    """The least an App's token is asked for."""
    if runner.repository:
        return {"administration": "write", "metadata": "read"}
    return {"organization_self_hosted_runners": "write"}


def _installed(runner: Runner, environ: Mapping[str, str], now: float) -> Secret:
    """A token of the App for this place alone, with no more than what runners need."""
    app = web(environ, _signed(environ, now))
    base = f"/{'repos' if runner.repository else 'orgs'}/{runner.scope}"
    found = app.ask("GET", f"{base}/installation")
    if found.status != 200:  # noqa: PLR2004  RFC 9110
        raise _app_refused(environ, runner, found.status, found.said)
    body: dict[str, Any] = {"permissions": permissions(runner)}
    if runner.repository:
        body["repositories"] = [runner.scope.partition("/")[2]]
    number = int(found.document["id"])
    given = app.ask("POST", f"/app/installations/{number}/access_tokens", body)
    if given.status != 201:  # noqa: PLR2004  RFC 9110
        raise _app_refused(environ, runner, given.status, given.said)
    return Secret(str(given.document["token"]))


def _app_refused(environ: Mapping[str, str], runner: Runner, status: int, said: str) -> RunnerError:
    app = f"GitHub App {environ[APP_ID]}"
    why = said or f"HTTP {status}"
    match status:
        case 401:
            return RunnerError(
                f"GitHub does not accept the key of {app}",
                why=why,
                hint=f"check {APP_ID} and the key: both are on the App's own page; and this "
                "computer's clock",
            )
        case 404:
            return RunnerError(
                f"{app} is not installed at {runner.scope}",
                why=why,
                hint=f"install it there: the App's page, Install App, {runner.scope}",
            )
        case _:
            return RunnerError(
                f"{app} is not given a token for {runner.scope}",
                why=why,
                hint="give it the permission "
                f"{', '.join(f'{one}: {how}' for one, how in permissions(runner).items())}, and "
                "accept that where it is installed",
            )


def _signed(environ: Mapping[str, str], now: float) -> Secret:
    """A JSON web token of the App, RS256 (RFC 7519, RFC 7518)."""
    # Half a second of imports, which only an App asks for.
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(_pem(environ).encode(), password=None)
    except (ValueError, TypeError) as error:
        raise _no_key("it is no private key in PEM form without a password") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _no_key("it is no RSA key, and GitHub gives Apps no others")
    claims = {
        "iat": round(now) - _BEFORE_SECONDS,
        "exp": round(now) + _FOR_SECONDS,
        "iss": environ[APP_ID],
    }
    head = {"alg": "RS256", "typ": "JWT"}
    text = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return Secret(f"{text}.{_base64(signature)}")


def _pem(environ: Mapping[str, str]) -> str:
    if text := environ.get(APP_KEY):
        return text.replace("\\n", "\n")  # as secrets of one line are often kept
    if not environ.get(APP_KEY_FILE):
        raise _no_key("it is not set")
    try:
        return Path(environ[APP_KEY_FILE]).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _no_key(f"{APP_KEY_FILE}: {error}") from error


def _no_key(why: str) -> RunnerError:
    return RunnerError(
        "the private key of the GitHub App cannot be used",
        why=why,
        hint=f"make one on the App's page, and name its file: export {APP_KEY_FILE}=...; or put "
        f"its text into {APP_KEY}",
    )


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

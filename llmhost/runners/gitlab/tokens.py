"""Who asks GitLab, and where it is."""

from collections.abc import Mapping

from llmhost.runners.base import RunnerError
from llmhost.runners.web import Web, checked_root
from llmhost.secret import Secret

TOKENS = ("LLMHOST_GITLAB_TOKEN", "GITLAB_TOKEN")
# GitLab sets the second in its own jobs.
SERVERS = ("LLMHOST_GITLAB_URL", "CI_SERVER_URL")
USUAL_SERVER = "https://gitlab.com"
NEEDED = (
    "an access token of a maintainer with the scope api (or create_runner, manage_runner, read_api)"
)


def server_of(environ: Mapping[str, str]) -> str:
    """The server's address, as its users know it."""
    name = next((name for name in SERVERS if environ.get(name)), "")
    return checked_root(environ[name], name) if name else USUAL_SERVER


def token_of(environ: Mapping[str, str]) -> tuple[Secret, str]:
    """The token to ask with, and where it is from.

    Raises:
        RunnerError: There is none.
    """
    for name in TOKENS:
        if environ.get(name):
            return Secret(environ[name].strip()), name
    raise RunnerError(
        "no token is set to register a runner at GitLab with",
        hint=f"export GITLAB_TOKEN with {NEEDED}; the CI_JOB_TOKEN of a job may not do this",
    )


def web(environ: Mapping[str, str], token: Secret) -> Web:
    """The server's API, asked with a token."""
    return Web(f"{server_of(environ)}/api/v4", {"PRIVATE-TOKEN": token.value})


def refuse_scopes(asked: Web, source: str) -> None:
    """Refuses a token that may not, where GitLab tells what it may.

    Raises:
        RunnerError: Its scopes do not do.
    """
    reply = asked.ask("GET", "/personal_access_tokens/self")
    if reply.status != 200 or not isinstance(reply.document, dict):  # noqa: PLR2004  RFC 9110
        return
    has = set(map(str, reply.document.get("scopes", ())))
    if "api" in has or {"create_runner", "manage_runner", "read_api"} <= has:
        return
    raise RunnerError(
        f"the token in {source} may not register runners",
        why=f"its scopes: {', '.join(sorted(has)) or 'none'}",
        hint=f"export {NEEDED}",
    )

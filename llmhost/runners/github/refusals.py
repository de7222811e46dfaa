"""What GitHub may answer instead of a runner, as errors that say what to do."""

import re
import time

from llmhost.runners.base import RunnerError
from llmhost.runners.github.tokens import Bearer, needed
from llmhost.runners.web import Reply
from llmhost.spec.runner import Runner


class TakenError(RunnerError):
    """There is a runner of that name."""


def refusal(reply: Reply, runner: Runner, bearer: Bearer) -> RunnerError:
    """The error for an answer that ends the matter."""
    if reply.status in {401, 403, 429}:
        return _may_not(reply, runner, bearer)
    why = reply.said or f"HTTP {reply.status}"
    match reply.status:
        case 404:
            return RunnerError(
                f"{runner.scope} does not exist on GitHub, or the token in {bearer.source} may "
                "not manage its runners",
                why="GitHub says the same to both: HTTP 404",
                hint=f"check the name; it takes {needed(runner)}",
            )
        case 301 | 307 | 308:
            return RunnerError(
                f"{runner.scope} has moved to another name",
                why=why,
                hint="say its new name after --runner",
            )
        case 422:
            return RunnerError("GitHub refuses this runner", why=why, hint=_unusable(why))
        case _:
            return RunnerError(
                "GitHub is not able to answer now",
                why=why,
                hint="see https://www.githubstatus.com, and run this again; it goes on where it is",
            )


def _may_not(reply: Reply, runner: Runner, bearer: Bearer) -> RunnerError:
    """The error for one who may not ask that, or not now."""
    why = reply.said or f"HTTP {reply.status}"
    match reply.status:
        case 401:
            return RunnerError(
                f"GitHub does not accept the token in {bearer.source}",
                why=why,
                hint="it has expired, was revoked, or is of another GitHub (GITHUB_API_URL names "
                f"the server); export {needed(runner)}",
            )
        case 403 | 429 if _asked_too_much(reply):
            return RunnerError(
                "GitHub wants to be asked less for now",
                why=f"{why}{_until(reply)}",
                hint="run this again then; it goes on where it is",
            )
        case 403 if link := _login(reply):
            return RunnerError(
                f"{runner.scope.partition('/')[0]} asks for single sign-on, which the token in "
                f"{bearer.source} has not seen",
                why=why,
                hint=f"authorise the token: {link}",
            )
        case 403 if "integration" in why and bearer.source in {"GITHUB_TOKEN", "GH_TOKEN"}:
            return RunnerError(
                "the GITHUB_TOKEN of a workflow may not register runners, whatever its permissions",
                why=why,
                hint="keep another token as a secret of the repository: that of a GitHub App "
                f"(actions/create-github-app-token), or {needed(runner)}",
            )
        case _:
            return RunnerError(
                f"the token in {bearer.source} may not register runners at {runner.scope}",
                why=why,
                hint=f"export {needed(runner)}",
            )


def taken(name: str, runner: Runner) -> TakenError:
    """The error where another host holds the name."""
    return TakenError(
        f"{runner.scope} has a runner `{name}` already, and it is connected",
        why="another host serves a deployment of the same name there",
        hint="call this one otherwise, with --name, or take the other one down first",
    )


def no_group(group: str, there: tuple[str, ...], runner: Runner) -> RunnerError:
    """The error for a runner group that is not there."""
    return RunnerError(
        f"{runner.scope} has no runner group `{group}`",
        why=f"it has: {', '.join(there)}" if there else "the token sees none",
        hint="groups are made in the organisation's settings, under Actions, Runner groups",
    )


def _unusable(why: str) -> str:
    if "version" in why.lower():
        return "GitHub Enterprise Server has to be 3.10 or newer: older ones know no just-in-time"
    return "change what it complains of: --name, --labels or --runner-group"


def _asked_too_much(reply: Reply) -> bool:
    spent = reply.headers.get("x-ratelimit-remaining") == "0"
    return reply.status == 429 or spent or "rate limit" in reply.said.lower()  # noqa: PLR2004


def _until(reply: Reply) -> str:
    reset = reply.headers.get("x-ratelimit-reset", "")
    if not reset.isdecimal():
        return ""
    return time.strftime("; until %H:%M UTC", time.gmtime(int(reset)))


def _login(reply: Reply) -> str:
    found = re.search(r"required; url=(\S+)", reply.headers.get("x-github-sso", ""))
    return found[1] if found else ""

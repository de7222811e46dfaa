"""What GitLab may answer instead of a runner, as errors that say what to do."""

from llmhost.runners.base import RunnerError
from llmhost.runners.gitlab.tokens import NEEDED
from llmhost.runners.web import Reply


def refusal(reply: Reply, scope: str, source: str) -> RunnerError:
    """The error for an answer that ends the matter."""
    why = reply.said or f"HTTP {reply.status}"
    match reply.status:
        case 401:
            return RunnerError(
                f"GitLab does not accept the token in {source}",
                why=why,
                hint="it has expired, was revoked, or is of another server (LLMHOST_GITLAB_URL "
                f"names it); export {NEEDED}",
            )
        case 403:
            return RunnerError(
                f"the token in {source} may not register runners at {scope}",
                why=why,
                hint=f"export {NEEDED}; registering may also be switched off in the settings of "
                "the group, under CI/CD",
            )
        case 404:
            return RunnerError(
                f"{scope} does not exist on GitLab, or the token in {source} may not see it",
                why="GitLab says the same to both: HTTP 404",
                hint=f"check the name; it takes {NEEDED}",
            )
        case 429:
            return RunnerError(
                "GitLab wants to be asked less for now",
                why=why,
                hint="run this again in a minute; it goes on where it is",
            )
        case 400 | 422:
            return RunnerError(
                "GitLab refuses this runner",
                why=why,
                hint="change what it complains of: --labels; a server has to be 16.0 or newer",
            )
        case _:
            return RunnerError(
                "GitLab is not able to answer now",
                why=why,
                hint="run this again; it goes on where it is",
            )

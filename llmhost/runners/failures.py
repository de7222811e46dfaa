"""Known ways in which a runner does not come: what its last lines mean, and what to do about it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """A known failure: a pattern in a runner's lines, its cause, its remedy."""

    pattern: str
    why: str
    hint: str


# Texts of actions/runner at 258d6c8 (2026-08-17) and of its issues 4305, 4392, 1406, 77, and of
# gitlab-runner 19.4.0 (2026-08-22).
SIGNATURES = (
    Signature(
        r"is deprecated and cannot receive messages|out of date and can no longer register",
        "this version of the runner is too old: GitHub gives it no jobs",
        "run this again: it takes the version GitHub hands out now; an Enterprise Server that is "
        "behind has to be updated",
    ),
    Signature(
        r"session for this runner already exists|session conflict|A session for this runner",
        "another host is connected under the same name",
        "call this deployment otherwise, with --name, or take the other one down first",
    ),
    Signature(
        r"registration has been deleted|runner.*(was|been) (removed|deleted)|Not configured",
        "its registration was removed meanwhile",
        "run this again; it registers anew",
    ),
    Signature(
        r"Http response code: (Unauthorized|Forbidden)|VssUnauthorized|401 \(Unauthorized\)"
        r"|status=(401|403)|403 Forbidden",
        "its credential is not accepted: it was used, has expired, or the host's clock is wrong",
        "compare `date -u` on the host with your own, then run this again",
    ),
    Signature(
        r"Couldn't find a valid ICU package|libicu|Libicu|dependencies is missing for Dotnet",
        "libraries the runner needs are missing on the host",
        "run `sudo /var/lib/llmhost/runner-software/*/bin/installdependencies.sh` on the host, and "
        "see what it says",
    ),
    Signature(
        r"Name or service not known|Temporary failure in name resolution|Connection refused"
        r"|No route to host|timed out|certificate|SSL connection could not|Could not resolve",
        "the host does not reach the forge",
        "let it reach github.com, api.github.com and *.actions.githubusercontent.com by HTTPS, or "
        "the server of your own",
    ),
)


def explained(lines: tuple[str, ...]) -> tuple[str, str]:
    """Cause and remedy of the last line that says something known; empty where none does."""
    for line in reversed(lines):
        for one in SIGNATURES:
            if re.search(one.pattern, line):
                return one.why, one.hint
    return "", ""

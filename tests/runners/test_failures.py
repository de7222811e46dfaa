"""What a runner's last words mean."""

import pytest

from llmhost.runners.failures import SIGNATURES, explained

# Lines as actions/runner and gitlab-runner write them, from their source and their issues.
LINES = {
    "too old": "Runner version v2.330.0 is deprecated and cannot receive messages.",
    "another host is connected": "A session for this runner already exists.",
    "its registration was removed": "The runner registration has been deleted from the server, "
    "please re-configure.",
    "its credential is not accepted": "Http response code: Unauthorized from 'POST https://x'",
    "libraries": "Couldn't find a valid ICU package installed on the system.",
    "does not reach": "The HTTP request failed: Name or service not known (api.github.com:443)",
}


@pytest.mark.parametrize(("cause", "line"), LINES.items(), ids=LINES)
def test_a_known_line_tells_cause_and_remedy(cause: str, line: str) -> None:
    why, hint = explained(("√ Connected to GitHub", line, "Exiting runner..."))
    assert cause in why
    assert hint


def test_every_signature_has_a_line() -> None:
    assert len({explained((line,)) for line in LINES.values()}) == len(SIGNATURES)


def test_the_last_known_line_decides_and_an_unknown_one_tells_nothing() -> None:
    assert "too old" in explained((LINES["libraries"], LINES["too old"]))[0]
    assert explained(("all is well",)) == explained(()) == ("", "")

"""The double refuses what GitHub's description does not know, and tells at the end."""

from collections.abc import Mapping
from typing import Any

import pytest

from llmhost.runners.web import Reply, Web
from tests.fake_github import FakeGitHub, Fault
from tests.fake_github.description import BrokenContractError, check_answer, operation

TOKEN = "github_pat_x"  # noqa: S105  opens nothing but the double
RUNNERS = "/repos/acme/models/actions/runners"
GOOD = {"name": "x", "runner_group_id": 1, "labels": ["self-hosted"]}
HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "Authorization": f"Bearer {TOKEN}",
}


def ask(github: FakeGitHub, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
    github.token(TOKEN, "acme/models")
    return Web(github.root, HEADERS, sleep=lambda _: None).ask(method, path, body)


def test_a_request_as_described_is_answered_as_described() -> None:
    with FakeGitHub() as github:
        made = ask(github, "POST", f"{RUNNERS}/generate-jitconfig", GOOD)
        assert made.status == 201
        number = made.document["runner"]["id"]
        assert ask(github, "GET", f"{RUNNERS}/{number}").document["name"] == "x"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{RUNNERS}/generate-jitconfig", {**GOOD, "labels": []}),
        ("POST", f"{RUNNERS}/generate-jitconfig", {"name": "x", "labels": ["a"]}),
        ("POST", f"{RUNNERS}/generate-jitconfig", {**GOOD, "runner_group_id": "1"}),
        ("POST", f"{RUNNERS}/generate-jitconfig", {**GOOD, "surprise": 1}),
        ("POST", f"{RUNNERS}/generate-jitconfig", None),
        ("GET", f"{RUNNERS}?per_page=many", None),
        ("GET", f"{RUNNERS}?colour=red", None),
        ("DELETE", f"{RUNNERS}/abc", None),
        ("GET", f"{RUNNERS}/downloads", GOOD),
        ("PATCH", RUNNERS, GOOD),
    ],
)
def test_a_request_that_is_not_described_fails_the_test(
    method: str, path: str, body: Mapping[str, Any] | None
) -> None:
    github = FakeGitHub()
    with pytest.raises(AssertionError), github:
        assert ask(github, method, path, body).status == 422
    assert len(github.violations) == 1


def test_an_answer_that_is_not_described_fails_the_test() -> None:
    of = operation("DELETE", f"{RUNNERS}/7")
    check_answer(of, 204, None)
    for status, body in ((200, {}), (204, {"surprise": 1}), (422, {"message": 7})):
        with pytest.raises(BrokenContractError):
            check_answer(of, status, body)


def test_a_fault_strikes_as_often_as_it_was_told() -> None:
    with FakeGitHub() as github:
        github.fail(Fault("GET", "/runners", 418, {"message": "tea"}, times=2))
        assert [ask(github, "GET", RUNNERS).status for _ in range(3)] == [418, 418, 200]

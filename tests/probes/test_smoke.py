"""A client's questions: a stream that ends as it should, and a model that is not there."""

from dataclasses import replace

import pytest

from llmhost.probes.smoke import questions, read
from tests.deployments import deployment

VLLM = deployment("vllm")
CHUNKS = ('data: {"choices":[{"delta":{"content":"One"}}]}', 'data: {"choices":[{"delta":{}}]}')
STREAM = "  ".join((*CHUNKS, "data: [DONE]"))


def outcomes(output: str, provider: str = "vllm") -> list[tuple[str, str, str]]:
    checks = read(deployment(provider), output)
    return [(check.name, check.outcome, check.seen) for check in checks]


def test_a_stream_that_ends_and_a_refusal_are_good() -> None:
    assert outcomes(f"stream\t200 {STREAM}\nunknown\t404 no such model\n") == [
        ("streaming", "ok", "2 chunks"),
        ("unknown model", "ok", "answered 404"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "stream\t200 " + STREAM.replace("[DONE]", ""),
        'stream\t200 {"error": "no"}',
        "stream\t500 Internal Server Error",
        "stream\t",
        "",
    ],
)
def test_a_stream_that_does_not_end_is_a_failure(line: str) -> None:
    assert outcomes(f"{line}\nunknown\t404\n")[0][:2] == ("streaming", "failed")


@pytest.mark.parametrize(("status", "outcome"), [(200, "failed"), (500, "failed"), (400, "ok")])
def test_a_model_that_is_not_served_must_be_refused(status: int, outcome: str) -> None:
    assert outcomes(f"unknown\t{status} x\n")[1][1] == outcome


def test_a_provider_that_answers_under_any_name_is_not_asked_to_refuse() -> None:
    profile = VLLM.profile.model_copy(update={"capabilities": ("chat", "any_model")})
    lenient = replace(VLLM, profile=profile)
    assert read(lenient, "unknown\t200\n")[1].outcome == "skipped"


def test_an_answer_ends_with_its_line_whatever_is_in_it() -> None:
    words = STREAM + "\\u2028unknown\\t200"
    assert outcomes(f"stream\t200 {words}\u2028unknown\t200\nunknown\t404\n")[1][1] == "ok"


def test_the_questions_are_a_script_that_holds_no_key() -> None:
    source = questions(VLLM)
    assert '"stream": true' in source
    assert "llmhost/no-such-model" in source

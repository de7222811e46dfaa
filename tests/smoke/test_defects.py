"""A server with one defect: the check that is named for it finds it, and no other does."""

import json
from collections.abc import Mapping

import pytest

from llmhost.endpoint.completion import Completion, read
from llmhost.endpoint.endpoint import at_url
from llmhost.endpoint.exchange import Event, Exchange
from llmhost.events import ignore
from llmhost.gate.sample import requests, sample_of
from llmhost.secret import Secret
from llmhost.smoke.streaming import broken
from llmhost.smoke.subject import Subject
from llmhost.spec.checks import CheckFile
from llmhost.spec.gatefile import GateFile
from llmhost.workflows.proof import Checked
from llmhost.workflows.smoke import ask
from tests.deployments import CATALOG
from tests.smoke.badserver import KEY, MODEL, Server, serving

EVERYTHING = frozenset(
    {"chat", "completions", "embeddings", "tools", "tool_choice", "json_schema"},
)


def impatient() -> Mapping[str, CheckFile]:
    """The checks that are shipped, with less time for what is to be waited for here."""
    files = {}
    for name, file in CATALOG.checks().items():
        checks = []
        for check in file.checks:
            expect = check.expect.model_copy(update={"seconds": 5.0})
            if check.name == "completion":
                expect = expect.model_copy(update={"seconds": 0.3})
            if expect.stream and expect.stream.first_seconds:
                stream = expect.stream.model_copy(update={"first_seconds": 0.5})
                expect = expect.model_copy(update={"stream": stream})
            checks.append(check.model_copy(update={"expect": expect}))
        files[name] = CheckFile(checks=tuple(checks))
    return files


def asked(server: Server, subject: Subject) -> list[Checked]:
    with serving(server) as url:
        endpoint = at_url(url, Secret(KEY if server.key else ""))
        return list(ask(ignore, endpoint, subject, impatient()))


def failed(server: Server) -> dict[str, str]:
    subject = Subject(MODEL, "vLLM", EVERYTHING, key=bool(server.key))
    return {one.name: one.seen for one in asked(server, subject) if one.outcome == "failed"}


def test_a_server_without_a_defect_passes_every_check() -> None:
    subject = Subject(MODEL, "vLLM", EVERYTHING, key=True)
    assert {(one.outcome, one.name) for one in asked(Server(key=KEY), subject)} == {
        ("ok", check.name) for file in CATALOG.checks().values() for check in file.checks
    }


@pytest.mark.parametrize(
    ("defect", "check", "seen"),
    [
        ("nothing loaded", "models", "is missing"),
        ("hang", "completion", "no answer within 0.3 s"),
        ("200 with an error", "chat", "answered 200 with an error: CUDA out of memory"),
        ("missing field", "chat", "`usage.prompt_tokens` is missing"),
        ("broken stream", "streaming", "the answer broke off"),
        ("no end", "streaming", "the stream does not say why it ended"),
        ("no usage", "streaming", "the stream holds no `usage`, which was asked for"),
        ("buffered", "streaming", "all 10 pieces came together after 0.6 s"),
        ("event without JSON", "streaming", 'no JSON: {"id": "x-1"'),
        ("empty text", "completion", "it said nothing"),
        ("no content", "chat", "it said nothing"),
        ("unknown end", "chat", "it ended with `error`"),
        ("empty error", "unknown model", "answered 404 without an `error` that says why"),
        ("slow first token", "first token", "the first token came after 0.6 s"),
        ("invalid JSON", "json schema", "no JSON"),
        ("wrong tool", "tool call", "calls `rm_rf` and not `get_weather`"),
        ("zero vector", "embeddings", "a vector of zeros"),
        ("wrong key", "wrong key", "answered 200 and not 401 or 403"),
        ("no key", "no key", "answered 200 and not 401 or 403"),
        ("any model", "unknown model", "answered 200 and not 400 or 404 or 422"),
        ("wrong answer", "arithmetic", "it said: no idea"),
    ],
)
def test_each_defect_is_found_by_the_check_that_is_named_for_it(
    defect: str, check: str, seen: str
) -> None:
    key = KEY if "key" in defect else ""
    # What follows the slow first token comes as engines make it, and not all together.
    found = failed(Server(defect, key=key, pace=0.005 if defect == "slow first token" else 0.0))
    assert seen in found.pop(check)
    # What breaks one thing may break what stands on it, and nothing else.
    beside = {
        "broken stream": {"first token"},
        "no end": {"first token"},
        "no usage": {"first token"},
        "buffered": {"first token"},
        "event without JSON": {"first token"},
        "wrong tool": {"tool choice"},
        "wrong answer": {"translation"},
    }
    assert set(found) == beside.get(defect, set())


def test_a_model_that_thinks_first_and_is_cut_off_has_said_something() -> None:
    thinking = {"role": "assistant", "content": "", "reasoning_content": "The user wants"}
    choice = {"index": 0, "message": thinking, "finish_reason": "length"}
    answer = read(Exchange(200, json.dumps({"choices": [choice]})))
    assert answer.says
    assert not answer.flaw


@pytest.mark.parametrize(("pieces", "first"), [(10, 0.05), (7, 3.0)])
def test_what_is_fast_or_short_does_not_pass_for_held_back(pieces: int, first: float) -> None:
    check = next(one for one in CATALOG.checks()["openai"].checks if one.name == "streaming")
    times = tuple(first for _ in range(pieces))
    answer = Completion("text", finish="stop", tokens=pieces, times=times, done=True)
    assert broken(check, Exchange(200, events=(Event(first, "{}"),)), answer) == ""


@pytest.mark.parametrize(
    ("defect", "error"),
    [
        ("event without JSON", "an event of the stream is no JSON"),
        ("no end", "the stream has no end"),
    ],
)
def test_a_stream_that_is_none_is_a_failed_request_of_a_load(defect: str, error: str) -> None:
    file = GateFile(requests=1, output_tokens=8)
    with serving(Server(defect)) as url:
        (request,) = requests(MODEL, file, "seed")
        sample = sample_of(at_url(url, Secret("")).ask(request, seconds=5.0))
    assert error in sample.error


def test_what_a_provider_does_not_have_is_skipped_with_the_reason() -> None:
    capabilities = frozenset({"chat", "any_model"})
    subject = Subject(MODEL, "llama.cpp", capabilities, simulated="the model")
    skipped = {one.name: one.seen for one in asked(Server(), subject) if one.outcome == "skipped"}
    assert skipped == {
        "completion": "llama.cpp has no completions",
        "json schema": "llama.cpp has no json schema",
        "tool call": "llama.cpp has no tools",
        "embeddings": "llama.cpp has no embeddings",
        "wrong key": "no key is set",
        "no key": "no key is set",
        "unknown model": "the provider answers under any name",
        "translation": "no real model answers here",
        "arithmetic": "no real model answers here",
        "tool choice": "no real model answers here",
    }


def test_a_server_that_is_gone_fails_with_that_reason() -> None:
    with serving(Server()) as url:
        pass
    seen = list(ask(ignore, at_url(url, Secret("")), Subject(MODEL), impatient()))
    assert {one.seen for one in seen if one.outcome == "failed"} == {"connection refused"}

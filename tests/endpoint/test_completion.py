"""What a model has said, whole or in pieces."""

import json
from typing import Any

import pytest

from llmhost.endpoint.completion import Completion, ToolCall, read
from llmhost.endpoint.exchange import Event, Exchange


def streamed(*documents: Any, done: bool = True) -> Completion:  # noqa: ANN401  JSON
    texts = [json.dumps(document) for document in documents] + (["[DONE]"] if done else [])
    return read(Exchange(200, events=tuple(Event(n / 10, text) for n, text in enumerate(texts))))


def delta(finish: str | None = None, **fields: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def test_a_streamed_answer_is_put_together() -> None:
    usage = {"choices": [], "usage": {"completion_tokens": 2}}
    answer = streamed(
        delta(role="assistant", content=""),
        delta(content="a "),
        delta(content="b"),
        delta("stop"),
        usage,
    )
    assert answer == Completion("a b", finish="stop", tokens=2, times=(0.1, 0.2), done=True)


def test_the_first_piece_with_the_role_alone_is_no_token() -> None:
    assert streamed(delta(role="assistant", content="")).times == ()


@pytest.mark.parametrize("name", ["content", "reasoning_content", "reasoning"])
def test_what_a_model_thinks_is_a_token_too(name: str) -> None:
    assert streamed(delta(**{name: "hm"})).times == (0.0,)


def test_a_call_in_pieces_is_put_together() -> None:
    begun = {"index": 0, "id": "x", "function": {"name": "get_weather", "arguments": ""}}
    more = [{"index": 0, "function": {"arguments": part}} for part in ('{"city"', ': "Oslo"}')]
    answer = streamed(*(delta(tool_calls=[piece]) for piece in (begun, *more)), delta("tool_calls"))
    assert answer.tools == (ToolCall("get_weather", '{"city": "Oslo"}'),)
    assert len(answer.times) == 3


def test_an_error_in_the_middle_of_a_stream_is_seen() -> None:
    answer = streamed(delta(content="a"), {"error": {"message": "out of memory"}}, done=False)
    assert (answer.error, answer.done) == ("out of memory", False)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {"choices": None},
        {"choices": []},
        {"choices": ["x"]},
        {"choices": [{"message": None}]},
        {"choices": [{"message": {"content": 7, "tool_calls": [None, {}, {"function": "x"}]}}]},
        {"choices": [{"delta": []}], "usage": {"completion_tokens": "two"}},
    ],
)
def test_no_form_of_answer_is_a_traceback(document: object) -> None:
    whole = read(Exchange(200, json.dumps(document)))
    pieces = streamed(document)
    assert (whole.text, whole.tools, pieces.text, pieces.tools) == ("", (), "", ())

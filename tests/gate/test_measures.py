"""From requests to numbers."""

import json

import pytest

from llmhost.endpoint.exchange import Event, Exchange
from llmhost.gate.measures import measures, per_token
from llmhost.gate.sample import Sample, requests, sample_of
from llmhost.spec.gatefile import GateFile

SSE = {"content-type": "text/event-stream"}


def stream(*texts: str, finish: bool = True, done: bool = True, tokens: int = 3) -> Exchange:
    pieces: list[dict[str, object]] = [{"delta": {"content": text}} for text in texts]
    pieces += [{"delta": {}, "finish_reason": "stop"}] if finish else []
    documents = [json.dumps({"choices": [piece]}) for piece in pieces]
    documents += [json.dumps({"choices": [], "usage": {"completion_tokens": tokens}})]
    documents += ["[DONE]"] if done else []
    events = tuple(Event((n + 1) / 10, text) for n, text in enumerate(documents))
    return Exchange(200, "", events, 0.6, "", SSE)


def test_a_stream_is_measured_by_its_pieces_with_text() -> None:
    sample = sample_of(stream("a", "b", "c"))
    assert (sample.seconds, sample.first, sample.tokens, sample.error) == (0.6, 0.1, 3, "")
    assert sample.gaps == pytest.approx((0.1, 0.1))


@pytest.mark.parametrize(
    ("exchange", "error"),
    [
        (Exchange(failure="no answer within 60 s"), "no answer within 60 s"),
        (Exchange(500, '{"error": "x"}'), "answered 500"),
        (Exchange(200, '{"error": {"message": "oom"}}'), "answered 200 with an error: oom"),
        (stream(), "no token came"),
        (Exchange(200, "{}"), "no token came"),
        (stream("a", done=False), "the stream has no end"),
        (stream("a", finish=False), "the stream has no end"),
    ],
)
def test_what_is_not_whole_has_failed(exchange: Exchange, error: str) -> None:
    assert sample_of(exchange).error == error


def test_known_times_come_to_known_numbers() -> None:
    samples = [
        Sample(n / 10, first=n / 100, gaps=(n / 1000,), tokens=11) for n in range(1, 101)
    ] + [Sample(99.0, error="x")] * 3
    of = measures(samples, 50.0)
    assert of.e2e
    assert (of.e2e.p50, of.e2e.p95, of.e2e.p99, of.e2e.most) == (5.0, 9.5, 9.9, 10.0)
    assert of.e2e.mean == pytest.approx(5.05)
    assert of.ttft
    assert of.ttft.p95 == 0.95
    assert of.itl
    assert of.itl.p99 == 0.099
    assert of.tpot
    assert of.tpot.p50 == pytest.approx((5.0 - 0.5) / 10)
    assert (of.requests, of.failed, of.errors) == (103, 3, (("x", 3),))
    assert (of.requests_per_second, of.tokens_per_second) == (2.0, 22.0)
    assert len(of.each) == 100


def test_tokens_are_counted_by_the_server_or_not_at_all() -> None:
    assert (
        measures([Sample(1.0, first=0.1), Sample(1.0, 0.1, tokens=5)], 1.0).tokens_per_second
        is None
    )
    assert per_token(Sample(1.0, first=0.1, tokens=1)) is None


def test_no_two_prompts_begin_alike_and_no_run_repeats_another() -> None:
    file = GateFile(requests=20, prompt_words=5)
    prompts = [
        request.body["messages"][0]["content"][:12]
        for seed in ("a1b2c3d4", "ffffffff")
        for request in requests("m", file, seed)
        if request.body
    ]
    assert len(set(prompts)) == 40

"""Server-sent events out of pieces, however they are cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from llmhost.endpoint.events import Reader

STREAM = (
    'data: {"a": 1}\n\n: a comment\nevent: x\ndata: two\ndata: lines\r\n\r\n\n'
    "data:größer 模型\n\ndata: [DONE]\n\ndata: not ended"
).encode()
EVENTS = ['{"a": 1}', "two\nlines", "größer 模型", "[DONE]"]


@given(st.lists(st.integers(0, len(STREAM))))
def test_events_are_the_same_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    reader, places = Reader(), sorted({0, *cuts, len(STREAM)})
    pieces = [STREAM[begin:end] for begin, end in pairwise(places)]
    events = [event for n, piece in enumerate(pieces) for event in reader.feed(piece, float(n))]
    assert [event.data for event in events] == EVENTS
    assert [event.seconds for event in events] == sorted(event.seconds for event in events)


@given(st.binary())
def test_no_bytes_whatever_break_the_reader(noise: bytes) -> None:
    reader = Reader()
    assert all("\n\n" not in event.data for event in reader.feed(noise, 0.0))


def test_an_event_came_when_its_last_byte_did() -> None:
    reader = Reader()
    assert list(reader.feed(b"data: a\n", 1.0)) == []
    (event,) = reader.feed(b"\n", 2.0)
    assert event.seconds == 2.0

"""A question to an API and what came back, as values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Key: TypeAlias = Literal["own", "wrong", "none"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes:
        path: Below the API's base, such as `/chat/completions`.
        body: The JSON document that is sent; None for a GET.
        key: Whether it carries the endpoint's own key, a wrong one or none.
    """

    path: str
    body: Mapping[str, Any] | None = None
    key: Key = "own"


@dataclass(frozen=True, slots=True)
class Event:
    """A server-sent event: its data, and when it came, in seconds since the request was sent."""

    seconds: float
    data: str

    def json(self) -> Any:  # noqa: ANN401  JSON
        """The data as JSON; None when it is none."""
        return _json(self.data)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came back.

    Attributes:
        status: HTTP status; 0 when no answer came.
        body: The whole body, as text.
        events: The events in it, where it is a stream of events.
        seconds: From when the request was sent to the last byte, or to the failure.
        failure: Why it did not come to its end, in a few words; empty when it did.
        headers: Of the answer, their names in small letters.
    """

    status: int = 0
    body: str = ""
    events: tuple[Event, ...] = ()
    seconds: float = 0.0
    failure: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def streamed(self) -> bool:
        """Whether the answer says that it is a stream of events."""
        return self.headers.get("content-type", "").startswith("text/event-stream")

    def json(self) -> Any:  # noqa: ANN401  JSON
        """The body as JSON; None when it is none."""
        return _json(self.body)


def _json(text: str) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

"""What a model has said: the answer of a chat completion, whole or streamed, as one value.

https://platform.openai.com/docs/api-reference/chat, 2026-11-20. Engines stream what a model thinks
as `reasoning_content` (vLLM until 0.12, SGLang, llama.cpp) or `reasoning` (vLLM, Ollama).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmhost.endpoint.exchange import Exchange

_THOUGHT = ("reasoning_content", "reasoning")
_SPOKEN = ("content", *_THOUGHT, "text")
# Why an answer may end; anything else, such as `error` or `abort` of some engines, is no answer.
_FINISHES = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
_END = "[DONE]"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool: its name, and its arguments as the JSON text they are."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What came of a completion.

    Attributes:
        text: The answer.
        thought: What the model thought before it, where that is told apart.
        tools: The tools it calls.
        finish: Why it ended: `stop`, `length`, `tool_calls`; empty when it does not say.
        tokens: Tokens of the answer as `usage` counts them; None when it does not.
        times: When each piece of it came, in seconds since the request; of streams alone.
        done: Whether the stream ended with `[DONE]`.
        error: The error in it; empty for none.
        broken: The first event of a stream that is no JSON object; empty for none.
    """

    text: str = ""
    thought: str = ""
    tools: tuple[ToolCall, ...] = ()
    finish: str = ""
    tokens: int | None = None
    times: tuple[float, ...] = ()
    done: bool = False
    error: str = ""
    broken: str = ""

    @property
    def says(self) -> bool:
        """Whether there is anything in it: a text, a thought, a call of a tool."""
        return bool(self.text.strip() or self.thought.strip() or self.tools)

    @property
    def flaw(self) -> str:
        """What is wrong with it whatever was asked; empty for nothing."""
        if self.broken:
            return f"an event of the stream is no JSON: {self.broken}"
        if self.finish and self.finish not in _FINISHES:
            return f"it ended with `{self.finish}`, which is no end of an answer"
        return ""


def read(exchange: Exchange) -> Completion:
    """Reads what came back, streamed or whole."""
    if not exchange.events:
        document = exchange.json()
        choice = choice_of(document)
        message = choice.get("message")
        return Completion(
            text=text_of(choice),
            thought=_thought(choice),
            tools=tuple(_tools(message.get("tool_calls") if isinstance(message, Mapping) else ())),
            finish=str(choice.get("finish_reason") or ""),
            tokens=_tokens(document),
            error=error_of(document),
        )
    said = [event for event in exchange.events if event.data.strip() != _END]
    documents = [(event.seconds, event.json()) for event in said]
    choices = [(seconds, choice_of(document)) for seconds, document in documents]
    return Completion(
        text="".join(text_of(choice) for _, choice in choices),
        thought="".join(_thought(choice) for _, choice in choices),
        tools=_assembled([choice for _, choice in choices]),
        finish=next(
            (str(why) for _, it in reversed(choices) if (why := it.get("finish_reason"))), ""
        ),
        tokens=next((n for _, it in reversed(documents) if (n := _tokens(it)) is not None), None),
        times=tuple(seconds for seconds, choice in choices if _says(choice)),
        done=exchange.events[-1].data.strip() == _END,
        error=next((wrong for _, document in documents if (wrong := error_of(document))), ""),
        broken=next((it.data for it in said if not isinstance(it.json(), Mapping)), ""),
    )


def error_of(document: object) -> str:
    """What an error document says; empty when it is none."""
    if not isinstance(document, Mapping):
        return ""
    error = document.get("error")
    if isinstance(error, Mapping):
        return str(error.get("message") or error.get("code") or "an error without a message")
    return str(error) if error else ""


def choice_of(document: object) -> Mapping[str, Any]:
    """The first choice; empty where there is none."""
    match document:
        case {"choices": [dict(choice), *_]}:
            return choice
    return {}


def text_of(choice: Mapping[str, Any]) -> str:
    """The text of a choice: of a message, of a piece of one, or of a plain completion."""
    return _field(choice, ("content", "text"))


def _thought(choice: Mapping[str, Any]) -> str:
    return _field(choice, _THOUGHT)


def _field(choice: Mapping[str, Any], names: Sequence[str]) -> str:
    part = choice.get("message") or choice.get("delta") or choice
    values = (part.get(name) for name in names) if isinstance(part, Mapping) else ()
    return next((value for value in values if value and isinstance(value, str)), "")


def _says(choice: Mapping[str, Any]) -> bool:
    """Whether a piece holds a token; the first one of many holds the role alone."""
    part = choice.get("delta") or choice
    if not isinstance(part, Mapping):
        return False
    return bool(part.get("tool_calls")) or any(part.get(name) for name in _SPOKEN)


def _tokens(document: object) -> int | None:
    match document:
        case {"usage": {"completion_tokens": int(number)}}:
            return number
    return None


def _tools(calls: object) -> Iterator[ToolCall]:
    for call in calls if isinstance(calls, Sequence) else ():
        match call:
            case {"function": {"name": str(name), "arguments": str(arguments)}}:
                yield ToolCall(name, arguments)


def _assembled(choices: Sequence[Mapping[str, Any]]) -> tuple[ToolCall, ...]:
    """Calls of tools whose names and arguments come in pieces."""
    calls: dict[int, list[str]] = {}
    for choice in choices:
        delta = choice.get("delta")
        pieces = delta.get("tool_calls") if isinstance(delta, Mapping) else ()
        for piece in pieces if isinstance(pieces, Sequence) else ():
            match piece:
                case {"index": int(index), "function": {} as function}:
                    call = calls.setdefault(index, ["", ""])
                    call[0] += str(function.get("name") or "")
                    call[1] += str(function.get("arguments") or "")
    return tuple(ToolCall(name, arguments) for name, arguments in calls.values())

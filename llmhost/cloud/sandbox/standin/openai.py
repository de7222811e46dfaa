"""The answers of OpenAI's API that the engines share.

https://platform.openai.com/docs/api-reference/chat, 2026-11-20
"""

import itertools
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import NAME, structured
from .web import SSE, Answer, Json

# Sixteen is what the API's older half gives when nothing is said; newer engines give all there is.
MANY = 1 << 20


@dataclass(frozen=True, slots=True)
class Completion:
    """Something to be completed, and the words it is completed with."""

    model: str
    prompt: str
    words: Sequence[str]
    finish: str

    @property
    def text(self) -> str:
        """The words, with the spaces that belong to them."""
        return "".join(self.words)

    @property
    def usage(self) -> Json:
        """Tokens, of which a word is one."""
        prompt, done = len(self.prompt.split()) + 1, len(self.words)
        return {"prompt_tokens": prompt, "completion_tokens": done, "total_tokens": prompt + done}


def complete(model: str, body: Json) -> Completion:
    """What the stand-in says to a request for a chat or text completion."""
    prompt = _prompt(body)
    last = prompt.splitlines()[-1] if prompt else "nothing"
    text = structured.json_text(body) or (
        f"This is llmhost's stand-in for {model}. No model ran. You said: {last}"
    )
    words = [word if i == 0 else f" {word}" for i, word in enumerate(text.split())]
    asked = body.get("max_completion_tokens") or body.get("max_tokens") or MANY
    finish = "length" if asked < len(words) else "stop"
    return Completion(model, prompt, words[:asked], finish)


def chat(done: Completion, body: Json) -> Answer:
    """The answer of `/v1/chat/completions`, streamed if that was asked for."""
    head = _head("chatcmpl", "chat.completion", done.model)
    if body.get("stream"):
        first = {"role": "assistant", "content": ""}
        pieces = [first, *({"content": word} for word in done.words)]
        chunk = {**head, "object": "chat.completion.chunk"}
        return _streamed(chunk, "delta", pieces, done, body)
    message: dict[str, Any] = {"role": "assistant", "content": done.text}
    finish = done.finish
    if call := structured.tool_call(body):
        message, finish = {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return Answer({**head, "choices": [choice], "usage": done.usage})


def text(done: Completion, body: Json) -> Answer:
    """The answer of `/v1/completions`, streamed if that was asked for."""
    head = _head("cmpl", "text_completion", done.model)
    if body.get("stream"):
        return _streamed(head, "text", list(done.words), done, body)
    choice = {"index": 0, "text": done.text, "logprobs": None, "finish_reason": done.finish}
    return Answer({**head, "choices": [choice], "usage": done.usage})


def models(names: Sequence[str], owner: str, **more: object) -> Answer:
    """The answer of `/v1/models`."""
    now = int(time.time())
    data = [
        {"id": it, "object": "model", "created": now, "owned_by": owner, **more} for it in names
    ]
    return Answer({"object": "list", "data": data})


def error(status: int, message: str, kind: str, code: str | int | None = None) -> Answer:
    """An error in the API's form."""
    return Answer(
        {"error": {"message": message, "type": kind, "param": None, "code": code or status}}, status
    )


def _prompt(body: Json) -> str:
    if "messages" not in body:
        return str(body.get("prompt", ""))
    contents = (message.get("content") or "" for message in body["messages"])
    return "\n".join(
        it if isinstance(it, str) else " ".join(part.get("text", "") for part in it)
        for it in contents
    )


def _head(prefix: str, kind: str, model: str) -> dict[str, Any]:
    return {
        "id": f"{prefix}-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": NAME,
    }


def _streamed(
    head: Json, key: str, pieces: Sequence[object], done: Completion, body: Json
) -> Answer:
    def events() -> Iterator[Json]:
        for piece in pieces:
            yield {**head, "choices": [{"index": 0, key: piece, "finish_reason": None}]}
        nothing = {} if key == "delta" else ""
        yield {**head, "choices": [{"index": 0, key: nothing, "finish_reason": done.finish}]}
        if (body.get("stream_options") or {}).get("include_usage"):
            yield {**head, "choices": [], "usage": done.usage}

    lines = (f"data: {json.dumps(event)}\n\n" for event in events())
    return Answer(itertools.chain(lines, ["data: [DONE]\n\n"]), kind=SSE)

"""Judges an answer: each expectation in turn, and the first that is not met says why."""

import re
from collections.abc import Callable, Sequence

from llmhost.endpoint.completion import Completion, error_of, read
from llmhost.endpoint.exchange import Exchange
from llmhost.events import Check as Seen
from llmhost.smoke.reading import dig, folded, models, of_schema, reason, short, vector
from llmhost.smoke.streaming import broken
from llmhost.smoke.subject import Subject, unsupported
from llmhost.spec.checks import Check


def judged(check: Check, subject: Subject, exchange: Exchange) -> Seen:
    """What an answer comes to."""
    if unsupported(check, subject, exchange.status):
        said = error_of(exchange.json()) or exchange.body
        return Seen(check.name, "skipped", short(f"answered {exchange.status}: {said}"))
    answer = read(exchange)
    for rule in _RULES:
        if wrong := rule(check, subject, exchange, answer):
            return Seen(check.name, "failed", short(wrong))
    return Seen(check.name, "ok", short(_seen(check, exchange, answer)))


def _seen(check: Check, exchange: Exchange, answer: Completion) -> str:
    """What a good answer was, in a few words."""
    expect = check.expect
    if expect.status != (200,):
        return f"refused with {exchange.status}"
    if expect.tool:
        return f"calls {answer.tools[0].name} with {answer.tools[0].arguments}"
    if expect.stream:
        begun = f"first after {answer.times[0]:.2f} s"
        return f"{len(answer.times)} pieces, {begun}"
    if expect.lists_model:
        return ", ".join(models(exchange))
    if expect.vector:
        return f"{len(vector(exchange))} numbers"
    return f"answered: {answer.text}" if answer.text else "answered"


def _ended(check: Check, _subject: Subject, exchange: Exchange, _answer: Completion) -> str:
    if exchange.failure:
        return exchange.failure
    if exchange.seconds > check.expect.seconds:
        return f"took {exchange.seconds:.1f} s, and {check.expect.seconds:g} s are allowed"
    return ""


def _status(check: Check, _subject: Subject, exchange: Exchange, _answer: Completion) -> str:
    if exchange.status in check.expect.status:
        return ""
    wanted = " or ".join(map(str, check.expect.status))
    said = error_of(exchange.json()) or exchange.body
    return f"answered {exchange.status} and not {wanted}: {said}"


def _error(check: Check, _subject: Subject, exchange: Exchange, answer: Completion) -> str:
    said = answer.error or error_of(exchange.json())
    if check.expect.error and not reason(exchange.json()):
        return f"answered {exchange.status} without an `error` that says why"
    refuses = any(status >= 400 for status in check.expect.status)  # noqa: PLR2004  HTTP: errors
    if said and not refuses:
        return f"answered {exchange.status} with an error: {said}"
    return ""


def _fields(check: Check, _subject: Subject, exchange: Exchange, _answer: Completion) -> str:
    expect = check.expect
    if not (expect.has or expect.equals):
        return ""
    document = exchange.json()
    if document is None:
        return f"the answer is no JSON: {exchange.body}"
    for path in (*expect.has, *expect.equals):
        if dig(document, path) is None:
            return f"`{path}` is missing"
    for path, value in expect.equals.items():
        if (found := dig(document, path)) != value:
            return f"`{path}` is {found!r} and not {value!r}"
    return ""


def _model(check: Check, subject: Subject, exchange: Exchange, _answer: Completion) -> str:
    if not check.expect.lists_model or subject.model in (names := models(exchange)):
        return ""
    return f"{subject.model} is not in the list: {', '.join(names) or 'it is empty'}"


def _text(check: Check, _subject: Subject, _exchange: Exchange, answer: Completion) -> str:
    expect, said = check.expect, f"it said: {answer.text}" if answer.text else "it said nothing"
    if expect.text and not answer.says:
        return said
    text = folded(answer.text)
    if expect.contains and not any(folded(word) in text for word in expect.contains):
        return f"none of {', '.join(expect.contains)}; {said}"
    if expect.matches and not re.search(expect.matches, answer.text):
        return f"no match for {expect.matches}; {said}"
    return ""


def _json(check: Check, _subject: Subject, _exchange: Exchange, answer: Completion) -> str:
    if not check.expect.json_schema:
        return ""
    return of_schema(answer.text, check.expect.json_schema, "the answer", answer.finish)


def _tool(check: Check, _subject: Subject, _exchange: Exchange, answer: Completion) -> str:
    wanted = check.expect.tool
    if not wanted:
        return ""
    if not answer.tools:
        return f"no tool is called; it said: {answer.text}"
    for call in answer.tools:
        if call.name != wanted.name:
            return f"calls `{call.name}` and not `{wanted.name}`"
        if wrong := of_schema(call.arguments, wanted.arguments, "arguments", answer.finish):
            return wrong
    return ""


def _flaw(_check: Check, _subject: Subject, _exchange: Exchange, answer: Completion) -> str:
    return answer.flaw


def _stream(check: Check, _subject: Subject, exchange: Exchange, answer: Completion) -> str:
    return broken(check, exchange, answer) if check.expect.stream else ""


def _embedding(check: Check, _subject: Subject, exchange: Exchange, _answer: Completion) -> str:
    if not check.expect.vector:
        return ""
    numbers = vector(exchange)
    if not numbers:
        return f"no vector of numbers: {exchange.body}"
    return "" if any(numbers) else "a vector of zeros"


_Rule = Callable[[Check, Subject, Exchange, Completion], str]
_RULES: Sequence[_Rule] = (
    _ended,
    _status,
    _error,
    _fields,
    _model,
    _flaw,
    _stream,
    _text,
    _json,
    _tool,
    _embedding,
)

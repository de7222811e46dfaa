"""The filter language of list calls: AIP-160 as Compute Engine documents it, and its `eq` and `ne`.

`a=1 b=2`, `(a=1) AND (b=2)`, `NOT a:*`, `-a:*`; OR binds tighter than AND, as AIP-160 says.
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from tests.fake_gce.refusal import Refusal, invalid_field

Test: TypeAlias = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\()|(?P<close>\))|
        (?P<minus>-(?=[A-Za-z(]))|
        (?P<operator><=|>=|!=|=|<|>|:)|
        (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|
        (?P<word>[^\s()=!<>:"']+)
    )""",
    re.VERBOSE,
)

_WORDS = {"AND", "OR", "NOT"}


def matcher(text: str) -> Test:
    """The test that a filter means.

    Raises:
        Refusal: 400, as Google answers to what it cannot read.
    """
    if not text.strip():
        return lambda _body: True
    regular = re.fullmatch(r"\s*(\S+)\s+(eq|ne)\s+(.+?)\s*", text)
    if regular:
        return _by_expression(*regular.groups())
    parser = _Parser(_tokens(text), text)
    test = parser.conjunction()
    if parser.peek():
        raise parser.refusal()
    return test


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _refusal(text)
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], text: str) -> None:
        self._tokens = tokens
        self._text = text

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[0] if self._tokens else None

    def refusal(self) -> Refusal:
        return _refusal(self._text)

    def conjunction(self) -> Test:
        tests = [self._alternatives()]
        while (ahead := self.peek()) and ahead[0] != "close":
            if ahead == ("word", "AND"):
                self._take()
            tests.append(self._alternatives())
        return lambda body: all(test(body) for test in tests)

    def _alternatives(self) -> Test:
        tests = [self._term()]
        while self.peek() == ("word", "OR"):
            self._take()
            tests.append(self._term())
        return lambda body: any(test(body) for test in tests)

    def _term(self) -> Test:
        kind, text = self._take()
        if kind == "minus" or (kind, text) == ("word", "NOT"):
            test = self._term()
            return lambda body: not test(body)
        if kind == "open":
            test = self.conjunction()
            if self._take()[0] != "close":
                raise self.refusal()
            return test
        if kind != "word" or text in _WORDS:
            raise self.refusal()
        return self._comparison(text)

    def _comparison(self, path: str) -> Test:
        kind, operator = self._take()
        value_kind, value = self._take()
        if kind != "operator" or value_kind not in {"word", "quoted"} or value in _WORDS:
            raise self.refusal()
        if value_kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        return lambda body: _compare(_lookup(body, path.split(".")), operator, value)

    def _take(self) -> tuple[str, str]:
        if not self._tokens:
            raise self.refusal()
        return self._tokens.pop(0)


def _lookup(value: Any, path: list[str]) -> list[Any]:  # noqa: ANN401 - any JSON
    """The values at a path; lists are looked into, what is absent gives none."""
    if isinstance(value, list):
        return [found for item in value for found in _lookup(item, path)]
    if not path:
        return [value]
    if isinstance(value, dict) and path[0] in value:
        return _lookup(value[path[0]], path[1:])
    return []


def _compare(found: list[Any], operator: str, value: str) -> bool:
    if operator == ":" and value == "*":
        return bool(found)
    if operator == "!=":
        return not any(_equal(item, value) for item in found)
    return any(_holds(item, operator, value) for item in found)


def _holds(item: Any, operator: str, value: str) -> bool:  # noqa: ANN401 - any JSON
    if operator == "=":
        return _equal(item, value)
    if operator == ":":
        return value.rstrip("*").lower() in _text(item).lower()
    try:
        left, right = float(item), float(value)
    except (TypeError, ValueError):
        return False
    outcomes = {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}
    return outcomes[operator]


def _equal(item: Any, value: str) -> bool:  # noqa: ANN401 - any JSON
    """Whole values, a star at either end stands for anything."""
    wanted = re.escape(value).replace(r"\*", ".*")
    return re.fullmatch(wanted, _text(item), re.IGNORECASE) is not None


def _text(item: Any) -> str:  # noqa: ANN401 - any JSON
    return str(item).lower() if isinstance(item, bool) else str(item)


def _by_expression(path: str, operator: str, expression: str) -> Test:
    expression = expression.strip("'\"")

    def test(body: dict[str, Any]) -> bool:
        found = any(re.fullmatch(expression, _text(v)) for v in _lookup(body, path.split(".")))
        return found == (operator == "eq")

    return test


def _refusal(text: str) -> Refusal:
    return invalid_field("filter", text, "Invalid list filter expression.")

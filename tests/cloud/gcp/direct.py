"""Calls that reach the double without Google's library and without a socket, ten times as fast.

The double checks them as it checks all others. What the library makes of calls and answers is the
business of tests that use it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from llmhost.cloud.gcp.account import Account
from llmhost.cloud.gcp.calls import Calls
from llmhost.cloud.gcp.refusal import Refusal, RefusedError, of_answer
from tests.fake_gce import FakeGce
from tests.fake_gce.discovery import ROOT, Method, discovery

_OK = 200


class DirectCalls(Calls):
    """Calls of a command.

    Args:
        gce: Who answers.
        moment: Told before and after each call; what it raises ends the command.
    """

    def __init__(self, gce: FakeGce, moment: Callable[[], None]) -> None:
        super().__init__(Account(gce.project, gce.endpoint), lambda _account: None)
        self._gce = gce
        self._moment = moment
        self._pace = 0.0005  # the double has no disorder that would have to be waited out

    def _call(
        self, service: str, method: str, fields: Mapping[str, Any], _read: Callable[[Any], Any]
    ) -> Any:  # noqa: ANN401  JSON
        self._moment()
        verb = _camel(method.removesuffix("_unary"))
        described = discovery().methods[f"{service[0].lower()}{service[1:]}.{verb}"]
        fields = {"project": self.account.project, **fields}
        if verb in {"list", "aggregatedList"}:
            answer: Any = list(self._pages(described, fields, service))
        else:
            answer = self._answer(described, fields)
        self._moment()
        return answer

    def _pages(
        self, method: Method, fields: Mapping[str, Any], service: str
    ) -> Iterator[dict[str, Any]]:
        page: dict[str, Any] = {"nextPageToken": ""}
        while "nextPageToken" in page:
            token = page["nextPageToken"]
            page = self._answer(method, {**fields, "pageToken": token} if token else fields)
            items = page.get("items", ())
            if isinstance(items, dict):
                field = f"{service[0].lower()}{service[1:]}"
                items = [item for scope in items.values() for item in scope.get(field, ())]
            yield from items

    def _answer(self, method: Method, fields: Mapping[str, Any]) -> dict[str, Any]:
        words = {f"{{{name}}}": value for name, value in fields.items()}
        path = "/".join(words.pop(part, part) for part in method.path)
        left = {name.strip("{}"): value for name, value in words.items()}
        body = next((left.pop(name) for name in list(left) if name.endswith("Resource")), None)
        query = urlencode({name: _plain(value) for name, value in left.items()})
        data = json.dumps(body).encode() if body is not None else b""
        reply = self._gce.answer(method.verb, f"{ROOT}{path}?{query}", data)
        answer: dict[str, Any] = json.loads(reply.body or b"{}")
        if not reply.status:
            raise RefusedError(Refusal(0, "ConnectionError", "nobody answered", {}))
        if reply.status != _OK:
            raise RefusedError(of_answer(reply.status, answer))
        return answer


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

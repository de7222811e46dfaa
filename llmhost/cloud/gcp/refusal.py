"""A no of Compute Engine, as a value, from wherever it came: an answer or an operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was said.

    Attributes:
        status: HTTP status; 0 where there was no answer at all.
        code: Google's word: a reason such as `notFound`, an operation's code, a Python exception.
        message: Google's sentence.
        facts: What stands in the details, flattened: `zonesAvailable`, `limit`, `metricName`, ...
        url: A page Google names for it.
    """

    status: int
    code: str
    message: str
    facts: Mapping[str, str]
    url: str = ""


class RefusedError(Exception):
    """A call that was refused, or an operation that failed; never shown to a user as it is."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.status} {refusal.code}: {refusal.message}")
        self.refusal = refusal


def of_answer(status: int, body: Mapping[str, Any]) -> Refusal:
    """From the body of an HTTP answer."""
    error = body.get("error", {})
    errors = error.get("errors") or [{}]
    facts, url = _detailed(error.get("details", ()))
    code = str(facts.get("reason") or errors[0].get("reason") or error.get("status", ""))
    return Refusal(status, code, str(error.get("message", "")), facts, url)


def of_operation(operation: Mapping[str, Any]) -> Refusal | None:
    """From an operation; None for one that has not failed."""
    errors = operation.get("error", {}).get("errors", ())
    if not errors:
        return None
    first = errors[0]
    facts, url = _detailed(first.get("errorDetails", ()))
    status = int(operation.get("httpErrorStatusCode", 0))
    return Refusal(status, str(first.get("code", "")), str(first.get("message", "")), facts, url)


def _detailed(details: Any) -> tuple[dict[str, str], str]:  # noqa: ANN401  whatever JSON holds
    """Details in either of Google's two spellings, as one flat mapping, and a link among them."""
    facts: dict[str, str] = {}
    url = ""
    for detail in details:
        info = detail.get("errorInfo", detail)
        if reason := info.get("reason"):
            facts["reason"] = str(reason)
        for name in ("metadatas", "metadata"):
            facts |= {key: str(value) for key, value in info.get(name, {}).items()}
        quota = detail.get("quotaInfo", {})
        facts |= {key: str(value) for key, value in quota.items() if not isinstance(value, dict)}
        links = detail.get("help", detail).get("links", ())
        url = url or next((str(link["url"]) for link in links if "url" in link), "")
    return facts, facts.get("activationUrl", url)

"""What is in an answer, and what of it a check cares for."""

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from llmhost.endpoint.exchange import Exchange
from llmhost.spec.jsonschema import complaint

_WIDE = 120


def short(text: str) -> str:
    """The text on one line, and not too long for it."""
    line = " ".join(text.split())
    return line if len(line) <= _WIDE else f"{line[: _WIDE - 1]}…"


def dig(document: object, path: str) -> object:
    """The value at a path such as `choices.0.message`; None where there is none."""
    found = document
    for part in path.split("."):
        match found:
            case Mapping():
                found = found.get(part)
            case list() if part.isdecimal() and int(part) < len(found):
                found = found[int(part)]
            case _:
                return None
    return found


def of_schema(text: str, schema: Mapping[str, object], what: str, finish: str) -> str:
    """Why a text is not JSON of a schema; empty when it is."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        cut = " (it was cut off at `max_tokens`)" if finish == "length" else ""
        return f"{what}: no JSON{cut}: {text or 'nothing'}"
    wrong = complaint(document, schema)
    return f"{what}: {wrong}" if wrong else ""


def models(exchange: Exchange) -> tuple[str, ...]:
    """The ids in a list of models."""
    data = dig(exchange.json(), "data")
    return tuple(_ids(data)) if isinstance(data, list) else ()


def _ids(items: Sequence[object]) -> Iterator[str]:
    return (str(item["id"]) for item in items if isinstance(item, Mapping) and "id" in item)


def vector(exchange: Exchange) -> tuple[float, ...]:
    """The first embedding; empty where there is none."""
    numbers = dig(exchange.json(), "data.0.embedding")
    if not isinstance(numbers, list):
        return ()
    good = all(isinstance(one, int | float) and math.isfinite(one) for one in numbers)
    return tuple(numbers) if good else ()


def reason(document: object) -> object:
    """Why something is refused, in the words of whoever does; nothing where it has none."""
    if not isinstance(document, Mapping):
        return ""
    match document.get("error"):
        case Mapping() as error:
            return error.get("message")
        case error:
            # `detail` is FastAPI's own way to say it, which vLLM uses for some refusals.
            return error or document.get("detail") or document.get("message")


def folded(text: str) -> str:
    """The text for comparison, whatever its capitals and forms of letters."""
    return unicodedata.normalize("NFKC", text).casefold()

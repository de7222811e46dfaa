"""Google's own description of Compute v1: which calls exist, and what their messages look like.

It is the discovery document that the package google-api-python-client carries; read once a process.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = "/compute/v1/"
"""What the path of every call begins with (`servicePath` of the document)."""

_DOCUMENT = "discovery_cache/documents/compute.v1.json"


@dataclass(frozen=True, slots=True)
class Method:
    """One call of the API.

    Attributes:
        name: Its identifier without the service, such as `instances.insert`.
        verb: The HTTP method.
        path: The words of its path below `ROOT`; those in braces are parameters.
        parameters: What the document says about each parameter of path and query.
        request: Name of the body's schema; empty without body.
        response: Name of the answer's schema.
    """

    name: str
    verb: str
    path: tuple[str, ...]
    parameters: Mapping[str, Any]
    request: str
    response: str

    def match(self, words: tuple[str, ...]) -> dict[str, str] | None:
        """The path's parameters if those words are a path of this call."""
        found: dict[str, str] = {}
        for part, word in zip(self.path, words, strict=True):
            if part.startswith("{"):
                found[part.strip("{}")] = unquote(word)
            elif part != word:
                return None
        return found


@dataclass(frozen=True, slots=True)
class Discovery:
    """The document, ready to be asked.

    Attributes:
        schemas: Messages by name.
        globals: Query parameters every call takes.
        methods: Calls by name.
        by_shape: Calls by HTTP method and number of words in the path, the more literal ones first.
    """

    schemas: Mapping[str, Any]
    globals: Mapping[str, Any]
    methods: Mapping[str, Method]
    by_shape: Mapping[tuple[str, int], tuple[Method, ...]] = field(repr=False)

    def find(self, verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
        """The call of that HTTP method and path, with the path's parameters."""
        if not path.startswith(ROOT):
            return None
        words = tuple(path[len(ROOT) :].split("/"))
        for method in self.by_shape.get((verb, len(words)), ()):
            found = method.match(words)
            if found is not None:
                return method, found
        return None


@cache
def discovery() -> Discovery:
    """The document that is installed."""
    spec = find_spec("googleapiclient")
    if spec is None or spec.origin is None:
        raise RuntimeError("the double needs the package google-api-python-client")
    document = json.loads((Path(spec.origin).parent / _DOCUMENT).read_text(encoding="utf-8"))
    methods = {
        method.name: method
        for resource in document["resources"].values()
        for method in map(_method, resource["methods"].values())
    }
    shapes: dict[tuple[str, int], list[Method]] = {}
    for method in methods.values():
        shapes.setdefault((method.verb, len(method.path)), []).append(method)
    return Discovery(
        schemas=document["schemas"],
        globals=document["parameters"],
        methods=methods,
        by_shape={shape: tuple(sorted(found, key=_looseness)) for shape, found in shapes.items()},
    )


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A regular expression of the document; it means whole values."""
    return re.compile(text)


def _method(raw: Mapping[str, Any]) -> Method:
    return Method(
        name=raw["id"].removeprefix("compute."),
        verb=raw["httpMethod"],
        path=tuple(raw["path"].split("/")),
        parameters=raw.get("parameters", {}),
        request=raw.get("request", {}).get("$ref", ""),
        response=raw.get("response", {}).get("$ref", ""),
    )


def _looseness(method: Method) -> int:
    return sum(part.startswith("{") for part in method.path)

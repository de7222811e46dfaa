"""As much of JSON Schema as checks need; what is not known here is refused when it is read.

https://json-schema.org/draft/2020-12/json-schema-validation
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_TYPES: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool)
        and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
}


_KNOWN = frozenset(
    {
        *("type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum"),
        *("items", "minItems", "maxItems", "properties", "required", "additionalProperties"),
        *("title", "description"),
    }
)


def unknown_keyword(schema: Schema) -> str:
    """A keyword that would not be looked at, or an unknown type; empty where there is none."""
    if unknown := sorted(schema.keys() - _KNOWN):
        return unknown[0]
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    below = [
        *schema.get("properties", {}).values(),
        *([schema["items"]] if "items" in schema else ()),
    ]
    return next(
        (
            word
            for word in (*(k for k in kinds if k not in _TYPES), *map(unknown_keyword, below))
            if word
        ),
        "",
    )


def complaint(value: object, schema: Schema, at: str = "") -> str:
    """Where a value is not of a schema, and why; empty when it is."""
    return next(_complaints(value, schema, at), "")


def _complaints(value: object, schema: Schema, at: str) -> Iterator[str]:
    here = at or "it"
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_TYPES[kind](value) for kind in kinds):
        yield f"{here} is no {' or '.join(kinds)}"
        return
    if "enum" in schema and not any(_same(value, one) for one in schema["enum"]):
        yield f"{here} is {value!r}, none of {', '.join(map(repr, schema['enum']))}"
    if "const" in schema and not _same(value, schema["const"]):
        yield f"{here} is {value!r} and not {schema['const']!r}"
    match value:
        case str():
            yield from _text(value, schema, here)
        case int() | float() if not isinstance(value, bool):
            yield from _number(value, schema, here)
        case list():
            yield from _list(value, schema, at)
        case Mapping():
            yield from _object(value, schema, at)


def _same(one: object, other: object) -> bool:
    """Equality as JSON has it, where `true` is no number."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _text(value: str, schema: Schema, here: str) -> Iterator[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{here} does not match {schema['pattern']}"
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{here} has {len(value)} characters"


def _number(value: float, schema: Schema, here: str) -> Iterator[str]:
    if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{here} is {value}, which is out of bounds"


def _list(value: list[object], schema: Schema, at: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at or 'it'} has {len(value)} items"
    for place, item in enumerate(value):
        yield from _complaints(item, schema.get("items", {}), _below(at, str(place)))


def _object(value: Mapping[str, object], schema: Schema, at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{_below(at, name)} is missing"
    for name, item in value.items():
        if name in properties:
            yield from _complaints(item, properties[name], _below(at, name))
        elif schema.get("additionalProperties", True) is False:
            yield f"{_below(at, name)} does not belong there"


def _below(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name

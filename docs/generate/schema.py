"""JSON Schema as tables: one for each object, a row per key."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from docs.generate.markdown import literal, table

Schema: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = list[tuple[str, str, str]]


def keys(schema: Schema) -> str:
    """The table of an object's keys: name, type, meaning."""
    return table(("key", "is", "means"), rows(schema))


def rows(schema: Schema) -> Rows:
    """A row per key of an object."""
    required = schema.get("required", ())
    return [
        (
            literal(name),
            _kind(part, needed=name in required),
            _meaning(part, needed=name in required),
        )
        for name, part in schema.get("properties", {}).items()
    ]


def parts(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The objects a schema is made of, by name, itself aside."""
    for name, part in schema.get("$defs", {}).items():
        if "properties" in part:
            yield name, part


def _kind(part: Schema, *, needed: bool) -> str:
    """A type; what may be left out need not be called null as well."""
    return _type(part) if needed else _type(part).removesuffix(" or null")


def _meaning(part: Schema, *, needed: bool) -> str:
    text = str(part.get("description", ""))
    default = part.get("default")
    if not needed and default not in (None, "", [], {}, False):
        return f"{text} Default: {literal(default)}.".strip()
    return text


def _type(part: Schema) -> str:
    """A type in a few words."""
    for form, words in _FORMS.items():
        if form in part:
            return words(part[form])
    match part.get("type"):
        case "array":
            return "list of " + _type(part["items"]) if "items" in part else "list"
        case "object":
            values = [*part.get("patternProperties", {}).values(), part.get("additionalProperties")]
            return f"mapping to {_type(values[0])}" if isinstance(values[0], dict) else "mapping"
        case kind:
            return str(kind)


def _either(several: list[Schema]) -> str:
    return " or ".join(dict.fromkeys(map(_type, several)))


_FORMS: Mapping[str, Callable[[Any], str]] = {
    # A generic class comes as Name_Parameter_.
    "$ref": lambda reference: reference.rpartition("/")[2].partition("_")[0],
    "const": literal,
    "enum": lambda values: " / ".join(map(literal, values)),
    "anyOf": _either,
    "oneOf": _either,
}

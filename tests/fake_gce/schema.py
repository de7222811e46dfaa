"""Whether a message is what the discovery document says it is."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fake_gce.discovery import Method, discovery, pattern

# Ranges of the wire formats that are numbers, and of those that are strings of digits.
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}

# Marked as output only, yet sent back by clients that read, change and write.
_ECHOED = frozenset({"kind"})


@dataclass(frozen=True, slots=True)
class _Reading:
    """Which way a message goes: requests are held to more than answers."""

    method: str
    request: bool


def request_problems(method: Method, body: object) -> Iterator[str]:
    """What is wrong with a body that was sent, each as `field: what`."""
    reading = _Reading(f"compute.{method.name}", request=True)
    yield from _check({"$ref": method.request}, body, "resource", reading)


def answer_problems(method: Method, body: object) -> Iterator[str]:
    """What is wrong with an answer."""
    yield from _check({"$ref": method.response}, body, "answer", _Reading("", request=False))


def parameter_problems(
    method: Method, path: Mapping[str, str], query: Mapping[str, list[str]]
) -> Iterator[str]:
    """What is wrong with the parameters of path and query."""
    for name, value in path.items():
        yield from _parameter(name, method.parameters[name], value)
    known = {**discovery().globals, **method.parameters}
    known = {name: each for name, each in known.items() if each["location"] == "query"}
    for name, values in query.items():
        if name not in known:
            yield f"{name}: Cannot bind query parameter: no such field"
            continue
        if len(values) > 1 and not known[name].get("repeated"):
            yield f"{name}: given {len(values)} times"
        for value in values:
            yield from _parameter(name, known[name], value)
    for name, parameter in known.items():
        if parameter.get("required") and not any(query.get(name, ())):
            yield f"{name}: Required parameter is missing"


def _parameter(name: str, parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    value: object = text
    if parameter["type"] == "boolean":
        value = {"true": True, "false": False}.get(text, text)
    elif parameter["type"] == "integer":
        value = int(text) if text.removeprefix("-").isdecimal() else text
    yield from _check(parameter, value, name, _Reading("", request=True))
    bounds = (float(parameter.get("minimum", "-inf")), float(parameter.get("maximum", "inf")))
    if isinstance(value, int) and not bounds[0] <= value <= bounds[1]:
        yield f"{name}: {value} is not between {bounds[0]:g} and {bounds[1]:g}"


def _check(schema: Mapping[str, Any], value: object, at: str, reading: _Reading) -> Iterator[str]:
    if "$ref" in schema:
        schema = discovery().schemas[schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "object":
        yield from _object(schema, value, at, reading)
    elif kind == "array":
        yield from _array(schema, value, at, reading)
    elif kind != "any":
        yield from _scalar(schema, value, at, reading)


def _object(schema: Mapping[str, Any], value: object, at: str, reading: _Reading) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: {value!r} is not an object"
        return
    fields = schema.get("properties", {})
    for name, item in value.items():
        where = f"{at}.{name}"
        if name in fields:
            if reading.request and fields[name].get("readOnly") and name not in _ECHOED:
                yield f"{where}: output only"
            yield from _check(fields[name], item, where, reading)
        elif "additionalProperties" in schema:
            yield from _check(schema["additionalProperties"], item, where, reading)
        else:
            yield f"{where}: Unknown name \"{name}\" at '{at}': Cannot find field"
    for name, item in fields.items() if reading.request else ():
        required = item.get("annotations", {}).get("required", ())
        if reading.method in required and not value.get(name):
            yield f"{at}.{name}: Required field is missing"


def _array(schema: Mapping[str, Any], value: object, at: str, reading: _Reading) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{at}: {value!r} is not a list"
        return
    items = schema["items"]
    if "pattern" in schema:  # `Tags.items` has it on the list and means its items
        items = {**items, "pattern": schema["pattern"]}
    for index, item in enumerate(value):
        yield from _check(items, item, f"{at}[{index}]", reading)


def _scalar(schema: Mapping[str, Any], value: object, at: str, reading: _Reading) -> Iterator[str]:
    if not _fits(schema["type"], value):
        yield f"{at}: {value!r} is not a {schema['type']}"
        return
    wire = schema.get("format", "")
    if not _in_format(wire, value):
        yield f"{at}: {value!r} is not a {wire}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not one of {', '.join(schema['enum'])}"
    elif (
        reading.request
        and "pattern" in schema
        and not pattern(schema["pattern"]).fullmatch(str(value))
    ):
        yield f"{at}: {value!r} does not match '{schema['pattern']}'"


def _fits(kind: str, value: object) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)


def _in_format(wire: str, value: object) -> bool:
    if wire in _RANGES:
        low, high = _RANGES[wire]
        text = str(value)
        return text.removeprefix("-").isdecimal() and low <= int(text) <= high
    if wire == "byte":
        try:
            base64.b64decode(str(value), validate=True)
        except binascii.Error:
            return False
    return True

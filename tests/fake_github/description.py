"""GitHub's own description of its API, by which every request and every answer is judged."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator

Json = Any
_FILE = Path(__file__).with_name("github.openapi.json")


class BrokenContractError(Exception):
    """A request or an answer that GitHub's description does not know."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that a request is for.

    Attributes:
        id: GitHub's name for it.
        path: The path with its placeholders.
        values: What stands in their place.
        said: Its description.
    """

    id: str
    path: str
    values: Mapping[str, str]
    said: Mapping[str, Json]


@cache
def document() -> Json:
    """The description, with `nullable` said as JSON Schema says it."""
    said: Json = json.loads(_FILE.read_text(encoding="utf-8"))
    return _without_nullable(said)


def operation(method: str, path: str) -> Operation:
    """The operation of a request.

    Raises:
        BrokenContractError: There is none.
    """
    for template, methods in document()["paths"].items():
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        met = re.fullmatch(pattern, path)
        if met and method.lower() in methods:
            said = methods[method.lower()]
            values = {name: unquote(value) for name, value in met.groupdict().items()}
            return Operation(said["operationId"], template, values, said)
    raise BrokenContractError(f"GitHub knows no {method} {path}")


def check_request(of: Operation, query: Mapping[str, str], body: Json) -> None:
    """Judges path, query and body of a request.

    Raises:
        BrokenContractError: One of them is not as described.
    """
    known = {}
    for parameter in map(_resolved, of.said.get("parameters", ())):
        known[(parameter["in"], parameter["name"])] = parameter["schema"]
    for where, given in (("path", of.values), ("query", query)):
        for name, value in given.items():
            schema = known.get((where, name))
            if schema is None:
                raise BrokenContractError(f"{of.id} has no parameter {name} in its {where}")
            _judge(_typed(schema, value), schema, f"{of.id}: {name}")
    asked = of.said.get("requestBody")
    if body is None:
        if asked and asked.get("required"):
            raise BrokenContractError(f"{of.id} needs a body")
        return
    if asked is None:
        raise BrokenContractError(f"{of.id} takes no body")
    schema = asked["content"]["application/json"]["schema"]
    _judge(body, schema, f"{of.id}: body")
    # GitHub ignores what it does not know; a double had better not.
    if unknown := set(body) - set(schema["properties"]):
        raise BrokenContractError(f"{of.id} knows no {', '.join(sorted(unknown))}")


def check_answer(of: Operation, status: int, body: Json) -> None:
    """Judges an answer; refusals that no operation describes are basic errors.

    Raises:
        BrokenContractError: It is not as described.
    """
    described = of.said["responses"].get(str(status))
    if described is None:
        if status < 400:
            raise BrokenContractError(f"{of.id} never answers {status}")
        _judge(body, {"$ref": "#/components/schemas/basic-error"}, f"{of.id}: {status}")
        return
    content = _resolved(described).get("content")
    if content is None:
        if body is not None:
            raise BrokenContractError(f"{of.id}: {status} has no body")
        return
    _judge(body, content["application/json"]["schema"], f"{of.id}: {status}")


def example(schema_name: str, **fields: Json) -> Json:
    """The least a schema asks for, with those fields laid over it."""
    return {**_least({"$ref": f"#/components/schemas/{schema_name}"}), **fields}


def _least(schema: Json) -> Json:  # noqa: PLR0911  a table of types
    schema = _resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema or "oneOf" in schema:
        return _least((schema.get("anyOf") or schema["oneOf"])[0])
    if "allOf" in schema:
        return {key: value for part in schema["allOf"] for key, value in _least(part).items()}
    kinds = schema.get("type", "object")
    match kinds if isinstance(kinds, str) else kinds[0]:
        case "string":
            return "x"
        case "integer" | "number":
            return 1
        case "boolean":
            return False
        case "array":
            return []
        case _:
            wanted = schema.get("required", ())
            return {name: _least(schema["properties"][name]) for name in wanted}


def _judge(value: Json, schema: Json, what: str) -> None:
    whole = {**schema, "components": document()["components"]}
    for error in Draft202012Validator(whole).iter_errors(value):
        place = "/".join(map(str, error.absolute_path))
        raise BrokenContractError(f"{what} {place}: {error.message}")


def _typed(schema: Json, text: str) -> Json:
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text


def _resolved(item: Json) -> Json:
    while "$ref" in item:
        where: Json = document()
        for part in item["$ref"].removeprefix("#/").split("/"):
            where = where[part]
        item = where
    return item


def _without_nullable(item: Json) -> Json:
    """OpenAPI 3.0 says `nullable`, JSON Schema a list of types or an alternative."""
    if isinstance(item, list):
        return [_without_nullable(one) for one in item]
    if not isinstance(item, dict):
        return item
    said = {key: _without_nullable(value) for key, value in item.items() if key != "nullable"}
    if item.get("nullable") is not True:
        return said
    if isinstance(said.get("type"), str) and "enum" not in said:
        return {**said, "type": [said["type"], "null"]}
    return {"anyOf": [said, {"type": "null"}]}

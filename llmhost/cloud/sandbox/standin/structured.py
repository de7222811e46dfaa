"""Answers that have a form: JSON of a schema, and the call of a tool that has to be called.

An engine holds its model to the form; the stand-in takes the first of whatever may stand there.
"""

import json
from collections.abc import Mapping
from typing import Any

from .web import Json

_EMPTY: Mapping[str, object] = {"string": "", "integer": 0, "number": 0, "boolean": False}


def json_text(body: Json) -> str:
    """The answer where a JSON Schema is asked for; empty where none is."""
    match body.get("response_format"):
        case {"type": "json_schema", "json_schema": {"schema": schema}}:
            return json.dumps(instance(schema))
        case {"type": "json_object"}:
            return "{}"
    return ""


def tool_call(body: Json) -> Json | None:
    """The tool that has to be called; None where none has to."""
    choice, tools = body.get("tool_choice"), body.get("tools") or []
    named = choice.get("function", {}).get("name") if isinstance(choice, Mapping) else None
    if choice != "required" and not named:
        return None
    for tool in tools:
        function = tool.get("function", {})
        if named in {None, function.get("name")}:
            arguments = json.dumps(instance(function.get("parameters", {})))
            called = {"name": function.get("name"), "arguments": arguments}
            return {"id": "call_0", "type": "function", "function": called}
    return None


def instance(schema: Json) -> Any:  # noqa: ANN401 - JSON
    """The plainest value of a schema."""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {name: instance(properties.get(name, {})) for name in schema.get("required", ())}
        case "array":
            return [instance(schema.get("items", {})) for _ in range(schema.get("minItems", 0))]
        case kind:
            return _EMPTY.get(str(kind))

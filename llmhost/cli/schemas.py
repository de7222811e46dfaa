"""The JSON Schema (draft 2020-12) of every file llmhost reads and every document it prints."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter

from llmhost.cli.attributes import described
from llmhost.cli.documents import Departed, Diagnosis, Hosts, Logged, Providers
from llmhost.cli.failure import Failure
from llmhost.errors import UsageError
from llmhost.events import Event
from llmhost.spec.checks import CheckFile
from llmhost.spec.deploymentfile import DeploymentFile
from llmhost.spec.gatefile import GateFile
from llmhost.spec.profile import Profile
from llmhost.workflows.capacity import Needed
from llmhost.workflows.fit import Answer, Tiers
from llmhost.workflows.proof import Gated, Smoked
from llmhost.workflows.rendered import Rendered
from llmhost.workflows.results import Cleared, Extended, Listing, Planned, Served, Status

# By name: the type, and what it is the schema of.
FILES: Mapping[str, tuple[type[BaseModel], str]] = {
    "deployment": (DeploymentFile, "The -f file of up, plan and render."),
    "profile": (Profile, "A provider's profile, profiles/NAME.yaml."),
    "checks": (CheckFile, "A file of checks for smoke, --checks FILE."),
    "gate": (GateFile, "The -f file of gate."),
}
DOCUMENTS: Mapping[str, tuple[Any, str]] = {
    "served": (Served, "llmhost up -o json"),
    "served-hosts": (Hosts[Served], "llmhost up -o json, with several --host"),
    "planned": (Planned, "llmhost plan -o json"),
    "planned-hosts": (Hosts[Planned], "llmhost plan -o json, with several --host"),
    "rendered": (Rendered, "llmhost render -o json"),
    "listing": (Listing, "llmhost ls -o json"),
    "status": (Status, "llmhost status -o json"),
    "status-hosts": (Hosts[Status], "llmhost status -o json, with several --host"),
    "smoked": (Smoked, "llmhost smoke -o json"),
    "gated": (Gated, "llmhost gate -o json"),
    "logged": (Logged, "llmhost logs -o json"),
    "gone": (Departed, "llmhost down -o json"),
    "extended": (Extended, "llmhost extend -o json"),
    "cleared": (Cleared, "llmhost gc -o json"),
    "diagnosis": (Diagnosis, "llmhost doctor -o json"),
    "providers": (Providers, "llmhost providers -o json"),
    "fit": (Answer, "llmhost fit -o json"),
    "tiers": (Tiers, "llmhost fit --table -o json"),
    "capacity": (Needed, "llmhost capacity -o json"),
    "failure": (Failure, "any command with -o json that fails once its flags were read"),
}
NAMES = (*FILES, *DOCUMENTS, "event")
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)
# What every line of --events has beside the fields of its event.
_LINE = {
    "time": {"type": "string", "format": "date-time", "description": "When, in UTC."},
    "host": {"type": "string", "description": "The host, where there are several."},
}


def schemas() -> dict[str, Any]:
    """All schemas by name."""
    return {name: schema_of(name) for name in NAMES}


def schema_of(name: str) -> dict[str, Any]:
    """One schema.

    Raises:
        UsageError: There is none of that name.
    """
    if name in FILES:
        model, about = FILES[name]
        return _titled(name, about, described(model))
    if name in DOCUMENTS:
        kind, about = DOCUMENTS[name]
        return _titled(name, about, _printed(kind))
    if name == "event":
        return _titled(name, "A line of --events on stderr.", _event())
    close = difflib.get_close_matches(name, NAMES, n=1)
    meant = f"did you mean `{close[0]}`? " if close else ""
    raise UsageError(f"there is no schema `{name}`", hint=f"{meant}schemas: {', '.join(NAMES)}")


def _titled(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": _DRAFT, **schema, "title": f"llmhost {name}", "description": about}


def _printed(kind: Any) -> dict[str, Any]:  # noqa: ANN401  any type pydantic knows
    """The schema of a value as it is printed: every field is there, and no other."""
    schema = TypeAdapter(kind).json_schema(mode="serialization")
    for part in (schema, *schema.get("$defs", {}).values()):
        if "properties" in part:
            _close(part)
    return schema


def _close(part: dict[str, Any]) -> None:
    """Closes an object, and moves what its docstring says about a field to that field."""
    part["required"] = list(part["properties"])
    part["additionalProperties"] = False
    text, _, attributes = part.get("description", "").partition("Attributes:\n")
    if text:
        part["description"] = " ".join(text.split())
    for name, told in _ATTRIBUTE.findall(attributes):
        part["properties"].get(name, {})["description"] = " ".join(told.split())


def _event() -> dict[str, Any]:
    schema = _printed(Event | Failure)
    for name, part in schema["$defs"].items():
        if "properties" in part and {"$ref": f"#/$defs/{name}"} in schema["anyOf"]:
            part["properties"] = {"event": {"const": name}, **_LINE, **part["properties"]}
            part["required"] = ["event", "time", *part["required"]]
    return schema

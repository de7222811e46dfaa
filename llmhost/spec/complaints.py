"""What is wrong with a YAML file, in the words of somebody who writes it: line, key, remedy."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import yaml
from pydantic_core import ErrorDetails

Location: TypeAlias = tuple[int | str, ...]

# What belongs somewhere, and an example of it, by the first word of a problem's type.
_KINDS: Mapping[str, tuple[str, str]] = {
    "int": ("a whole number", "2"),
    "float": ("a number", "2.5"),
    "bool": ("`true` or `false`", "true"),
    "string": ("text", '"text"'),
    "dict": ("keys with values", "{key: value}"),
    "model": ("keys with values", "{key: value}"),
    "list": ("a list", "[one, another]"),
    "tuple": ("a list", "[one, another]"),
    "date": ("a day", "2026-11-20"),
}
_SAID = {
    "unknown_key": "unknown key",
    "missing": "this key is missing",
    "union_tag_not_found": "this key is missing",
    "literal_error": "takes {expected}, not `{value}`",
    "union_tag_invalid": "takes {expected_tags}, not `{tag}`",
    "string_pattern_mismatch": "`{value}` does not have the form {pattern}",
    "greater_than": "takes more than {gt}, not `{value}`",
    "greater_than_equal": "takes {ge} or more, not `{value}`",
    "less_than": "takes less than {lt}, not `{value}`",
    "less_than_equal": "takes {le} or less, not `{value}`",
    "too_short": "takes at least {min_length} of them",
}
_LONG = 60


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong.

    Attributes:
        line: Line in the file, from 1.
        key: The key, with those around it; empty for the whole file.
        said: What is wrong with it.
        hint: What to write instead; empty where `said` tells it.
    """

    line: int
    key: str
    said: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.key}: {self.said}" if self.key else self.said


def complaints(root: yaml.Node | None, problems: Iterable[ErrorDetails]) -> tuple[Complaint, ...]:
    """What is wrong with a document; what only follows from something deeper is left out."""
    found: dict[Location, list[ErrorDetails]] = {}
    for problem in problems:
        found.setdefault(_written(root, problem), []).append(problem)
    return tuple(
        _complaint(root, location, several)
        for location, several in found.items()
        if not any(_below(other, location) for other in found)
    )


def _below(location: Location, other: Location) -> bool:
    return len(location) > len(other) and location[: len(other)] == other


def _complaint(
    root: yaml.Node | None, location: Location, several: list[ErrorDetails]
) -> Complaint:
    # A login in an address that is itself a key is not repeated.
    key = re.sub(r"[^/\s]*@", "…@", ".".join(map(str, location)))
    kinds = [kind for one in several if (kind := _kind(one))]
    if kinds and len(kinds) == len(several):
        said, hint = _wrong_kind(str(location[-1]) if location else "", kinds, several[0])
    else:
        said, hint = _said(several[0]), _hint(several[0])
    return Complaint(line_of(root, location), key, said, hint)


def _kind(problem: ErrorDetails) -> tuple[str, str] | None:
    """What belongs there instead; None where it is of the right kind, and wrong otherwise."""
    first, _, rest = problem["type"].partition("_")
    if rest in {"type", "parsing", "from_float", "from_datetime_inexact", "from_datetime_parsing"}:
        return _KINDS.get(first)
    return None


def _wrong_kind(key: str, kinds: list[tuple[str, str]], problem: ErrorDetails) -> tuple[str, str]:
    value, words = problem["input"], " or ".join(dict.fromkeys(what for what, _ in kinds))
    said = f"{words} belong{'' if words == 'keys with values' else 's'} here"
    if problem["type"] == "string_type" and not isinstance(value, dict | list | None):
        # YAML reads 8080, yes and 2026-11-20 as a number, a truth and a day.
        written = "" if isinstance(value, bool) else f'write `{key}: "{value}"`'
        return f"{said}: quote it", written
    if not isinstance(value, dict | list) and len(str(value)) < _LONG:
        said += ", not " + ("nothing" if value is None else f"`{value}`")
    return said, f"write `{key}: {kinds[0][1]}`, for instance" if key.isidentifier() else ""


def _said(problem: ErrorDetails) -> str:
    if form := _SAID.get(problem["type"]):
        return form.format_map({**problem.get("ctx", {}), "value": problem["input"]})
    return problem["msg"].removeprefix("Value error, ")


def _hint(problem: ErrorDetails) -> str:
    if problem["type"] != "unknown_key":
        return ""
    known = problem["ctx"]["known"].split(", ")
    close = difflib.get_close_matches(problem["ctx"]["key"], known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known keys here: {', '.join(known)}"


def _written(root: yaml.Node | None, problem: ErrorDetails) -> Location:
    """Where it stands in the file: the names of alternatives that were tried are not written."""
    location, kind = problem["loc"], problem["type"]
    if kind == "unknown_key":
        location = (*location, problem["ctx"]["key"])
    if kind.startswith("union_tag"):
        location = (*location, problem["ctx"]["discriminator"].strip("'"))
    kept: list[int | str] = []
    node = root
    for place, part in enumerate(location):
        inner = _child(node, part)
        last = place == len(location) - 1
        if inner is not None or (last and kind in {"missing", "union_tag_not_found"}):
            kept.append(part)
            node = inner[1] if inner else None
    return tuple(kept)


def line_of(root: yaml.Node | None, location: Location) -> int:
    """The line of a value, or of the nearest thing around it that is written down."""
    line, node = root.start_mark.line if root else 0, root
    for part in location:
        inner = _child(node, part)
        if inner is None:
            break
        line, node = inner
    return line + 1


def _child(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    """The line of what stands under a key or at a place in a list, and the thing itself."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    for key, value in _pairs(node):
        if key.value == str(part):
            return key.start_mark.line, value
    return None


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The keys of a mapping, then those that it takes over from others (`<<`)."""
    if isinstance(node, yaml.MappingNode):
        yield from node.value
        for key, value in node.value:
            if key.value == "<<":
                for one in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    yield from _pairs(one)

"""Reads a YAML file into a model; what is wrong with it is named by file, line and key."""

import difflib
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from llmhost.errors import ProfileError
from llmhost.once import once

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML was built without libyaml: slower, the same otherwise
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_WORDS = {"unknown_key": "unknown key", "missing": "this key is missing"}
_MERGE = "tag:yaml.org,2002:merge"
Document = TypeVar("Document", bound=BaseModel)


class _StrictLoader(_Loader):
    """YAML as it is, except that a key written twice is an error and not a silent choice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ANN401, FBT001, FBT002  PyYAML's signature
        seen: set[str] = set()
        for key, _ in getattr(node, "value", ()):
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"key `{key.value}` stands here twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_document(path: Path, model: type[Document], **given: Any) -> Document:  # noqa: ANN401  model fields
    """Reads a YAML file; one that is as it was is not read again.

    Args:
        path: The file.
        model: What it should be.
        given: Fields that do not stand in the file.

    Raises:
        ProfileError: It cannot be read, is not YAML, or is not what `model` describes.
    """
    return _read(path, _state(path), model, tuple(given.items()))


def _state(path: Path) -> tuple[int, ...]:
    try:
        there = path.stat()
    except OSError:
        return ()  # reading it says why
    return (there.st_ino, there.st_size, there.st_mtime_ns)


@once
def _read(
    path: Path, _state: tuple[int, ...], model: type[Document], fields: tuple[tuple[str, Any], ...]
) -> Document:
    text, given = _text(path), dict(fields)
    try:
        data = yaml.load(text, _StrictLoader) or {}  # noqa: S506  derived from the safe loader
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ProfileError(f"{path}{line}: {error.problem}", why="it is not valid YAML") from error
    except (yaml.YAMLError, ValueError) as error:
        problem = str(error).partition("\n")[0]
        raise ProfileError(f"{path}: {problem}", why="it is not valid YAML") from error
    if not isinstance(data, dict):
        raise ProfileError(f"{path}:1: a mapping of keys and values belongs here")
    for key in data.keys() & given.keys():
        number = _line_of(yaml.compose(text, _Loader), (key,))
        raise ProfileError(f"{path}:{number}: {key}: does not stand in the file")
    try:
        return model.model_validate({**data, **given})
    except ValidationError as error:
        raise _explained(path, text, error) from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read", why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: is not UTF-8 text", why=str(error)) from error


def _explained(path: Path, text: str, error: ValidationError) -> ProfileError:
    """The error in the words of somebody who wrote the file; further ones follow as details."""
    root = yaml.compose(text, _Loader)
    lines = [_line(path, root, problem) for problem in error.errors()]
    hint = next((hint for problem in error.errors() if (hint := _meant(problem))), "")
    return ProfileError(lines[0], hint=hint, details=tuple(lines[1:]))


def _line(path: Path, root: yaml.Node | None, problem: ErrorDetails) -> str:
    location = problem["loc"]
    if problem["type"] == "unknown_key":
        location = (*location, problem["ctx"]["key"])
    key = ".".join(str(part) for part in location)
    told = f"{key}: {_said(problem)}" if key else _said(problem)
    return f"{path}:{_line_of(root, location)}: {told}"


def _said(problem: ErrorDetails) -> str:
    """What is wrong, in the words of somebody who writes YAML."""
    match problem["type"], problem["input"]:
        case "string_type", dict() | list() | None:
            return "text belongs here"
        case "string_type", _:
            # YAML reads 8080, yes and 2026-11-20 as a number, a truth and a day.
            return "text belongs here: quote it"
        case "literal_error", value:
            return f"takes {problem['ctx']['expected']}, not `{value}`"
        case kind, _:
            return _WORDS.get(kind) or problem["msg"].removeprefix("Value error, ")


def _meant(problem: ErrorDetails) -> str:
    if problem["type"] != "unknown_key":
        return ""
    known = problem["ctx"]["known"].split(", ")
    close = difflib.get_close_matches(problem["ctx"]["key"], known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known keys here: {', '.join(known)}"


def _line_of(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line of a value in a document, or of the nearest thing around it that is written down."""
    line = node.start_mark.line if node else 0
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value)
        ):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return line + 1

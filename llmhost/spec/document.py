"""Reads a YAML file into a model; what is wrong with it is named by file, line and key."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from llmhost.errors import ProfileError
from llmhost.once import once
from llmhost.spec.complaints import complaints, line_of

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML was built without libyaml: slower, the same otherwise
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_ELSE = "docs/reference says what each key takes; `llmhost schema` prints it for editors"
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
        number = line_of(yaml.compose(text, _Loader), (key,))
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
    found = complaints(yaml.compose(text, _Loader), error.errors())
    lines = [f"{path}:{one.line}: {one}" for one in found]
    hint = next((one.hint for one in found if one.hint), _ELSE)
    return ProfileError(lines[0], hint=hint, details=tuple(lines[1:]))

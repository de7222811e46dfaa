"""Cases that are kept as YAML files below `fixtures/`: a folder per subject, a file per case."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Case:
    """One case: which class it is about, what it is called, and what the file says."""

    subject: str
    name: str
    said: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.subject}-{self.name}"


def cases(kind: str) -> tuple[Case, ...]:
    """Every case of a kind, such as `facts`."""
    return tuple(
        Case(path.parent.name, path.stem, yaml.safe_load(path.read_text("utf-8")))
        for path in sorted((FIXTURES / kind).glob("*/*.yaml"))
    )


def folder_of(kind: type) -> str:
    """The folder that holds the cases of a class: `DaemonJson` is `daemon_json`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def plain(value: object) -> object:
    """A value as YAML has it: mappings, lists and scalars."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


def frozen(value: object) -> Any:  # noqa: ANN401  fields of any type
    """A value out of YAML as a frozen dataclass takes it: tuples for lists."""
    if isinstance(value, dict):
        return {key: frozen(one) for key, one in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def classes(*modules: object) -> Iterator[type]:
    """The public classes that these modules define themselves."""
    for module in modules:
        for name, value in vars(module).items():
            own = isinstance(value, type) and value.__module__ == getattr(module, "__name__", "")
            if own and not name.startswith("_"):
                yield value

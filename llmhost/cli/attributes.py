"""The schema of a file, with what the source says below each key, so that editors show it."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel


def described(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model, each key described by the docstring below its attribute."""
    schema = model.model_json_schema()
    parts = {part.__name__: part for part in _parts(model)}
    for name, part in (*schema.get("$defs", {}).items(), (model.__name__, schema)):
        if name not in parts:
            continue
        texts = _docstrings(parts[name])
        for key, about in part.get("properties", {}).items():
            if key in texts:
                about["description"] = texts[key]
    return schema


def _parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and every model among its fields, nested ones included."""
    yield model
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            yield from _parts(inner)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  any type expression
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def _docstrings(model: type[BaseModel]) -> Mapping[str, str]:
    """What stands below the attributes of a class (PEP 257: attribute docstrings)."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(tree, ast.ClassDef)  # noqa: S101  it is the source of a class
    texts = {}
    for attribute, below in zip(tree.body, tree.body[1:], strict=False):
        match attribute, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                texts[name] = inspect.cleandoc(text)
    return texts

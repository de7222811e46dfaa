"""Reads the name of a model as a user types it: `ORG/NAME@REV`, `ORG/NAME:QUANT`, `name:tag`."""

import fnmatch
import re

from llmhost.errors import UsageError
from llmhost.spec.deployment import Model
from llmhost.spec.described import Described
from llmhost.spec.needs import Models

_REPO = r"(?P<repo>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)"
_REVISION = r"(?:@(?P<revision>[A-Za-z0-9][\w.-]*))?"
_DIRECTORY = re.compile(_REPO + _REVISION, re.ASCII)
_QUANT = re.compile(_REPO + r":(?P<quant>[A-Za-z0-9_]+)" + _REVISION, re.ASCII)
_FILE = re.compile(_REPO + r"/(?P<file>[\w./+-]+\.gguf)" + _REVISION, re.ASCII)
_SHARD = re.compile(r"-00001-of-(?P<count>\d{5})\.gguf$")
_OLLAMA = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+){0,3})(?::(?P<tag>[\w.-]+))?", re.ASCII)
_LMSTUDIO = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<quant>\w+))?", re.ASCII)


def read_model(typed: str, profile: Described) -> Model:
    """The model that was asked for, in the terms of the provider that serves it.

    Raises:
        UsageError: The provider has no such models, or the name is not one.
    """
    for refusal in profile.models.refuse:
        if fnmatch.fnmatch(typed.lower(), refusal.pattern.lower()):
            raise UsageError(f"{profile.title} cannot serve `{typed}`", why=refusal.reason)
    match profile.models.source, profile.models.layout:
        case "ollama", _:
            return _ollama(typed)
        case "lmstudio", _:
            return _lmstudio(typed)
        case _, "gguf":
            return _gguf(typed)
        case _:
            return _directory(typed, profile.models)


def _directory(typed: str, models: Models) -> Model:
    found = _DIRECTORY.fullmatch(typed)
    if not found:
        raise _unreadable(typed, "ORG/NAME or ORG/NAME@REVISION, as on the hub")
    return Model(
        id=found["repo"],
        source="hub",
        repo=found["repo"],
        revision=found["revision"] or "main",
        files=models.files,
    )


def _gguf(typed: str) -> Model:
    if found := _QUANT.fullmatch(typed):
        quant = found["quant"]
        return Model(
            id=f"{found['repo']}:{quant}",
            source="hub",
            repo=found["repo"],
            revision=found["revision"] or "main",
            files=(f"*[-.]{_any_case(quant)}.gguf",),
            file=f"{quant}.gguf",
        )
    if (found := _FILE.fullmatch(typed)) and ".." not in found["file"].split("/"):
        file = found["file"]
        return Model(
            id=file.rpartition("/")[2].removesuffix(".gguf"),
            source="hub",
            repo=found["repo"],
            revision=found["revision"] or "main",
            files=_shards(file),
            file=file,
        )
    raise _unreadable(typed, "ORG/NAME:QUANT or ORG/NAME/FILE.gguf, such as ORG/NAME-GGUF:Q4_K_M")


def _ollama(typed: str) -> Model:
    found = _OLLAMA.fullmatch(typed)
    if not found:
        raise _unreadable(typed, "name:tag, as in Ollama's library, or hf.co/ORG/NAME:QUANT")
    name = f"{found['name']}:{found['tag'] or 'latest'}"  # what Ollama makes of a bare name
    return Model(id=name, source="ollama", repo=name)


def _lmstudio(typed: str) -> Model:
    found = _LMSTUDIO.fullmatch(typed)
    if not found:
        raise _unreadable(typed, "name@quantisation, as in LM Studio's catalogue")
    return Model(id=found["name"], source="lmstudio", repo=typed)


def _unreadable(typed: str, form: str) -> UsageError:
    return UsageError(f"`{typed}` is not the name of a model", hint=f"write {form}")


def _any_case(quant: str) -> str:
    """A pattern for a quantisation's name, which some repositories write in small letters."""
    return "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in quant)


def _shards(file: str) -> tuple[str, ...]:
    """What to fetch for a file: itself, and what belongs to it where it is the first of several."""
    found = _SHARD.search(file)
    if not found:
        return (file,)
    stem, count = file[: found.start()], found["count"]
    return tuple(f"{stem}-{shard:05d}-of-{count}.gguf" for shard in range(1, int(count) + 1))

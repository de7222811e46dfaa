"""The pages of files and documents: from the schemas that `llmhost schema` prints."""

import re
from collections.abc import Iterator
from pathlib import Path

from docs.generate.markdown import code, literal, page
from docs.generate.schema import Schema, keys, parts, rows
from llmhost.cli.schemas import DOCUMENTS, schema_of

_PROFILES = Path(__file__).parents[2] / "profiles"
_EXAMPLE = "vllm"
# A list of failures is long; what it looks like is seen from the first.
_LONGEST = 24
_BESIDE = ("event", "time", "host")


def deployment_page() -> str:
    """The page of the `-f` file."""
    schema = schema_of("deployment")
    return page(
        "The -f file",
        "What stands on the command line otherwise, as YAML, to be kept in a repository. Every key "
        "may be left out, and the command line wins over the file. A key that does not exist is an "
        "error that names file, line and key. Examples: [host.yaml](../../examples/host.yaml), "
        "[air-gapped.yaml](../../examples/air-gapped.yaml).",
        keys(schema),
        "## sources",
        *(part["description"] for _, part in parts(schema)),
        *(keys(part) for _, part in parts(schema)),
        "For an editor: `llmhost schema deployment > deployment.schema.json`.",
    )


def documents_page() -> str:
    """The page of what `-o json` and `--events` print."""
    return page(
        "Documents",
        "With `-o json` a command prints one JSON document and nothing else on stdout. Every key "
        "is always there, and there is no other. `llmhost schema NAME` prints the JSON Schema "
        "(draft 2020-12).",
        *_documents(),
        *_events(),
    )


def profile_page() -> str:
    """The page of a provider's profile: every key, and how the profile of vLLM says it."""
    schema = schema_of("profile")
    objects = dict(parts(schema))
    return page(
        "A profile",
        "What one provider needs, as data: `profiles/NAME.yaml`. Each key below comes with the "
        f"lines of [profiles/{_EXAMPLE}.yaml](../../profiles/{_EXAMPLE}.yaml), comments included. "
        "A profile of your own: [guide](../guides/own-profile.md).",
        *(text for name, *row in rows(schema) for text in _key(name.strip("`"), row, objects)),
    )


def _key(name: str, row: list[str], objects: dict[str, Schema]) -> Iterator[str]:
    kind, means = row
    inner = [objects[word] for word in re.findall(r"\w+", kind) if word in objects]
    about = means or " ".join(part["description"] for part in inner)
    yield f"## {name}"
    yield f"{about} ({_plainly(kind, objects)})"
    yield code(_lines(_EXAMPLE, name), "yaml")
    for part in inner:
        yield from _tables(part, objects)


def _plainly(kind: str, objects: dict[str, Schema]) -> str:
    """A type without the names of classes, which nobody types."""
    many = re.sub(r"(of|to) (\w+)", lambda m: f"{m[1]} mappings" if m[2] in objects else m[0], kind)
    return re.sub(r"\w+", lambda m: "mapping" if m[0] in objects else m[0], many)


def _tables(part: Schema, objects: dict[str, Schema]) -> Iterator[str]:
    yield keys(part)
    for _, kind, _ in rows(part):
        for word in re.findall(r"\w+", kind):
            if word in objects:
                yield f"{word}: {objects[word]['description']}"
                yield from _tables(objects[word], objects)


def _lines(profile: str, key: str) -> str:
    """The lines of a profile that say a key, with the comment above it."""
    text = (_PROFILES / f"{profile}.yaml").read_text(encoding="utf-8")
    for block in re.split(r"\n\n", text):
        if re.search(rf"^{key}:", block, re.MULTILINE):
            lines = block.splitlines()
            more = len(lines) - _LONGEST
            return "\n".join(lines[:_LONGEST] + ([f"  # … and {more} more lines"] * (more > 0)))
    return f"# {profile} says nothing here"


def _documents() -> Iterator[str]:
    """Each document; a part of several is explained where it appears first."""
    told: set[str] = {kind.__name__ for kind, _ in DOCUMENTS.values() if isinstance(kind, type)}
    for name, (_, command) in DOCUMENTS.items():
        schema = schema_of(name)
        yield f"## {name}"
        yield literal(command)
        yield keys(schema)
        fresh = [(each, part) for each, part in parts(schema) if each not in told]
        yield from (text for each, part in fresh for text in _part(each, part))
        told |= {each for each, _ in fresh}


def _events() -> Iterator[str]:
    schema = schema_of("event")
    yield "## event"
    yield (
        f"{schema['description']} Beside the keys below it has `event`, the name of what happened; "
        "`time`, in UTC; and `host`, where there are several."
    )
    for name, part in parts(schema):
        if "event" in part["properties"]:
            own = {key: value for key, value in part["properties"].items() if key not in _BESIDE}
            yield from _part(name, {**part, "properties": own})


def _part(name: str, part: Schema) -> Iterator[str]:
    yield f"`{name.partition('_')[0]}`: {part['description']}"
    yield keys(part)

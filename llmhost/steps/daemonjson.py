"""The step for Docker's daemon.json, which others edit too: merged, validated, written whole."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from llmhost.errors import StepError
from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.files import File as FileFact
from llmhost.steps.base import Drift, Effect
from llmhost.steps.files import content_drift


@dataclass(frozen=True, slots=True)
class DaemonJson:
    """Docker's daemon.json with our settings merged in; keys of others stay as they are."""

    settings: Mapping[str, object] = field(hash=False)
    lane: str = ""

    path = "/etc/docker/daemon.json"

    @property
    def title(self) -> str:
        """The thing and its name."""
        return f"file {self.path}"

    def facts(self) -> tuple[AnyFact, ...]:
        """What must be known of the host."""
        return (FileFact(self.path),)

    def check(self, read: FactReader, /) -> tuple[Drift, ...]:
        """Merges, and compares the outcome with what is there."""
        if not self.settings:
            return ()
        state = read(FileFact(self.path))
        actual = state.content if state else ""
        present = _object(actual, self.path)
        merged = _merged(present, self.settings)
        if merged == present:
            return ()
        return (content_drift(self.path, actual, _dumped(merged)),)

    def apply(self, drift: tuple[Drift, ...], /) -> Iterable[Effect]:
        """Writes the merged document whole, after Docker itself has validated it."""
        yield Effect(("daemon_json", drift[0].desired))


def _object(text: str, path: str) -> dict[str, object]:
    if not text.strip():
        return {}
    try:
        document = json.loads(text)
    except ValueError as error:
        raise StepError(
            f"{path} on the host is not valid JSON",
            why=str(error),
            hint=f"correct or remove {path}; llmhost merges into it and does not throw it away",
        ) from error
    if not isinstance(document, dict):
        raise StepError(f"{path} on the host is not a JSON object", hint=f"correct {path}")
    return document


def _merged(present: Mapping[str, object], wanted: Mapping[str, object]) -> dict[str, object]:
    merged = dict(present)
    for key, value in wanted.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


def _dumped(document: Mapping[str, object]) -> str:
    return json.dumps(document, indent=2) + "\n"

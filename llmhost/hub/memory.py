"""Remembers what registries said, so that the same question costs nothing the second time.

One JSON file per question below `$XDG_CACHE_HOME/llmhost/models`. A commit never changes what it
holds, so an answer for one is kept for good; which commit a branch stands for is asked anew after
an hour. Nothing in it is secret, and nothing breaks when it is deleted.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from llmhost.hub.published import Published
from llmhost.spec.deployment import Model
from llmhost.spec.sources import Sources

_FRESH_SECONDS = 3600.0
_FORM = 1  # of the file; another one is as if there were none
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Memory:
    """Answers of registries, on this computer.

    Attributes:
        folder: Where they lie.
        now: Seconds since 1970.
    """

    folder: Path
    now: Callable[[], float] = time.time

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> "Memory":
        """The user's own."""
        base = environ.get("XDG_CACHE_HOME") or "~/.cache"
        return cls(Path(base).expanduser() / "llmhost" / "models")

    def recall(self, model: Model, sources: Sources, *, stale: bool = False) -> Published | None:
        """What was said about a model before; None where nothing was, or too long ago.

        Args:
            model: The model.
            sources: Where would be asked.
            stale: Takes what is old as well, where nobody can be asked.
        """
        try:
            document = json.loads(self._path(model, sources).read_text("utf-8"))
            fresh = self.now() - document["asked"] < _FRESH_SECONDS
            if document["form"] == _FORM and (fresh or stale or _COMMIT.fullmatch(model.revision)):
                return Published(**document["published"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            pass
        return None

    def keep(self, model: Model, sources: Sources, published: Published) -> None:
        """Notes an answer; where that is not possible, nothing is lost but time."""
        path = self._path(model, sources)
        plain = {part.name: getattr(published, part.name) for part in fields(published)} | {
            "config": dict(published.config),
            "formats": dict(published.formats),
        }
        text = json.dumps({"form": _FORM, "asked": self.now(), "published": plain})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(f".{os.getpid()}")
            beside.write_text(text, "utf-8")
            beside.replace(path)
        except OSError:
            pass

    def _path(self, model: Model, sources: Sources) -> Path:
        where = f"{model.source} {sources.hub} {sources.ollama}"
        question = f"{where}\n{model.repo}\n{model.revision}\n{model.file}"
        name = hashlib.sha256(question.encode()).hexdigest()[:32]
        return self.folder / f"{name}.json"

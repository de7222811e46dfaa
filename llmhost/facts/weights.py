"""Facts about downloaded weights."""

import json
from dataclasses import dataclass

from llmhost.transport.base import Answer


@dataclass(frozen=True, slots=True)
class WeightsState:
    """Weights that were fetched to the end.

    Attributes:
        repository: The hub's repository.
        revision: The revision that was asked for.
        commit: The commit it was at that time; exactly this one lies on the disk.
        patterns: The file patterns that were asked for.
        damaged: Files that are gone or have another size than the hub said.
        size: Bytes in all.
    """

    repository: str
    revision: str
    commit: str
    patterns: tuple[str, ...]
    damaged: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Which weights lie in this directory? None while they are not complete."""

    directory: str

    @property
    def question(self) -> tuple[str, ...]:
        """The argv that asks."""
        return ("weights_state", self.directory)

    def parse(self, answer: Answer, /) -> WeightsState | None:
        """Compares the mark of the download with the files that are there."""
        text, _, listing = answer.stdout.partition("\n")
        try:
            mark = json.loads(text)
        except ValueError:
            return None
        there = dict(_files(listing))
        match mark:
            case {
                "repository": str(repository),
                "revision": str(revision),
                "commit": str(commit),
                "patterns": list(patterns),
                "files": dict(wanted),
            }:
                damaged = tuple(name for name, size in wanted.items() if there.get(name) != size)
                size = sum(wanted.values())
                return WeightsState(repository, revision, commit, tuple(patterns), damaged, size)
            case _:
                return None  # not a mark of ours


def _files(listing: str) -> list[tuple[str, int]]:
    rows = (line.partition(" ") for line in listing.split("\n"))
    return [(name, int(size)) for size, _, name in rows if size.isdecimal()]

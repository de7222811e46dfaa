"""What the double has: repositories, their one commit, and their files with the hub's checksums."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

FAULT_FILE = "fault.json"
# Files the hub keeps in large-file storage: their ETag is a SHA-256 and they come from its CDN. All
# others have the Git blob's SHA-1. https://huggingface.co/docs/hub/storage-backends, 2026-11-20
LARGE = (".safetensors", ".gguf", ".bin", ".pt")


@dataclass(frozen=True, slots=True)
class RepoFile:
    """A file of a repository, with the checksums by which the hub's client knows it.

    Attributes:
        path: Path within the repository.
        where: Path on this machine.
        size: In bytes.
        oid: SHA-1 of the Git blob.
        sha256: Of the content; empty for files that are not kept in large-file storage.
    """

    path: str
    where: Path
    size: int
    oid: str
    sha256: str

    @property
    def etag(self) -> str:
        """The ETag the hub gives the file."""
        return self.sha256 or self.oid

    def entry(self) -> dict[str, Json]:
        """The file as an element of the hub's tree listing."""
        entry: dict[str, Json] = {
            "type": "file",
            "oid": self.oid,
            "size": self.size,
            "path": self.path,
        }
        if self.sha256:
            entry["lfs"] = {"oid": self.sha256, "size": self.size, "pointerSize": 134}
        return entry


@dataclass(frozen=True, slots=True)
class Repository:
    """A model repository with exactly one commit."""

    id: str
    files: tuple[RepoFile, ...]

    @property
    def commit(self) -> str:
        """The commit's name: 40 hex digits that depend on every file."""
        listing = "".join(f"{file.path} {file.etag}\n" for file in self.files)
        return hashlib.sha1(listing.encode(), usedforsecurity=False).hexdigest()

    def revision(self, name: str) -> str | None:
        """The commit a revision stands for, or None if there is none.

        Any 40 hex digits stand for themselves: a deployment pins a commit of the real repository,
        and must find it here.
        """
        if name in {"main", "refs/heads/main"}:
            return self.commit
        return name if re.fullmatch("[0-9a-f]{40}", name) else None

    def file(self, path: str) -> RepoFile | None:
        """The file of that path, or None."""
        return next((file for file in self.files if file.path == path), None)

    def info(self, revision: str, *, gated: bool, blobs: bool) -> dict[str, Json]:
        """What `/api/models/ORG/NAME` says of it."""
        siblings: list[Json] = []
        for file in self.files:
            sized: dict[str, Json] = {"size": file.size, "blobId": file.oid} if blobs else {}
            siblings.append({"rfilename": file.path, **sized})
        return {
            "_id": self.commit[:24],
            "id": self.id,
            "modelId": self.id,
            "author": self.id.partition("/")[0],
            "sha": revision,
            "private": False,
            "gated": "manual" if gated else False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": ["text-generation", "llmhost-standin"],
            "pipeline_tag": "text-generation",
            "lastModified": "2026-11-20T00:00:00.000Z",
            "createdAt": "2026-11-20T00:00:00.000Z",
            "siblings": siblings,
        }


def repository(folder: Path, name: str) -> Repository | None:
    """The repository `ORG/NAME` below a folder, or None if it is not there."""
    home = folder / name
    if name.count("/") != 1 or ".." in name or not home.is_dir():
        return None
    return Repository(name, tuple(_files(home)))


def _files(home: Path) -> Iterator[RepoFile]:
    for where in sorted(home.rglob("*")):
        if where.is_file() and where.name != FAULT_FILE:
            status = where.stat()
            yield _described(home, where, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4096)
def _described(home: Path, where: Path, size: int, _changed: int) -> RepoFile:
    blob = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    content = hashlib.sha256()
    with where.open("rb") as file:
        while chunk := file.read(1 << 20):
            blob.update(chunk)
            content.update(chunk)
    large = where.name.endswith(LARGE)
    path = where.relative_to(home).as_posix()
    return RepoFile(path, where, size, blob.hexdigest(), content.hexdigest() if large else "")

"""A repository of the Hugging Face hub: its commit, its files with their sizes, and parts of them.

Routes as `huggingface_hub` 2.4.0 uses them (hf_api.py, file_download.py), 2026-11-20.
"""

import fnmatch
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from llmhost.hub.cursor import Cursor
from llmhost.hub.refusals import BrokenFileError
from llmhost.hub.web import Web

# Thousands of files with their sizes; the listing of a model of 2026 takes 100 kB.
_MOST_LISTING_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at one commit.

    Attributes:
        endpoint: Scheme and host of the hub.
        name: `ORG/NAME`.
        commit: The commit that the asked revision stands for.
        files: Sizes in bytes by path.
    """

    web: Web
    endpoint: str
    name: str
    commit: str
    files: Mapping[str, int]

    def url(self, path: str) -> str:
        """Where a file is."""
        return f"{self.endpoint}/{self.name}/resolve/{quote(self.commit, safe='')}/{quote(path)}"

    def whole(self, path: str, *, limit: int) -> bytes:
        """A small file."""
        return self.web.get(self.url(path), limit=limit).content

    def part(self, path: str) -> Callable[[int, int], bytes]:
        """Fetches parts of a file, as `Cursor` asks for them."""

        def fetch(start: int, size: int) -> bytes:
            size = min(size, self.files[path] - start)
            if size <= 0:
                return b""
            return self.web.get(self.url(path), limit=size, start=start, size=size).content

        return fetch

    def cursor(self, path: str, *, limit: int) -> Cursor:
        """A place at the beginning of a file."""
        return Cursor(self.part(path), limit)

    def matching(self, patterns: tuple[str, ...]) -> Mapping[str, int]:
        """The files that are fetched to a host; all of them without patterns."""
        return {
            path: size
            for path, size in self.files.items()
            if not patterns or any(fnmatch.fnmatch(path, pattern) for pattern in patterns)
        }


def open_repository(web: Web, endpoint: str, name: str, revision: str) -> Repository:
    """Asks the hub for a repository at a revision.

    Raises:
        HubError: It is not there, gated, or the hub does not answer.
        BrokenFileError: The answer is not what the hub answers.
    """
    base = endpoint.rstrip("/")
    url = f"{base}/api/models/{name}/revision/{quote(revision, safe='')}?blobs=true"
    answer = web.get(url, limit=_MOST_LISTING_BYTES).content
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise BrokenFileError(f"{base} does not speak as the hub does", why=str(error)) from error
    match document:
        case {"sha": str(commit), "siblings": [*siblings]} if commit.isalnum():
            return Repository(web, base, name, commit, dict(_sized(one) for one in siblings))
    raise BrokenFileError(f"{base} does not speak as the hub does", why=f"{name} has no files")


def _sized(sibling: object) -> tuple[str, int]:
    match sibling:
        case {"rfilename": str(path), "size": int(size)} if size >= 0:
            return path, size
        case {"rfilename": str(path)}:
            return path, 0
    raise BrokenFileError("the hub lists something that is no file")

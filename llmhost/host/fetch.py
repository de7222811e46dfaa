"""Downloads one revision of a repository from the model hub, and tells how far it has come.

Runs on the host, in the virtual environment that holds the hub's own client. Usage:
fetch.py REPOSITORY REVISION DIRECTORY LINK [PATTERN...]; the token comes in HF_TOKEN. The revision
is resolved to a commit first, and exactly this commit is fetched; what was fetched before is kept.
LINK, when it is not empty, becomes a name for the one file that matches.
Progress goes to descriptor 3 as `progress`, `weights`, done, total, text, separated by tabs.
"""

import fnmatch
import json
import os
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download, hf_hub_url
from huggingface_hub.constants import MAX_HTTP_DOWNLOAD_SIZE
from huggingface_hub.errors import (
    GatedRepoError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # not in __all__

MARK = ".llmhost.json"
SECONDS_BETWEEN_REPORTS = 0.5
FILES_AT_ONCE = 4


def main(repository: str, revision: str, directory: Path, link: str, patterns: list[str]) -> None:
    """Fetches, then leaves a mark that says which commit is complete."""
    # A line break at its end, as files of secrets have it, is not part of a token.
    token = os.environ.get("HF_TOKEN", "").strip() or False
    info = HfApi().model_info(repository, revision=revision, files_metadata=True, token=token)
    sizes = {
        file.rfilename: file.size or 0
        for file in info.siblings or []
        if not patterns or any(fnmatch.fnmatch(file.rfilename, pattern) for pattern in patterns)
    }
    if not sizes:
        sys.exit(f"no file of {repository} matches {' '.join(patterns)}")
    if link and len(sizes) > 1:
        sys.exit(f"several files of {repository} match, name one: {' '.join(sorted(sizes))}")
    total = sum(sizes.values())
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MARK).unlink(missing_ok=True)
    missing = total - _bytes_in(directory)
    free = shutil.disk_usage(directory).free
    if missing > free:
        sys.exit(f"not enough disk: {missing} bytes to fetch, {free} bytes free at {directory}")
    commit = _Commit(repository, str(info.sha), directory, token)
    with _Report(directory, total), ThreadPoolExecutor(FILES_AT_ONCE) as pool:
        list(pool.map(commit.fetch, sizes, sizes.values()))
    mark = {
        "repository": repository,
        "revision": revision,
        "commit": info.sha,
        "patterns": patterns,
        "files": sizes | _linked(directory, link, sizes),
    }
    (directory / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Commit:
    """One commit of a repository, and where its files go."""

    repository: str
    sha: str
    directory: Path
    token: str | bool

    def fetch(self, name: str, size: int) -> None:
        """Fetches a file, going on from where an earlier run was cut off.

        The client's own downloads begin anew in each process and throw away what they have when
        they fail (huggingface_hub 2.4.0, `_download_to_tmp_and_move`); its `http_get` goes on.
        """
        file = self.directory / name
        if not file.resolve().is_relative_to(self.directory.resolve()):
            raise ValueError(f"the repository names a file outside of itself: {name}")
        if file.is_file() and file.stat().st_size == size:
            return
        if size > MAX_HTTP_DOWNLOAD_SIZE:  # handed out by the hub's own protocol alone
            hf_hub_download(
                self.repository,
                name,
                revision=self.sha,
                local_dir=self.directory,
                token=self.token,
            )
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        url = hf_hub_url(self.repository, name, revision=self.sha)
        headers = build_hf_headers(token=self.token, headers={"Accept-Encoding": "identity"})
        with part.open("ab") as content:
            have = content.tell()
            http_get(url, content, resume_size=have, headers=headers, expected_size=size)
        part.replace(file)


def _linked(directory: Path, link: str, sizes: dict[str, int]) -> dict[str, int]:
    """Gives the one file its further name; answers with that name and the file's size."""
    if not link or link in sizes:
        return {}
    ((name, size),) = sizes.items()
    (directory / link).unlink(missing_ok=True)
    (directory / link).symlink_to(name)
    return {link: size}


class _Report:
    """Tells the bytes on the disk while the block runs."""

    def __init__(self, directory: Path, total: int) -> None:
        self._directory = directory
        self._total = total
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tell_on, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_failure: object) -> None:
        self._stop.set()
        self._thread.join()

    def _tell_on(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_REPORTS):
            self._tell()
        self._tell()

    def _tell(self) -> None:
        done = min(_bytes_in(self._directory), self._total)
        _progress(done, self._total, "downloading")


def _progress(done: int, total: int, text: str) -> None:
    line = f"progress\tweights\t{done}\t{total}\t{text}\n".encode()
    try:
        os.write(3, line)
    except OSError:
        sys.stdout.write(f"{done} of {total} bytes\n")


def _bytes_in(directory: Path) -> int:
    """Bytes that lie on the disk, half-fetched files included."""
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # the client renames files as it completes them
    return total


def _explained(error: Exception) -> str:
    if isinstance(error, GatedRepoError):
        return f"gated: {error}"
    if isinstance(error, RevisionNotFoundError):
        return f"no such revision: {error}"
    if isinstance(error, RepositoryNotFoundError):
        return f"no such repository, or no right to see it: {error}"
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    _repository, _revision, _directory, _link, *_patterns = sys.argv[1:]
    try:
        main(_repository, _revision, Path(_directory), _link, _patterns)
    except Exception as error:  # noqa: BLE001  whatever the client raises is told in a line
        sys.exit(_explained(error))

"""Native installs, for real below a folder of the test: pip from an index, archives by HTTP."""

import hashlib
import io
import shlex
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.host.shell import Shell

SOFTWARE = "/opt/llmhost/software/tiny"


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serves a folder over HTTP: its address, and the paths that are asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *words: object) -> None:
            super().__init__(*words, directory=str(folder))  # type: ignore[arg-type]  # as it comes

        def log_message(self, *_words: object) -> None:
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


def wheel(index: Path, version: str) -> str:
    """Puts a wheel with a program into an index; answers with its SHA-256."""
    at, info = index / "tiny", f"tiny-{version}.dist-info"
    at.mkdir(parents=True, exist_ok=True)
    file = at / f"tiny-{version}-py3-none-any.whl"
    contents = {
        "tiny.py": f"def main():\n    print('tiny {version}')\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ntiny = tiny:main\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(file, "w") as packed:
        for name, text in contents.items():
            packed.writestr(name, text)
    page = "".join(f'<a href="{one.name}">{one.name}</a>\n' for one in sorted(at.glob("*.whl")))
    (at / "index.html").write_text(page)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def archive(folder: Path, version: str, size: int = 0) -> str:
    """Puts an archive with a program into a folder; answers with its SHA-256."""
    folder.mkdir(exist_ok=True)
    files = {"bin/tiny": f"#!/bin/sh\necho tiny {version}\n".encode(), "data": b"\0" * size}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"tiny-{version}/{name}")
            entry.size, entry.mode, entry.uid = len(content), 0o4750, 1234
            tar.addfile(entry, io.BytesIO(content))
    (folder / f"{version}.tar").write_bytes(packed.getvalue())
    return hashlib.sha256(packed.getvalue()).hexdigest()


def said(shell: Shell) -> str:
    """What the installed program says; empty where there is none."""
    program = shell.path(f"{SOFTWARE}/bin/tiny")
    if not program.exists():
        return ""
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout.strip()


def mark(shell: Shell) -> str:
    path = shell.path(f"{SOFTWARE}/.llmhost")
    return path.read_text() if path.exists() else ""


def pip(
    shell: Shell, index: str, *requirements: str, links: str = ""
) -> subprocess.CompletedProcess[str]:
    words = ("python_software", SOFTWARE, index, links, *requirements)
    # An environment takes seconds, and many of them where others are at work.
    return shell.effects("export PIP_NO_CACHE_DIR=1", shlex.join(words), timeout=120)


def unpack(shell: Shell, url: str, sha256: str) -> subprocess.CompletedProcess[str]:
    return shell.effects(shlex.join(("unpacked_software", SOFTWARE, url, sha256, "1")))


def test_pinned_packages_come_from_the_index_and_are_marked(shell: Shell, tmp_path: Path) -> None:
    for version in ("1.0", "1.1", "2.0"):
        wheel(tmp_path / "index", version)
    with served(tmp_path / "index") as (url, asked):
        for version in ("1.0", "1.1"):  # an upgrade takes the place of what was there
            done = pip(shell, url, f"tiny=={version}")
            assert done.returncode == 0, done.stderr
            assert (said(shell), mark(shell)) == (f"tiny {version}", f"tiny=={version}\n")
    assert "/tiny/tiny-1.1-py3-none-any.whl" in asked
    assert not [path for path in asked if "2.0" in path]


def test_packages_that_are_on_a_page_of_their_own_are_found_there(
    shell: Shell, tmp_path: Path
) -> None:
    wheel(tmp_path / "links", "1.0")
    (tmp_path / "empty").mkdir()
    with served(tmp_path) as (url, _):
        done = pip(shell, f"{url}/empty", "tiny==1.0", links=f"{url}/links/tiny/")
    assert done.returncode == 0, done.stderr
    assert said(shell) == "tiny 1.0"


@pytest.mark.parametrize("requirement", ["tiny==9.9", f"tiny==1.0 --hash=sha256:{'0' * 64}"])
def test_packages_that_are_not_the_ones_wanted_are_not_marked(
    shell: Shell, tmp_path: Path, requirement: str
) -> None:
    right = wheel(tmp_path / "index", "1.0")
    with served(tmp_path / "index") as (url, _):
        good = f"tiny==1.0 --hash=sha256:{right}"
        assert pip(shell, url, good).returncode == 0
        assert mark(shell) == f"{good}\n"
        done = pip(shell, url, requirement)
    assert done.returncode
    assert "tiny" in done.stderr
    assert mark(shell) == ""


def test_an_archive_is_unpacked_and_replaced_as_a_whole(shell: Shell, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with served(site) as (url, asked):
        for version in ("1.0", "2.0"):
            sha256 = archive(site, version)
            done = unpack(shell, f"{url}/{version}.tar", sha256)
            assert done.returncode == 0, done.stderr
            assert (said(shell), mark(shell)) == (f"tiny {version}", f"{sha256}\n")
    program = shell.path(f"{SOFTWARE}/bin/tiny")
    assert program.stat().st_mode & 0o7777 == 0o755, "others may run it, and as themselves"
    assert program.stat().st_uid != 1234
    assert len(asked) == 2
    there = {path.name for path in program.parents[2].iterdir()}
    assert there == {"tiny"}, "the archive itself is gone"


def test_an_archive_with_another_checksum_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with served(site) as (url, _):
        unpack(shell, f"{url}/1.0.tar", archive(site, "1.0"))
        archive(site, "2.0")
        done = unpack(shell, f"{url}/2.0.tar", "0" * 64)
    assert done.returncode == 1
    assert "/2.0.tar is not the one in the profile" in done.stderr
    assert said(shell) == "tiny 1.0"


def test_a_download_that_was_cut_goes_on_where_it_ended(shell: Shell, tmp_path: Path) -> None:
    sha256 = archive(tmp_path / "site", "1.0", size=100_000)
    file = tmp_path / "site/1.0.tar"
    whole = file.read_bytes()
    shell.path(f"{SOFTWARE}.part-{sha256}").write_bytes(whole[:5000])
    # What is there already is not asked for: it could be anything.
    file.write_bytes(b"x" * 5000 + whole[5000:])
    done = unpack(shell, f"file://{file}", sha256)
    assert done.returncode == 0, done.stderr
    assert said(shell) == "tiny 1.0"


def test_a_download_that_was_cut_is_begun_anew_where_the_server_cannot_go_on(
    shell: Shell, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    sha256 = archive(site, "1.0", size=100_000)
    part = shell.path(f"{SOFTWARE}.part-{sha256}")
    part.write_bytes((site / "1.0.tar").read_bytes()[:5000])
    with served(site) as (url, asked):  # it answers a range with the whole
        done = unpack(shell, f"{url}/1.0.tar", sha256)
    assert done.returncode == 0, done.stderr
    assert (said(shell), len(asked)) == ("tiny 1.0", 2)


def test_what_was_fetched_whole_is_not_fetched_again(shell: Shell, tmp_path: Path) -> None:
    sha256 = archive(tmp_path / "site", "1.0")
    part = shell.path(f"{SOFTWARE}.part-{sha256}")
    part.write_bytes((tmp_path / "site/1.0.tar").read_bytes())
    assert unpack(shell, "http://127.0.0.1:9/gone.tar", sha256).returncode == 0
    assert said(shell) == "tiny 1.0"


def test_software_goes_with_its_account(shell: Shell, tmp_path: Path) -> None:
    with served(tmp_path / "site") as (url, _):
        unpack(shell, f"{url}/1.0.tar", archive(tmp_path / "site", "1.0"))
    other = shell.path("/opt/llmhost/software/tinier/bin/x")
    other.touch()
    done = shell.effects("getent() { false; }", "account_remove tiny")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in other.parents[1].parent.iterdir()] == ["tinier"]

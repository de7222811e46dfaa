"""A vendor's apt repository is added beside what the host has, and never against it."""

import shutil
from pathlib import Path

import pytest

from llmhost.host import script
from tests.host.shell import Shell

ROOT = "https://download.test/linux/debian"
KEY, FILE = "/etc/apt/keyrings/x.asc", "/etc/apt/sources.list.d/x.sources"
ENTRY = f"Types: deb\nURIs: {ROOT}\nSuites: trixie\nComponents: stable\nSigned-By: {KEY}\n"
CALL = script.call(("repository", ROOT, f"{ROOT}/gpg", KEY, FILE, ENTRY))
# What apt-get prints of a host's entries, in `entries`, and how its reading of the new one ends.
APT = """
curl() { printf 'a key' >"${*: -2:1}"; }
apt-get() {
  if [[ $* == *--print-uris* ]]; then printf '%s' "${entries:-}"; return "${refused:-0}"; fi
  echo "apt-get $*"
  local word
  for word in "$@"; do [[ $word != Dir::Etc::sourcelist=* ]] || cat "${word#*=}"; done
  return "${broken:-0}"
}
"""


def written(shell: Shell) -> list[str]:
    return sorted(path.name for path in (shell.root / "etc/apt").rglob("*") if path.is_file())


def test_a_repository_is_written_with_its_key_once_apt_has_read_it(shell: Shell) -> None:
    done = shell.effects(APT, CALL)
    assert done.returncode == 0
    assert shell.path(KEY).read_text() == "a key"
    assert shell.path(FILE).read_text() == shell.moved(ENTRY)
    (read,) = [line for line in done.stdout.splitlines() if line.startswith("apt-get")]
    assert "Dir::Etc::sourceparts=/dev/null" in read
    assert f"URIs: {ROOT}" in done.stdout
    assert f"Signed-By: {shell.path(KEY)}" not in done.stdout, "nothing of the host's is used yet"


@pytest.mark.parametrize("entry", ["dists/trixie/InRelease", "amd64/InRelease"])
def test_nothing_is_written_where_the_host_has_an_entry_for_it(shell: Shell, entry: str) -> None:
    done = shell.effects(APT, f"""entries="'{ROOT}/{entry}' download.test_x 0" """, CALL)
    assert (done.returncode, done.stdout) == (0, "")
    assert written(shell) == []


def test_an_entry_for_another_address_is_none_for_this(shell: Shell) -> None:
    done = shell.effects(APT, f"""entries="'{ROOT}-security/dists/trixie/InRelease' x 0" """, CALL)
    assert done.returncode == 0
    assert written(shell) == ["x.asc", "x.sources"]


@pytest.mark.parametrize("trouble", ["broken=100", "curl() { return 22; }"])
def test_nothing_is_left_of_a_repository_that_apt_cannot_read(
    tmp_path: Path, shell: Shell, trouble: str
) -> None:
    shell.path(KEY).write_text("the key of a mirror")
    done = shell.effects(APT, f"export TMPDIR={tmp_path}", trouble, CALL)
    assert done.returncode
    assert written(shell) == ["x.asc"]
    assert shell.path(KEY).read_text() == "the key of a mirror"
    assert not list(tmp_path.glob("tmp.*"))


def test_sources_that_apt_refuses_already_are_not_added_to(shell: Shell) -> None:
    done = shell.effects(APT, "refused=100", CALL)
    assert done.returncode == 100
    assert written(shell) == []


@pytest.mark.skipif(not shutil.which("apt-get"), reason="asks a real apt")
@pytest.mark.parametrize(
    ("entry", "added"),
    [
        (f"deb [signed-by=/x.gpg] {ROOT} trixie stable", False),
        (f"deb [signed-by=/x.gpg] {ROOT}/ trixie stable", False),
        (f"deb-src [signed-by=/x.gpg] {ROOT} trixie stable", False),
        (f"# deb [signed-by=/x.gpg] {ROOT} trixie stable", True),
        ("deb https://mirror.test/debian trixie main", True),
    ],
)
def test_a_real_apt_tells_what_the_host_has(
    tmp_path: Path, shell: Shell, entry: str, *, added: bool
) -> None:
    (tmp_path / "x.list").write_text(f"{entry}\n")
    config = tmp_path / "apt.conf"
    config.write_text(
        f'Dir::Etc::sourcelist "{tmp_path}/x.list";\nDir::Etc::sourceparts "/dev/null";\n'
    )
    told = """printf '%s' "${entries:-}"; return "${refused:-0}\""""
    ask = APT.replace(told, 'command apt-get "$@"; return')
    assert ask != APT
    done = shell.effects(ask, f"export APT_CONFIG={config}", CALL)
    assert done.returncode == 0, done.stderr
    assert bool(written(shell)) == added

"""Host keys, with ssh-keygen as the witness for what the files and fingerprints mean."""

import subprocess
from pathlib import Path

import pytest

from llmhost.transport.hostkeys import entry_name, fingerprint, known_keys, remember
from tests.transport.sshd import make_key, public


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return make_key(tmp_path / "key")


def test_a_fingerprint_is_what_ssh_keygen_prints(key: Path) -> None:
    argv = ["ssh-keygen", "-lf", f"{key}.pub"]
    printed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert printed.split()[1] == fingerprint(public(key))


def test_what_is_remembered_ssh_keygen_finds(key: Path, tmp_path: Path) -> None:
    file = tmp_path / "new" / "known_hosts"
    remember("192.0.2.7", 2222, public(key), file)
    found = subprocess.run(
        ["ssh-keygen", "-F", "[192.0.2.7]:2222", "-f", file], capture_output=True, check=True
    )
    assert public(key) in found.stdout.decode()


def test_remembering_keeps_what_was_there_even_without_a_last_newline(
    key: Path, tmp_path: Path
) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"before {public(key)}")
    remember("after", 22, public(key), file)
    assert [len(known_keys(name, 22, [file])) for name in ("before", "after")] == [1, 1]


@pytest.mark.parametrize(("host", "port"), [("gpu.example", 22), ("gpu.example", 2222)])
def test_names_hashed_by_ssh_keygen_are_found(
    key: Path, tmp_path: Path, host: str, port: int
) -> None:
    file = tmp_path / "known_hosts"
    remember(host, port, public(key), file)
    subprocess.run(["ssh-keygen", "-H", "-f", file], capture_output=True, check=True)
    assert host not in file.read_text()
    assert [known.key for known in known_keys(host, port, [file])] == [public(key)]
    assert known_keys("other.example", port, [file]) == ()


@pytest.mark.parametrize(
    ("names", "name", "found"),
    [
        ("gpu,192.0.2.7", "192.0.2.7", True),
        ("gpu", "GPU", True),
        ("gpu", "[gpu]:2222", False),
        ("[gpu]:2222", "[gpu]:2222", True),
        ("*.lab", "a.lab", True),
        ("*.lab,!b.lab", "b.lab", False),
        ("g?u", "gpu", True),
        ("[2001:db8::7]:2222", "[2001:db8::7]:2222", True),
        ("|1|not base64|x", "gpu", False),
    ],
)
def test_names_match_as_sshd_8_says(
    key: Path, tmp_path: Path, names: str, name: str, *, found: bool
) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"# a comment\n\n{names} {public(key)} a comment\n")
    host, _, port = name.removeprefix("[").partition("]:")
    assert bool(known_keys(host, int(port or 22), [file])) == found


def test_a_revoked_key_is_marked_and_a_certificate_authority_is_no_host_key(
    key: Path, tmp_path: Path
) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"@revoked * {public(key)}\n@cert-authority * {public(key)}\n")
    (known,) = known_keys("any", 22, [file])
    assert known.revoked
    assert known.where == f"{file}:1"


def test_broken_lines_and_missing_files_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("one\ntwo words\nhost ssh-ed25519 %%%\n@revoked\n")
    assert known_keys("host", 22, [file, tmp_path / "missing"]) == ()


def test_a_host_on_the_usual_port_has_a_bare_name() -> None:
    assert entry_name("gpu", 22) == "gpu"
    assert entry_name("gpu", 2222) == "[gpu]:2222"

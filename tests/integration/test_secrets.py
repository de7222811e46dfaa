"""The search for secrets itself: it finds each of several in any file, and holds none of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.secrets import FOLDERS, of_key, planted, search

SECRETS = ("github_pat_one0of2these3here", "ghs_the0other1of2them3here")
MARK = "PRIVATE KEY-----"
PEM = f"-----BEGIN {MARK}\nMIIEvQ\n" + "c2Vj/cmV0+=\n" * 2 + f"end=\n-----END {MARK}\n"


def found(script: str) -> list[str]:
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


# By number: what a test is called stands in its process's environment, where it would be found.
@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_each_secret_is_found_in_whatever_folder_it_lies(tmp_path: Path, secret: str) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        (folder / "deeper").mkdir(parents=True)
    looked = search(SECRETS, " ".join(map(str, folders)))
    assert found(looked) == []
    plant, file = planted(secret, str(folders[1] / "deeper" / "file"))
    assert found(plant + looked) == [file]


def test_it_is_found_among_the_words_of_a_process(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "print(flush=True); input()", SECRETS[0]]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert found(search(SECRETS, str(tmp_path))) == [f"/proc/{process.pid}/cmdline"]
        process.communicate(b"\n")


def test_neither_script_nor_plan_holds_a_secret_and_no_folder_of_everybody_is_left_out() -> None:
    script = search(SECRETS) + planted(SECRETS[0])[0]
    assert not [secret for secret in SECRETS if secret in script]
    assert {"/tmp", "/dev/shm", "/usr/local"} <= {*FOLDERS.split()}  # noqa: S108  on the machine
    assert of_key(PEM) == ("c2Vj/cmV0+=",) * 2

"""Providers that are installed on the host itself: Python packages, and an archive."""

import json
import shutil
import tarfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from llmhost.cloud.base import Machine
from tests.integration.bench import Bench
from tests.integration.command import Llmhost
from tests.integration.outside import Host

pytestmark = pytest.mark.sandbox

MODEL = "Qwen/Qwen2.5-0.5B-Instruct-GGUF/qwen2.5-0.5b-instruct-q4_k_m.gguf"
SOFTWARE = "/opt/llmhost/software"
ARCHIVE = "/srv/mirror/releases/bottle-0.13.4.tar.gz"
SOURCES = """
sources:
  downloads: {"https://vendor.example/": "file:///srv/mirror/"}
"""


@dataclass(frozen=True)
class Bare:
    """A host of one's own, and somebody with profiles of their own."""

    llmhost: Llmhost
    host: Host
    where: tuple[str, str]
    home: Path

    def up(self, provider: str) -> dict[str, object]:
        file = self.home / "sources.yaml"
        file.write_text(SOURCES)
        words = ("up", provider, "-f", str(file), *self.where, "--yes")
        document: dict[str, object] = self.llmhost.json(*words)
        return document

    def version(self, port: int) -> str:
        said = json.loads(self.host.check_output(f"curl -fsS http://127.0.0.1:{port}/health"))
        return str(said["bottle"])

    def change(self, provider: str, old: str, new: str) -> None:
        profile = self.home / f"profiles/{provider}.yaml"
        text = profile.read_text()
        assert old in text
        profile.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def bare(
    bench: Bench,
    llmhost: Llmhost,
    look: Callable[[Machine], Host],
    tmp_path_factory: pytest.TempPathFactory,
) -> Bare:
    """One machine for this module; the vendor's archive lies on it, as on a mirror."""
    home = tmp_path_factory.mktemp("native") / "home"
    shutil.copytree(Path(__file__).parent / "native", home)
    machine = bench.bare("native", gpus=0, models=[MODEL])
    ours = llmhost.knowing(LLMHOST_HOME=str(home))
    return Bare(ours, look(machine), ("--host", str(machine.address)), home)


def test_python_packages_become_a_service_of_their_own_account(bare: Bare) -> None:
    assert bare.up("piped")["changed"]
    assert bare.version(8091) == "0.13.3"
    unit = bare.host.service("llmhost-piped.service")
    assert unit.is_enabled
    assert unit.is_running
    program = bare.host.file(f"{SOFTWARE}/piped/bin/bottle")
    assert (program.user, bare.host.file("/var/lib/llmhost/piped").user) == ("root", "piped")
    assert bare.host.check_output("ps -C python -o user= | sort -u") == "piped"
    assert not bare.host.exists("docker"), "nothing here needs it"


def test_a_second_up_changes_nothing(bare: Bare) -> None:
    assert bare.up("piped")["changed"] == 0


def test_another_pin_replaces_the_packages_and_restarts_the_service(bare: Bare) -> None:
    bare.change("piped", "bottle==0.13.3", "bottle==0.13.4")
    assert bare.up("piped")["changed"] == 2
    assert bare.version(8091) == "0.13.4"
    assert bare.up("piped")["changed"] == 0


def test_an_archive_comes_from_the_address_that_stands_in_for_the_vendors(bare: Bare) -> None:
    packed = bare.home / "bottle.tar.gz"
    taken = bare.host.check_output(f"base64 -w0 $(find {SOFTWARE}/piped -name bottle.py | head -1)")
    with tarfile.open(packed, "w:gz") as tar:
        file = bare.home / "bottle.py"
        file.write_bytes(b64decode(taken))
        tar.add(file, "bottle-0.13.4/bottle.py")
    bare.change("archived", "@SHA256@", sha256(packed.read_bytes()).hexdigest())
    encoded = b64encode(packed.read_bytes()).decode()
    bare.host.check_output(
        f"mkdir -p $(dirname {ARCHIVE}) && echo {encoded} | base64 -d >{ARCHIVE}"
    )
    assert bare.up("archived")["changed"]
    assert bare.version(8092) == "0.13.4"
    assert bare.up("archived")["changed"] == 0


def test_what_somebody_deleted_is_installed_again(bare: Bare) -> None:
    bare.host.check_output(f"rm {SOFTWARE}/archived/bottle.py")
    assert bare.up("archived")["changed"] == 1
    assert bare.host.file(f"{SOFTWARE}/archived/bottle.py").exists


def test_down_takes_the_software_along(bare: Bare) -> None:
    bare.llmhost("down", "piped", *bare.where, "--yes").good()
    assert not bare.host.file(f"{SOFTWARE}/piped").exists
    assert bare.host.file(f"{SOFTWARE}/archived/bottle.py").exists, "the other one stays"
    bare.llmhost("down", "archived", *bare.where, "--yes").good()
    assert not bare.host.file("/opt/llmhost").exists
    assert "piped" not in bare.host.check_output("cut -d: -f1 /etc/passwd").split()

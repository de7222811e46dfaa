"""The functions that ask, under a real bash."""

import hashlib
import json
import os
from pathlib import Path
from typing import TypeVar

import pytest

from llmhost.facts.base import Fact
from llmhost.facts.files import File, FileState
from llmhost.facts.gpu import DriverState, Gpus
from llmhost.facts.services import Container, DockerEngine, Image, Unit
from llmhost.facts.system import DiskFree, OsRelease, Records, RouteMtu
from llmhost.facts.weights import Weights
from llmhost.host import script
from llmhost.transport.base import Answer
from tests.host.shell import Shell
from tests.host.website import website

MARK = "0123456789abcdef" * 2
T = TypeVar("T")


def ask(shell: Shell, fact: Fact[T]) -> T:
    """Asks as a host is asked, and reads the answer."""
    source = script.gather([tuple(map(shell.moved, fact.question))], MARK)
    (answer,) = script.answers(shell.run(source).stdout, MARK)
    return fact.parse(answer)


@pytest.mark.parametrize("text", ["", "one line\n", "no end", "\n\n", "tab\t'\"\\ $(id) ü\n"])
def test_a_files_content_comes_back_to_the_byte(tmp_path: Path, shell: Shell, text: str) -> None:
    path = tmp_path / "a file'"
    path.write_text(text)
    path.chmod(0o640)
    state = ask(shell, File(str(path)))
    assert state
    assert (state.kind, state.mode, state.content) == ("file", 0o640, text)
    assert state.changed == int(path.stat().st_mtime)


def test_a_path_that_begins_with_a_dash_is_a_path(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "-f").write_text("x")
    assert shell.call(("facts",), f"cd '{tmp_path}'", "file_state -f").stdout.endswith("\nx")


def test_what_is_not_there_is_absent_and_a_directory_is_one(tmp_path: Path, shell: Shell) -> None:
    assert ask(shell, File(str(tmp_path / "nothing"))) is None
    assert ask(shell, File(str(tmp_path / "nothing"), secret=True)) is None
    state = ask(shell, File(str(tmp_path)))
    assert isinstance(state, FileState)
    assert state.kind == "directory"


def test_a_link_to_a_directory_is_one_and_any_other_link_is_none(
    tmp_path: Path, shell: Shell
) -> None:
    (tmp_path / "models").mkdir(mode=0o750)
    (tmp_path / "x").write_text("x")
    kinds = []
    for name, target in (("a", "models"), ("b", "x"), ("c", "nowhere")):
        (tmp_path / name).symlink_to(tmp_path / target)
        state = ask(shell, File(str(tmp_path / name)))
        assert state
        kinds.append((state.kind, state.mode))
    assert kinds == [("directory", 0o750), ("other", 0o777), ("other", 0o777)]


# systemd 249, that of Ubuntu 22.04: it knows no form of time but its own, in the zone of who asks.
SYSTEMCTL_249 = """
systemctl() {
  [[ $* != *--timestamp* ]] || { echo "unrecognized option '--timestamp=unix'" >&2; return 1; }
  printf '%s\\n' LoadState=loaded ActiveState=active
  printf 'ActiveEnterTimestamp=%s\\n' "$(date --date=@1795177314 '+%a %Y-%m-%d %H:%M:%S %Z')"
}
"""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Berlin"])
def test_a_unit_tells_its_time_under_a_systemd_that_knows_no_other_form(
    shell: Shell, zone: str
) -> None:
    lines = (f"export TZ={zone}", SYSTEMCTL_249, "unit_state docker.service")
    told = shell.call(("facts",), *lines)
    state = Unit("docker.service").parse(Answer(0, told.stdout, ""))
    assert (state.loaded, state.active, state.since) == (True, "active", 1795177314)


def test_a_unit_that_never_ran_has_no_time(shell: Shell) -> None:
    never = "systemctl() { printf '%s\\n' LoadState=loaded ActiveEnterTimestamp=; }"
    told = shell.call(("facts",), never, "unit_state x.service")
    assert Unit("x.service").parse(Answer(0, told.stdout, "")).since == 0


def test_a_secret_stays_on_the_host(tmp_path: Path, shell: Shell) -> None:
    path = tmp_path / "engine.env"
    path.write_text("KEY='hf_0123456789'\n")
    fact = File(str(path), secret=True)
    state = ask(shell, fact)
    assert state
    assert state.content == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "hf_" not in shell.run(script.gather([fact.question], MARK)).stdout


def test_free_room_is_that_of_the_nearest_folder_that_exists(tmp_path: Path, shell: Shell) -> None:
    there = os.statvfs(tmp_path)
    free = ask(shell, DiskFree(str(tmp_path / "a" / "b")))
    assert free == pytest.approx(there.f_bavail * there.f_frsize, rel=0.05)
    assert ask(shell, DiskFree("/no-such-folder-at-all")) > 0


def test_every_record_is_read_and_no_record_is_none(shell: Shell) -> None:
    assert not ask(shell, Records())
    for name in ("vllm", "ollama"):
        path = shell.path(f"/etc/llmhost/{name}/deployment.json")
        path.write_text(json.dumps({"name": name}))
    found = ask(shell, Records())
    assert {name: json.loads(text)["name"] for name, text in found.items()} == {
        "ollama": "ollama",
        "vllm": "vllm",
    }


def test_a_record_that_is_no_record_still_has_a_name(shell: Shell) -> None:
    shell.path("/etc/llmhost/torn/deployment.json").write_text('{"name": "to')
    assert ask(shell, Records()) == {"torn": '{"name": "to'}


def test_weights_are_complete_when_every_file_has_its_size(tmp_path: Path, shell: Shell) -> None:
    fact = Weights(str(tmp_path))
    assert ask(shell, fact) is None
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "x.gguf").write_text("12345")
    (tmp_path / "Q4.gguf").symlink_to("a folder/x.gguf")
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "half").write_text("not counted")
    mark = {"repository": "o/m", "revision": "main", "commit": "c", "patterns": []}
    files = {"a folder/x.gguf": 5, "Q4.gguf": 5, "gone.json": 1, ".cache/half": 11}
    (tmp_path / ".llmhost.json").write_text(json.dumps(mark | {"files": files}) + "\n")
    state = ask(shell, fact)
    assert state
    assert state.damaged == ("gone.json", ".cache/half")


def test_this_computer_says_what_it_is(shell: Shell) -> None:
    system = ask(shell, OsRelease())
    assert system.arch == os.uname().machine
    assert system.memory_kb > 100_000
    assert len(system.boot_id) == 36
    assert system.systemd == Path("/run/systemd/system").is_dir()
    assert ask(shell, RouteMtu()) >= 0


def test_a_host_without_a_driver_says_so(shell: Shell) -> None:
    done = shell.call(("facts",), "PATH=/nowhere", "gpus", "echo $?")
    assert done.stdout == "127\n"
    assert not ask(shell, Gpus()).gpus or ask(shell, Gpus()).installed


def nvidia_smi(shell: Shell, answers: str) -> DriverState:
    """What is read where nvidia-smi answers so."""
    told = shell.call(("facts",), f"nvidia-smi() {{ {answers}; }}", "gpus")
    return Gpus().parse(Answer(told.returncode, told.stdout, ""))


def test_a_driver_that_does_not_know_compute_capabilities_is_asked_again(shell: Shell) -> None:
    field = 'Field \\"compute_cap\\" is not a valid field to query.'
    refuses = f'[[ $* != *compute_cap* ]] || {{ echo "{field}"; return 2; }}'
    (gpu,) = nvidia_smi(shell, f'{refuses}; echo "0, T4, u, 470.2, 1, 0"').gpus
    assert (gpu.name, gpu.driver, gpu.capability) == ("T4", "470.2", "")
    (gpu,) = nvidia_smi(shell, 'echo "0, T4, u, 580.9, 1, 0, 7.5"').gpus
    assert gpu.capability == "7.5"


def test_a_warning_beside_a_gpu_that_works_is_asked_about_once(shell: Shell) -> None:
    warning = 'echo "0, T4, u, 580.9, 1, 0, 7.5"; echo "WARNING: infoROM"; return 14'
    assert len(nvidia_smi(shell, warning).gpus) == 1


def test_the_engine_is_asked_on_its_socket(shell: Shell) -> None:
    assert ask(shell, DockerEngine()) == ""
    answers = {"/version": (200, '{"Version":"28.5.2"}\n')}
    with website(answers, at=shell.path("/run/docker.sock")) as engine:
        assert ask(shell, DockerEngine()) == "28.5.2"
        assert ask(shell, Container("x")).status == ""
        ask(shell, Image("registry.test:5000/a/b:v1@sha256:00"))
    assert engine.asked[-1].path == "/images/registry.test%3A5000/a/b%3Av1%40sha256%3A00/json"


def test_asking_changes_nothing(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "x").write_text("x")
    before = sorted(map(str, tmp_path.rglob("*")))
    ask(shell, File(str(tmp_path / "x")))
    ask(shell, Records())
    assert sorted(map(str, tmp_path.rglob("*"))) == before

"""What is rendered is read by the programs that will read it on a host."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from llmhost.cloud.sandbox.engine import ensure_engine
from llmhost.cloud.sandbox.infra import ensure_infra
from llmhost.events import ignore
from tests.render.cases import CASES, Case, text

CONTAINERS = [case for case in CASES if case.deployment.container]
SCRIPTS = [case for case in CASES if any(file.path.endswith("/start") for file in case.files)]
INFRA = "llmhost.infra"
# Installed with the development dependencies, beside the interpreter.
_SHELLCHECK = str(Path(sys.executable).with_name("shellcheck"))

pytestmark = pytest.mark.tools


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that is Docker Compose: this computer's, or the one sandbox machines install."""
    if shutil.which("docker") and "Compose" in _run(["docker", "compose", "version"]).stdout:
        return ["docker", "compose"]
    ensure_infra((), (), ignore)
    engine, unpacked = ensure_engine(ignore), tmp_path_factory.mktemp("compose")
    served = "/srv/www/download.docker.com/linux/debian"
    found = engine.run("exec", INFRA, "find", served, "-name", "docker-compose-plugin_*.deb")
    engine.run("cp", f"{INFRA}:{found.split()[0]}", str(unpacked / "compose.deb"))
    subprocess.run(["dpkg-deb", "--extract", unpacked / "compose.deb", unpacked], check=True)
    return [str(unpacked / "usr/libexec/docker/cli-plugins/docker-compose")]


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """The program that checks units."""
    found = shutil.which("systemd-analyze")
    assert found, "systemd-analyze is not here: apt-get install systemd"
    return found


@pytest.mark.sandbox
@pytest.mark.parametrize("case", CONTAINERS, ids=lambda case: case.name)
def test_compose_reads_what_was_meant(case: Case, compose: list[str], tmp_path: Path) -> None:
    _write(case, tmp_path)
    directory = tmp_path / case.deployment.directory.lstrip("/")
    answer = _run([*compose, "--project-directory", str(directory), "config", "--format", "json"])
    assert (answer.returncode, answer.stderr) == (0, "")
    engine = json.loads(answer.stdout)["services"]["engine"]
    deployment = case.deployment
    assert [port["host_ip"] for port in engine["ports"]] == ["127.0.0.1"]
    assert [port["published"] for port in engine["ports"]] == [str(deployment.port)]
    assert engine["image"] == deployment.image
    assert _gpu_names(engine) == list(_devices(case))
    environment = {name: engine["environment"][name].replace("$$", "$") for name in deployment.env}
    assert environment == dict(deployment.env)
    if deployment.settings.get("args"):
        # `config` prints dollar signs as they would have to be written.
        assert "$" in "".join(engine["command"]).replace("$$", "$")
        assert "$" not in "".join(engine["command"]).replace("$$", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_systemd_has_nothing_to_say_about_the_unit(
    case: Case, systemd_analyze: str, tmp_path: Path
) -> None:
    _write(case, tmp_path)
    unit = tmp_path / "etc/systemd/system" / case.deployment.unit
    complaints = _complaints(systemd_analyze, case, unit)
    assert complaints == []


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("llmhost-vllm.service", "RemainAfterExit", "RemainAfterExt"),
        ("docker.service.d/llmhost.conf", "Wants=", "Wantsx="),
        ("docker.service.d/llmhost.conf", "After=", "Aftr="),
    ],
)
def test_systemd_would_say_something_about_a_wrong_file(
    systemd_analyze: str, tmp_path: Path, name: str, right: str, wrong: str
) -> None:
    case = next(case for case in CASES if case.name == "vllm-l4x2")
    _write(case, tmp_path)
    units = tmp_path / "etc/systemd/system"
    text = (units / name).read_text("utf-8")
    assert right in text
    (units / name).write_text(text.replace(right, wrong), "utf-8")
    complaints = _complaints(systemd_analyze, case, units / case.deployment.unit)
    assert [line for line in complaints if wrong.strip("=") in line], complaints


@pytest.mark.parametrize("case", SCRIPTS, ids=lambda case: case.name)
def test_shellcheck_has_nothing_to_say_about_the_script(case: Case) -> None:
    script = next(text(file) for file in case.files if file.path.endswith("/start"))
    answer = _run([_SHELLCHECK, "--severity=style", "-"], script)
    assert (answer.returncode, answer.stdout) == (0, "")


def test_every_yaml_comment_of_a_template_is_kept_short() -> None:
    for case in CONTAINERS:
        compose_file = next(text(file) for file in case.files if file.path.endswith("compose.yaml"))
        assert max(len(line) for line in compose_file.splitlines()) <= 130
        assert yaml.safe_load(compose_file)["name"] == case.deployment.container


def _complaints(systemd_analyze: str, case: Case, unit: Path) -> list[str]:
    """What systemd says of what is rendered; of others' units it may say what it likes."""
    root = unit.parents[3]
    content = unit.read_text("utf-8").replace("/usr/bin/docker", "/bin/true")
    unit.write_text(
        content.replace(f"={case.deployment.directory}", f"={root}{case.deployment.directory}"),
        "utf-8",
    )
    (unit.parent / "docker.service").write_text("[Service]\nExecStart=/bin/true\n", "utf-8")
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{unit.parent}:"}
    answer = _run([systemd_analyze, "verify", "--man=no", str(unit)], env=environment)
    ours = (str(root), unit.name)
    return [line for line in answer.stderr.splitlines() if any(one in line for one in ours)]


def _devices(case: Case) -> tuple[str, ...]:
    wanted = tuple(f"nvidia.com/gpu={index}" for index in range(case.deployment.gpus))
    return case.site.devices or wanted


def _gpu_names(
    engine: dict[str, dict[str, dict[str, dict[str, list[dict[str, list[str]]]]]]],
) -> list[str]:
    devices = (
        engine.get("deploy", {}).get("resources", {}).get("reservations", {}).get("devices", [])
    )
    return [name for device in devices for name in device["device_ids"]]


def _write(case: Case, root: Path) -> None:
    for file in case.files:
        path = root / file.path.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(file), "utf-8")
        path.chmod(file.mode)


def _run(
    command: list[str], stdin: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, env=env
    )

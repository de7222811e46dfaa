"""What stands in `examples/gcp/` is run: against the double, and one on a real machine of its."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from llmhost.cloud.sandbox.infra import ensure_infra
from llmhost.events import ignore
from tests.cloud.gcp.bench import ZONES, Bench
from tests.cloud.gcp.forked import alone
from tests.cloud.gcp.guard import NOTES, Guard
from tests.cloud.gcp.test_whole_way import GUARDED, IMAGE, MODEL
from tests.fake_gce import FakeGce, RealClock
from tests.fake_gce.process import FakeGceProcess
from tests.fake_gce.sandbox import SandboxMachines

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "gcp"
EXPIRED = {"llmhost": "1", "llmhost-name": "old", "llmhost-expires": "2026-01-01t00-00-00z"}


def typed_by(action: Path, inputs: dict[str, str]) -> list[str]:
    """What a script of the action passes to `llmhost`."""
    said = f'llmhost() {{ printf "%s\\n" "$@"; }}; exec() {{ "$@"; }}; source {action}'
    done = subprocess.run(
        ["bash", "-c", said],
        env={"PATH": os.environ["PATH"], **inputs},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def script(name: str, environ: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    """Runs an example as somebody types it."""
    return subprocess.run(
        [EXAMPLES / name, *args],
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_every_example_is_one_that_is_run_here() -> None:
    assert {file.name for file in EXAMPLES.iterdir()} == {"deployment.yaml", "gc.yaml", "laptop.sh"}


def test_the_scripts_are_sound() -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    subprocess.run([shellcheck, *EXAMPLES.glob("*.sh")], check=True)


def test_the_deployment_is_the_spot_machine_that_its_comments_tell_of(
    somebody: Bench, cloud: FakeGceProcess
) -> None:
    alone(somebody, "up", "-f", str(EXAMPLES / "deployment.yaml"), "--yes")
    (instance,) = cloud.instances()
    assert instance["scheduling"]["provisioningModel"] == "SPOT"
    assert instance["scheduling"]["maxRunDuration"] == {"seconds": str(4 * 3600)}
    assert instance["zone"].endswith(f"/{ZONES[0]}")


def test_the_scheduled_sweep_takes_what_is_waste_and_nothing_else(
    somebody: Bench, cloud: FakeGceProcess
) -> None:
    cloud.plant_instance(ZONES[1], "llmhost-old", labels=EXPIRED)
    cloud.plant_disk(ZONES[0], "llmhost-old-1", EXPIRED)
    cloud.plant_disk(ZONES[0], "theirs")
    cloud.advance(3600)
    alone(somebody, "up", "vllm", "--gpus", "2", "--yes")
    workflow = yaml.safe_load((EXAMPLES / "gc.yaml").read_text(encoding="utf-8"))
    *_, sweep = workflow["jobs"]["gc"]["steps"]
    assert re.search(r"/action/gc@[0-9a-f]{40}$", sweep["uses"])
    given = {f"INPUT_{name.upper()}": value for name, value in sweep["with"].items()}
    ended = alone(somebody, *typed_by(ROOT / "action" / "gc.sh", {"INPUT_CLOUD": "gcp", **given}))
    assert ended.status == 0, ended.stderr
    assert [one["name"] for one in cloud.instances()] == ["llmhost-vllm"]
    assert sorted(disk["name"] for disk in cloud.disks())[1:] == ["theirs"]


def test_an_afternoon_without_a_machine_leaves_nothing(
    somebody: Bench, cloud: FakeGceProcess
) -> None:
    """The price is too high: the plan says so, and nothing is made."""
    done = script("laptop.sh", {**somebody.environ, "MAX_PRICE": "0.10"})
    assert done.returncode == 1
    assert "costs more than --max-price 0.1" in done.stdout + done.stderr
    assert somebody.left() == []
    assert cloud.calls["instances.insert"] == 0


@pytest.mark.sandbox
def test_an_afternoon_has_its_answer_and_leaves_nothing(guard: Guard, tmp_path: Path) -> None:
    guard.on = False  # what makes machines may need the net the first time
    ensure_infra((IMAGE,), (MODEL,), ignore)
    # Digests cannot hold where stand-ins answer for the registry.
    profile = tmp_path / "own" / "profiles" / "vllm.yaml"
    profile.parent.mkdir(parents=True)
    text = (ROOT / "profiles" / "vllm.yaml").read_text(encoding="utf-8")
    profile.write_text(text.replace(f"{IMAGE}@sha256:", f"{IMAGE} # "), encoding="utf-8")
    shutil.copytree(ROOT / "templates", tmp_path / "own" / "templates")
    machines = SandboxMachines(images=(IMAGE,), models=(MODEL,))
    with FakeGce(clock=RealClock(rate=20), machines=machines) as gce:
        known = {
            **Bench(gce, tmp_path / "home").environ,
            "LLMHOST_HOME": str(tmp_path / "own"),
            "PYTHONPATH": str(GUARDED),
            "PORT": "9473",
            NOTES: os.environ[NOTES],
        }
        done = script("laptop.sh", known, "Is anybody there?")
        assert done.returncode == 0, done.stderr
        answer = next(line for line in done.stdout.splitlines() if line.startswith("{"))
        assert json.loads(answer)["choices"][0]["message"]["content"]
        assert "per hour" in done.stdout
        assert gce.instances() == gce.disks() == gce.firewalls() == []

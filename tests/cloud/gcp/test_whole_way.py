"""From nothing to an answered completion and back: the double, real machines, real SSH."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmhost.cloud.sandbox.infra import ensure_infra
from llmhost.events import ignore
from tests.cloud.gcp.bench import ZONES
from tests.cloud.gcp.guard import NOTES
from tests.fake_gce import FakeGce, RealClock, Stockout
from tests.fake_gce.sandbox import SandboxMachines
from tests.fake_iap import FakeIap, behind
from tests.integration.command import Llmhost

pytestmark = pytest.mark.sandbox

IMAGE = "docker.io/vllm/vllm-openai:v0.31.0"
MODEL = "Qwen/Qwen3-32B-AWQ"
NAME = "whole-way"
GUARDED = Path(__file__).parent / "guarded"


@pytest.fixture
def gce(guard: object) -> Iterator[FakeGce]:
    """A double with real machines, a minute of whose time takes three seconds.

    What makes the machines may need the net the first time; only llmhost is guarded here.
    """
    guard.on = False  # type: ignore[attr-defined]  # Guard
    ensure_infra((IMAGE,), (MODEL,), ignore)
    machines = SandboxMachines(images=(IMAGE,), models=(MODEL,))
    with FakeGce(clock=RealClock(rate=20), machines=machines) as gce:
        yield gce


@pytest.fixture
def llmhost(gce: FakeGce, tmp_path: Path) -> Llmhost:
    """The command line of somebody with an empty home, who cannot leave this computer."""
    return Llmhost(tmp_path).knowing(
        LLMHOST_GCE_ENDPOINT=gce.endpoint,
        LLMHOST_GCE_PROJECT=gce.project,
        XDG_STATE_HOME=str(tmp_path / "state"),
        PYTHONPATH=str(GUARDED),
        **{NOTES: os.environ[NOTES]},
    )


def test_a_machine_inside_serves_is_entered_and_goes(
    gce: FakeGce, llmhost: Llmhost, tmp_path: Path
) -> None:
    file = tmp_path / "deployment.yaml"
    file.write_text("provider: vllm\nname: inside\nsources: {images: {docker.io: docker.io}}\n")
    gce.plant_router("us-east4", "out")
    with FakeIap(behind(gce)) as iap:
        llmhost = llmhost.knowing(LLMHOST_IAP_ENDPOINT=iap.endpoint)
        served = llmhost.json(
            "up", "--gpus", "2", "--iap", "-f", str(file), "--cloud", "gcp", "--yes"
        )
        assert {check["outcome"] for check in served["checks"]} == {"ok"}
        assert "completion" in {check["name"] for check in served["checks"]}
        (instance,) = gce.instances()
        assert "accessConfigs" not in instance["networkInterfaces"][0]
        assert {rule["sourceRanges"][0] for rule in gce.firewalls()} == {"35.235.240.0/20"}

        words = ("curl", "--silent", "http://127.0.0.1:8000/v1/models")
        models = llmhost("ssh", "inside", "--cloud", "gcp", "--", *words).good()
        assert MODEL in models.stdout
        assert {target.instance for target in iap.tunnels} == {"llmhost-inside"}

        llmhost("down", "--yes", "inside", "--cloud", "gcp").good()
    assert gce.instances() == gce.disks() == gce.firewalls() == []


def test_up_serves_and_down_leaves_nothing(gce: FakeGce, llmhost: Llmhost, tmp_path: Path) -> None:
    file = tmp_path / "deployment.yaml"
    # Digests cannot hold where stand-ins answer for the registry.
    file.write_text(
        f"provider: vllm\nname: {NAME}\nsources: {{images: {{docker.io: docker.io}}}}\n"
    )
    up = ("up", "--gpus", "2", "-f", str(file), "--cloud", "gcp", "--yes")
    gce.script(*(Stockout(zone=zone) for zone in ZONES[:3]))

    served = llmhost.json(*up)
    assert {check["outcome"] for check in served["checks"]} == {"ok"}
    assert "completion" in {check["name"] for check in served["checks"]}
    assert [attempt["outcome"] for attempt in served["attempts"]] == ["stockout"] * 3 + ["made"]
    assert served["place"] == ZONES[3]
    assert (served["usd_per_hour"], bool(served["expires"])) == (2.000833, True)
    assert len(gce.instances()) == len(gce.disks()) == 1

    again = llmhost.json(*up)
    changed = [step["title"] for step in again["steps"] if step["outcome"] == "changed"]
    assert changed == []
    assert again["attempts"] == []
    assert gce.calls["instances.insert"] == 4

    assert llmhost.json("status", NAME, "--cloud", "gcp")["health"] == "serving"
    (listed,) = llmhost.json("ls", "--cloud", "gcp")["deployments"]
    assert (listed["name"], listed["state"]) == (NAME, "running")

    llmhost("down", "--yes", NAME, "--cloud", "gcp").good()
    assert gce.instances() == gce.disks() == gce.firewalls() == []

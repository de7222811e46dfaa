"""The double as a process: killed, started again, and the world goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.fake_gce import FakeGce, FakeGceProcess, Stockout
from tests.fake_gce_tests.clients import DONE, ZONE, Google

ROOT = Path(__file__).parents[2]


def google_of(gce: FakeGceProcess) -> Google:
    return Google(gce)  # type: ignore[arg-type] # it has the same address and project


def test_a_killed_double_goes_on_with_the_same_world(tmp_path: Path) -> None:
    with FakeGceProcess(state=tmp_path / "world.json") as gce:
        google = google_of(gce)
        gce.script(Stockout(zone="us-central1-b"))
        gce.plant_instance("us-east1-b", "foreign")
        identifier = "00000000-0000-0000-0000-000000000009"
        operation = google.insert(request_id=identifier)
        before = gce.endpoint
        gce.kill()
        with pytest.raises(requests.ConnectionError):
            google.get()
        gce.start()
        assert gce.endpoint == before
        assert google.insert(request_id=identifier).name == operation.name
        assert google.wait(operation).status == DONE
        gce.advance(10)
        assert google.get().status == "RUNNING"
        assert google.wait(google.insert("b", "us-central1-b")).error.errors
        assert {i["name"] for i in gce.instances()} == {"a", "foreign"}
        gce.advance(4000)
        assert {i["name"] for i in gce.instances()} == {"foreign"}
        assert gce.calls["instances.insert"] == 2, "the journal begins anew"


def test_the_first_line_is_the_endpoint_and_sigterm_ends_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fake_gce", "--state", str(tmp_path / "w"), "--instant"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    endpoint = process.stdout.readline().strip()
    answer = requests.get(f"{endpoint}/compute/v1/projects/demo/zones", timeout=10)
    assert answer.json()["kind"] == "compute#zoneList"
    process.terminate()
    assert process.wait(timeout=10) == 0
    process.stdout.close()


def test_it_listens_on_loopback_only(gce: FakeGce) -> None:
    assert gce.endpoint.startswith("http://127.0.0.1:")


def test_the_state_file_is_whole_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    with FakeGce(state=path) as gce:
        Google(gce).insert()
        assert os.listdir(tmp_path) == ["world.json"]  # noqa: PTH208 - names are enough
    with FakeGce(state=path) as again:
        assert [i["zone"].endswith(ZONE) for i in again.instances()] == [True]

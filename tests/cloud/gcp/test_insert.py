"""The one call that makes a machine: checked against Google's own description of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from llmhost.cloud.base import MachineRequest
from llmhost.cloud.gcp.insert import Ground, Insert, body
from llmhost.cloud.gcp.reading import machine_of
from llmhost.cloud.offers import Offer
from llmhost.spec.catalog import Catalog
from tests.cloud.gcp.bench import wanted
from tests.fake_gce.discovery import discovery
from tests.fake_gce.schema import request_problems

TABLE = Catalog.default({}).machines("gcp")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GROUND = Ground(
    image="projects/ubuntu-os-accelerator-images/global/images/x-v20261014",
    user="llmhost",
    network="global/networks/default",
    public_key="ssh-ed25519 AAAA",
    owner="Ada@Desk.example",
    subnets={},
)


def made(
    name: str = "g2-standard-24",
    way: str = "on-demand",
    request: MachineRequest | None = None,
    ground: Ground = GROUND,
) -> dict[str, Any]:
    kind = TABLE.machines[name]
    offer = Offer(name, "us-central1-a", way, kind.gpu, kind.gpus, 2.0, "2026-08-20")  # type: ignore[arg-type]  # one of three
    return body(Insert(request or wanted(), offer, kind, ground, NOW, "1f2e3d4c"))


@pytest.mark.parametrize("name", TABLE.machines)
def test_every_type_bought_in_every_way_fits_googles_own_schema(name: str) -> None:
    for word in TABLE.machines[name].buy:
        if word != "reservation":
            sent = made(name, word.replace("_", "-"))
            method = discovery().methods["instances.insert"]
            assert list(request_problems(method, sent)) == []


def test_everything_that_ends_it_is_in_the_call_itself() -> None:
    sent = made()
    assert sent["scheduling"]["maxRunDuration"] == {"seconds": "28800"}
    assert sent["scheduling"]["instanceTerminationAction"] == "DELETE"
    assert sent["disks"][0]["autoDelete"] is True
    assert sent["labels"] == sent["disks"][0]["initializeParams"]["labels"]
    assert sent["labels"] == {
        "llmhost": "1",
        "llmhost-name": "vllm",
        "llmhost-owner": "ada-desk-example",
        "llmhost-expires": "2026-11-20t20-00-00z",
    }


def test_only_who_types_it_gets_a_machine_without_an_end() -> None:
    sent = made(request=wanted(ttl_seconds=None))
    assert "maxRunDuration" not in sent["scheduling"]
    assert sent["labels"]["llmhost-expires"] == "never"


def test_the_disk_has_a_name_that_nobody_else_has() -> None:
    assert made()["disks"][0]["initializeParams"]["diskName"] == "llmhost-vllm-1f2e3d4c"


def test_the_boot_disk_suits_the_family() -> None:
    kinds = {
        name: made(name)["disks"][0]["initializeParams"]["diskType"] for name in TABLE.machines
    }
    assert kinds["g2-standard-24"].endswith("/pd-balanced")
    assert kinds["a2-highgpu-1g"].endswith("/pd-balanced")
    assert kinds["g4-standard-48"].endswith("/hyperdisk-balanced")
    assert kinds["a4-highgpu-8g"].endswith("/hyperdisk-balanced")


def test_only_n1_asks_for_its_gpus_beside_the_type() -> None:
    assert "guestAccelerators" not in made()
    (card,) = made("n1-standard-16")["guestAccelerators"]
    assert card["acceleratorCount"] == 2


def test_flex_start_waits_in_params_and_takes_no_reservation() -> None:
    sent = made("a3-highgpu-1g", "flex-start")
    assert sent["params"] == {"requestValidForDuration": {"seconds": "900"}}
    assert "requestValidForDuration" not in sent["scheduling"]
    assert sent["reservationAffinity"] == {"consumeReservationType": "NO_RESERVATION"}


def test_a_network_with_subnets_of_its_own_is_told_which() -> None:
    ground = Ground(**{**_fields(GROUND), "subnets": {"us-central1": "regions/r/subnetworks/s"}})
    assert made(ground=ground)["networkInterfaces"][0]["subnetwork"] == "regions/r/subnetworks/s"


def test_what_runs_on_it_gets_no_credentials_and_strangers_no_login() -> None:
    sent = made()
    metadata = {item["key"]: item["value"] for item in sent["metadata"]["items"]}
    assert sent["serviceAccounts"] == []
    assert metadata["ssh-keys"] == "llmhost:ssh-ed25519 AAAA llmhost"
    assert metadata["block-project-ssh-keys"] == "TRUE"
    assert metadata["enable-oslogin"] == "FALSE"
    assert metadata["enable-guest-attributes"] == "TRUE"
    assert json.loads(metadata["llmhost-record"])["deployment"] == {"format": 1, "name": "vllm"}


def test_what_is_written_is_read_again(tmp_path: Any) -> None:  # noqa: ANN401  a path
    shown = {
        **made(),
        "id": "7",
        "status": "RUNNING",
        "zone": "https://x/zones/us-central1-a",
        "creationTimestamp": "2026-11-20T04:00:00.000-08:00",
    }
    shown["networkInterfaces"][0]["accessConfigs"][0]["natIP"] = "203.0.113.9"
    machine = machine_of(shown, tmp_path, "ssh-ed25519 BBBB")
    assert (machine.name, machine.gpu, machine.gpus) == ("vllm", "l4", 2)
    assert (machine.created, machine.expires) == ("2026-11-20T12:00:00Z", "2026-11-20T20:00:00Z")
    assert (machine.usd_per_hour, machine.machine_type) == (2.0, "g2-standard-24")
    assert machine.labels["model"] == "org/model"
    assert str(machine.address) == "llmhost@203.0.113.9"
    assert machine_of(shown, tmp_path).address is None


def test_a_machine_with_a_damaged_record_is_still_ours_and_listed(tmp_path: Any) -> None:  # noqa: ANN401
    labels = made()["labels"]
    shown = {"name": "llmhost-vllm", "labels": labels, "status": "STOPPING", "metadata": {}}
    machine = machine_of(shown, tmp_path)
    assert (machine.name, machine.state, machine.gpus) == ("vllm", "deleting", 0)


def _fields(ground: Ground) -> dict[str, Any]:
    return {name: getattr(ground, name) for name in Ground.__slots__}

"""An instance from insert to 404, seen by Google's own client."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound
from google.cloud import compute_v1

from tests.fake_gce import FakeGce
from tests.fake_gce_tests.clients import DONE, ZONE, Google, body


def test_an_insert_is_an_operation_first_and_a_running_machine_later(
    gce: FakeGce, google: Google
) -> None:
    operation = google.insert()
    assert operation.status == compute_v1.Operation.Status.PENDING
    assert google.get().status == "PROVISIONING"
    gce.advance(7)
    again = google.operations.get(project="demo", zone=ZONE, operation=operation.name)
    assert (again.status, again.progress) == (compute_v1.Operation.Status.RUNNING, 58)
    assert google.get().status == "STAGING"
    done = google.wait(operation)
    assert (done.status, done.progress, done.error.errors) == (DONE, 100, [])
    assert done.target_id == google.get().id
    gce.advance(3)
    assert google.get().status == "RUNNING"


def test_a_running_machine_shows_what_llmhost_looks_at(gce: FakeGce, google: Google) -> None:
    machine = google.running(gce)
    assert machine.network_interfaces[0].access_configs[0].nat_i_p.startswith("127.9.")
    assert machine.machine_type.endswith(f"/zones/{ZONE}/machineTypes/g2-standard-8")
    assert machine.self_link.endswith(f"/projects/demo/zones/{ZONE}/instances/a")
    assert dict(machine.labels) == {"llmhost": "1"}
    assert machine.disks[0].auto_delete
    effective = machine.resource_status.effective_instance_metadata
    assert effective.enable_guest_attributes_metadata_value
    assert not effective.enable_oslogin_metadata_value


def test_a_deleted_machine_stops_then_is_gone_with_its_disk(gce: FakeGce, google: Google) -> None:
    google.running(gce)
    operation = google.delete()
    assert google.get().status == "STOPPING"
    assert google.wait(operation).status == DONE
    with pytest.raises(NotFound, match=f"projects/demo/zones/{ZONE}/instances/a' was not found"):
        google.get()
    with pytest.raises(NotFound):
        google.disks.get(project="demo", zone=ZONE, disk="a")


def test_a_disk_that_is_not_to_go_stays_and_can_be_deleted(gce: FakeGce, google: Google) -> None:
    disks = body()["disks"]
    disks[0]["auto_delete"] = False
    google.running(gce, disks=disks)
    where = {"project": "demo", "zone": ZONE, "disk": "a"}
    with pytest.raises(BadRequest, match="already being used by 'projects/demo/zones/"):
        google.disks.delete_unary(where)
    google.wait(google.delete())
    assert not google.disks.get(where).users
    google.wait(google.disks.delete_unary(where))
    with pytest.raises(NotFound):
        google.disks.get(where)


def test_a_name_that_is_taken_is_a_conflict(gce: FakeGce, google: Google) -> None:
    google.insert()
    with pytest.raises(Conflict, match="already exists"):
        google.insert()
    google.insert(zone="us-central1-b")
    assert len(gce.instances()) == 2


def test_deleting_what_is_not_there_is_a_404(google: Google) -> None:
    with pytest.raises(NotFound):
        google.delete("nobody")


def test_a_protected_machine_is_not_deleted(gce: FakeGce, google: Google) -> None:
    google.running(gce, deletion_protection=True)
    with pytest.raises(BadRequest, match="cannot be deleted"):
        google.delete()


def test_a_machine_that_is_deleted_while_it_is_made_is_gone(gce: FakeGce, google: Google) -> None:
    insert = google.insert()
    delete = google.delete()
    assert google.wait(insert).status == DONE
    assert google.wait(delete).status == DONE
    gce.advance(3600)
    assert not gce.instances()
    assert not gce.disks()


def test_a_stopped_machine_keeps_its_disk_and_starts_again(gce: FakeGce, google: Google) -> None:
    google.running(gce)
    where = {"project": "demo", "zone": ZONE, "instance": "a"}
    google.wait(google.instances.stop_unary(where))
    stopped = google.get()
    assert stopped.status == "TERMINATED"
    assert not stopped.network_interfaces[0].access_configs[0].nat_i_p
    gce.advance(100_000)
    assert google.get().status == "TERMINATED", "a machine that is stopped has no run to end"
    google.wait(google.instances.start_unary(where))
    gce.advance(10)
    assert google.get().status == "RUNNING"


def test_a_hundred_machines_at_once_are_made_and_deleted(gce: FakeGce, google: Google) -> None:
    names = [f"m{number}" for number in range(100)]
    with ThreadPoolExecutor(16) as pool:
        for operation in pool.map(google.insert, names):
            google.wait(operation)
        gce.advance(10)
        assert {i["status"] for i in gce.instances()} == {"RUNNING"}
        for operation in pool.map(google.delete, names):
            google.wait(operation)
    assert not gce.instances()
    assert not gce.disks()

"""What the clock does to machines: run durations, preemption, and clocks that run."""

import time

import pytest
from google.api_core.exceptions import BadRequest, NotFound
from google.cloud import compute_v1

from tests.fake_gce import FakeGce, Latency, ManualClock, Preempted, RealClock
from tests.fake_gce.clock import rfc3339, seconds_of
from tests.fake_gce_tests.clients import DONE, ZONE, Google, ask, scheduling

HOUR = 3600


def operation_types(gce: FakeGce) -> list[str]:
    return [str(operation["operationType"]) for operation in gce.operations()]


def test_a_machine_and_its_disk_go_when_the_run_duration_is_over(
    gce: FakeGce, google: Google
) -> None:
    machine = google.running(gce)
    ends = seconds_of(machine.resource_status.scheduling.termination_timestamp)
    gce.advance(ends - gce.now() - 1)
    assert google.get().status == "RUNNING"
    gce.advance(2)
    assert google.get().status == "STOPPING"
    gce.advance(60)
    with pytest.raises(NotFound):
        google.get()
    assert not gce.disks()
    assert gce.operations()[-1]["user"] == "system"


def test_a_run_that_ends_in_stop_keeps_the_machine(gce: FakeGce, google: Google) -> None:
    google.running(gce, scheduling=scheduling(instance_termination_action="STOP"))
    gce.advance(2 * HOUR)
    assert google.get().status == "TERMINATED"


def test_a_run_duration_cannot_be_changed_while_the_machine_runs(
    gce: FakeGce, google: Google
) -> None:
    google.running(gce)
    longer = compute_v1.Scheduling(max_run_duration=compute_v1.Duration(seconds=8 * HOUR))
    where = {"project": "demo", "zone": ZONE, "instance": "a", "scheduling_resource": longer}
    with pytest.raises(BadRequest, match="Max run duration cannot be changed while the instance"):
        google.instances.set_scheduling_unary(where)
    live = compute_v1.Scheduling(automatic_restart=True)
    google.instances.set_scheduling_unary({**where, "scheduling_resource": live})
    assert google.get().scheduling.max_run_duration.seconds == HOUR
    stop = {"project": "demo", "zone": ZONE, "instance": "a"}
    google.wait(google.instances.stop_unary(stop))
    google.wait(google.instances.set_scheduling_unary(where))
    google.wait(google.instances.start_unary(stop))
    gce.advance(2 * HOUR)
    assert google.get().status == "RUNNING"


def test_a_spot_machine_is_taken_away_and_the_operations_say_why(
    gce: FakeGce, google: Google
) -> None:
    gce.script(Preempted(seconds=120))
    google.running(gce, scheduling=scheduling(provisioning_model="SPOT"))
    gce.advance(120)
    assert google.get().status == "STOPPING"
    gce.advance(60)
    with pytest.raises(NotFound):
        google.get()
    assert operation_types(gce) == ["insert", "compute.instances.preempted"]


def test_only_spot_machines_are_preempted_by_script(gce: FakeGce, google: Google) -> None:
    gce.script(Preempted(seconds=1))
    google.running(gce)
    gce.advance(60)
    assert google.get().status == "RUNNING"


def test_a_machine_can_be_taken_away_now(gce: FakeGce, google: Google) -> None:
    spot = scheduling(provisioning_model="SPOT", instance_termination_action="STOP")
    google.running(gce, scheduling=spot)
    gce.preempt(ZONE, "a")
    assert google.get().status == "STOPPING"
    gce.advance(60)
    assert google.get().status == "TERMINATED"


def test_another_machine_of_the_same_name_outlives_the_end_of_the_first(
    gce: FakeGce, google: Google
) -> None:
    google.running(gce)
    google.wait(google.delete())
    gce.advance(HOUR / 2)
    second = google.running(gce)
    gce.advance(HOUR * 0.6)
    assert google.get().id == second.id


def test_a_call_can_take_time_for_clients_that_poll() -> None:
    with FakeGce(clock=ManualClock(per_call=1.0)) as gce:
        google = Google(gce)
        google.insert()
        polls = 0
        while google.get().status != "RUNNING":
            polls += 1
        assert 10 < polls < 20


def test_a_clock_that_runs_needs_nobody_to_call() -> None:
    with FakeGce(clock=RealClock(rate=HOUR), latency=Latency(1, 10, 5, 10, 10, 1)) as gce:
        google = Google(gce)
        assert google.wait(google.insert(scheduling=scheduling(600))).status == DONE
        deadline = time.monotonic() + 10
        while gce.instances() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not gce.disks()


def test_no_latency_is_for_tests_that_care_about_something_else() -> None:
    with FakeGce(latency=Latency(0, 0, 0, 0, 0, 0)) as gce:
        google = Google(gce)
        google.insert()
        assert google.get().status == "RUNNING"
        google.delete()
        assert not gce.instances()


def test_times_are_written_as_google_writes_them() -> None:
    assert rfc3339(0.0) == "1969-12-31T16:00:00.000-08:00"
    assert seconds_of(rfc3339(1_795_000_000.25)) == 1_795_000_000.25


def test_quotas_are_what_the_test_says_and_usage_is_counted(gce: FakeGce, google: Google) -> None:
    gce.limit("NVIDIA_L4_GPUS", 3, "us-central1")
    gce.limit("GPUS_ALL_REGIONS", 4)
    l4s = f"zones/{ZONE}/machineTypes/g2-standard-24"
    assert not google.wait(google.insert("one", machine_type=l4s)).error.errors
    error = google.wait(google.insert("two", machine_type=l4s)).error.errors[0]
    assert "Quota 'NVIDIA_L4_GPUS' exceeded.  Limit: 3.0 in region us-central1." in error.message
    elsewhere = "us-east1-b"
    kind = f"zones/{elsewhere}/machineTypes/g2-standard-48"
    error = google.wait(google.insert("x", elsewhere, machine_type=kind)).error.errors[0]
    assert "Quota 'GPUS_ALL_REGIONS' exceeded.  Limit: 4.0 globally." in error.message
    quotas = ask(gce, "GET", "regions/us-central1").body["quotas"]
    shown = {quota["metric"]: (quota["limit"], quota["usage"]) for quota in quotas}
    assert shown["NVIDIA_L4_GPUS"] == (3.0, 2.0)
    assert shown["SSD_TOTAL_GB"][1] == 100.0
    project = {q["metric"]: q["usage"] for q in ask(gce, "GET", "").body["quotas"]}
    assert project["GPUS_ALL_REGIONS"] == 2.0


def test_spot_machines_use_the_preemptible_quota_where_there_is_one(
    gce: FakeGce, google: Google
) -> None:
    spot = scheduling(provisioning_model="SPOT")
    gce.limit("NVIDIA_L4_GPUS", 0)
    google.running(gce, scheduling=spot)
    gce.limit("PREEMPTIBLE_NVIDIA_L4_GPUS", 0)
    error = google.wait(google.insert("b", scheduling=spot)).error.errors[0]
    assert "'NVIDIA_L4_GPUS'" in error.message

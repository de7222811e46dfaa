"""What a machine tells of itself: host keys, OS Login, its serial console."""

import base64

import pytest
from google.api_core.exceptions import NotFound
from google.cloud import compute_v1

from tests.fake_gce import FakeGce, HostKeysLate, HostKeysNever, OsLoginForced
from tests.fake_gce_tests.clients import ZONE, Google, ask


def host_keys(google: Google, path: str = "hostkeys/") -> dict[str, str]:
    request = compute_v1.GetGuestAttributesInstanceRequest(
        project="demo", zone=ZONE, instance="a", query_path=path
    )
    found = google.instances.get_guest_attributes(request=request).query_value.items
    return {item.key: item.value for item in found}


def test_host_keys_appear_a_while_after_the_machine(gce: FakeGce, google: Google) -> None:
    google.running(gce)
    with pytest.raises(NotFound, match="of type 'Guest Attribute' was not found"):
        host_keys(google)
    gce.advance(15)
    (value,) = host_keys(google).values()
    assert base64.b64decode(value)[4:15] == b"ssh-ed25519"
    assert host_keys(google, "hostkeys/ssh-ed25519") == {"ssh-ed25519": value}
    with pytest.raises(NotFound):
        host_keys(google, "hostkeys/ssh-rsa")


def test_host_keys_are_late_or_never_if_the_script_says_so(gce: FakeGce, google: Google) -> None:
    gce.script(HostKeysLate(seconds=100, times=1))
    google.running(gce)
    gce.advance(100)
    with pytest.raises(NotFound):
        host_keys(google)
    gce.advance(20)
    assert host_keys(google)
    google.wait(google.delete())
    gce.script(HostKeysNever())
    google.running(gce)
    gce.advance(3000)
    with pytest.raises(NotFound):
        host_keys(google)


def test_without_guest_attributes_at_boot_there_are_none(gce: FakeGce, google: Google) -> None:
    machine = google.running(gce, metadata={"items": []})
    gce.advance(1000)
    effective = machine.resource_status.effective_instance_metadata
    assert not effective.enable_guest_attributes_metadata_value
    with pytest.raises(NotFound):
        host_keys(google)


def test_os_login_can_be_forced_whatever_the_metadata_says(gce: FakeGce, google: Google) -> None:
    gce.script(OsLoginForced())
    items = [{"key": "enable-oslogin", "value": "FALSE"}]
    machine = google.running(gce, metadata={"items": items})
    assert machine.resource_status.effective_instance_metadata.enable_oslogin_metadata_value
    serial = google.instances.get_serial_port_output(project="demo", zone=ZONE, instance="a")
    assert "OS Login" in serial.contents


def test_the_serial_console_goes_on_where_the_last_reading_ended(gce: FakeGce) -> None:
    gce.plant_instance(ZONE, "a")
    path = f"zones/{ZONE}/instances/a/serialPort"
    first = ask(gce, "GET", path).body
    assert first["contents"].startswith("[    0.000000] Linux")
    gce.print_serial(ZONE, "a", "NVRM: hello\n")
    second = ask(gce, "GET", f"{path}?start={first['next']}").body
    assert (second["contents"], second["start"]) == ("NVRM: hello\n", first["next"])
    assert ask(gce, "GET", f"{path}?start=-6").body["contents"] == "hello\n"
    assert ask(gce, "GET", f"{path}?port=2").body["contents"] == ""


def test_the_serial_console_forgets_all_but_its_last_megabyte(gce: FakeGce) -> None:
    gce.plant_instance(ZONE, "a")
    gce.print_serial(ZONE, "a", "x" * 2_000_000)
    shown = ask(gce, "GET", f"zones/{ZONE}/instances/a/serialPort").body
    assert len(shown["contents"]) == 1024 * 1024
    assert int(shown["start"]) == int(shown["next"]) - 1024 * 1024

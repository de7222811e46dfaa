"""How an instance comes, as actions of the timeline: staged, made, and running at last.

Each action names the instance by identifier as well, and leaves another of the same name alone.
"""

from tests.fake_gce.bodies import access_configs, metadata_value
from tests.fake_gce.clock import rfc3339, seconds_of
from tests.fake_gce.failures import Failure
from tests.fake_gce.guest import after_boot, host_keys_of
from tests.fake_gce.leaving import disks_of, same, vanish
from tests.fake_gce.machines import Booted
from tests.fake_gce.names import Key
from tests.fake_gce.world import Event, Thing, World

# How often a boot that is under way is looked at, in seconds of the double's clock.
_GLANCE = 0.2

_COMING = {"PROVISIONING", "STAGING", "PENDING"}


def stage(world: World, event: Event) -> None:
    """Action: its resources are there and it boots."""
    instance = same(world, event)
    if instance and instance.body["status"] == "PROVISIONING":
        instance.body["status"] = "STAGING"


def made(world: World, event: Event) -> None:
    """Action: the insert's operation ends, well or not; later, if its machine still boots."""
    instance = same(world, event)
    operation = Key(**event.argument["operation"])
    failure = event.argument.get("failure")
    if instance and not failure and not world.hardware.ready(instance.body["id"]):
        world.later(event.due + _GLANCE, event.action, event.key, **event.argument)
        return
    if instance and not failure:
        failure = _boot_failure(world, instance)
    if instance and failure:
        vanish(world, instance, leaves_disk=event.argument.get("leaves_disk", False))
    elif instance:
        _reveal(world, instance)
        if instance.body["status"] in _COMING:
            due = event.due + world.latency.running
            world.later(due, "instance.run", event.key, id=instance.body["id"])
        else:
            instance.notes["unrun"] = True
    ending = {"failure": failure} if failure else {}
    world.later(event.due, "operation.finish", operation, **ending)


def run(world: World, event: Event) -> None:
    """Action: it is RUNNING; its run duration begins to count."""
    instance = same(world, event)
    if instance is None or instance.body["status"] not in _COMING:
        return
    booted = world.hardware.result(instance.body["id"])
    instance.body |= {"status": "RUNNING", "lastStartTimestamp": rfc3339(event.due)}
    instance.notes["booted_at"] = event.due
    instance.notes["host_keys"] = booted.host_keys if booted else host_keys_of(instance.body["id"])
    _give_addresses(world, instance, booted)
    after_boot(world, instance)
    _limit_run(world, instance)
    if instance.notes.get("preempted_after") is not None:
        due = event.due + instance.notes.pop("preempted_after")
        world.later(due, "instance.preempt", event.key, id=instance.body["id"])


def _boot_failure(world: World, instance: Thing) -> dict[str, object] | None:
    """Why its machine did not boot; a matter of this computer, not of Google's."""
    try:
        world.hardware.result(instance.body["id"])
    except Exception as problem:  # noqa: BLE001 - whatever it is, the operation has to say it
        return Failure("INTERNAL_ERROR", f"The machine did not boot: {problem}", 500).as_json()
    return None


def _reveal(world: World, instance: Thing) -> None:
    """It can be seen from now on, and so can its disks."""
    instance.hidden = False
    for disk in disks_of(world, instance):
        disk.hidden = False


def _give_addresses(world: World, instance: Thing, booted: Booted | None) -> None:
    number = world.number()
    # Loopback, so that nobody who tries it reaches anybody else's computer.
    address = booted.address if booted else f"127.9.{number // 250 % 250}.{number % 250 + 2}"
    for config in access_configs(instance.body):
        config["natIP"] = address


def _limit_run(world: World, instance: Thing) -> None:
    """Schedules the end of its run duration, which begins to count when it runs."""
    wanted = instance.body["scheduling"]
    expires = None
    if "maxRunDuration" in wanted:
        expires = instance.notes["booted_at"] + int(wanted["maxRunDuration"]["seconds"])
    elif "terminationTime" in wanted:
        expires = seconds_of(wanted["terminationTime"])
    status = {"effectiveInstanceMetadata": _effective(instance)}
    if expires is not None:
        instance.notes["expires"] = expires
        status["scheduling"] = {"terminationTimestamp": rfc3339(expires)}
        world.later(expires, "instance.expire", instance.key, id=instance.body["id"])
    instance.body["resourceStatus"] = status


def _effective(instance: Thing) -> dict[str, object]:
    """Metadata as it holds: an organisation may force OS Login on."""

    def on(name: str) -> bool:
        return metadata_value(instance.body, name).lower() in {"true", "1", "yes"}

    return {
        "enableOsloginMetadataValue": on("enable-oslogin") or instance.notes.get("os_login", False),
        "blockProjectSshKeysMetadataValue": on("block-project-ssh-keys"),
        "enableGuestAttributesMetadataValue": on("enable-guest-attributes"),
        "serialPortEnableMetadataValue": on("serial-port-enable"),
        "serialPortLoggingEnableMetadataValue": True,
        "vmDnsSettingMetadataValue": "ZonalOnly",
    }

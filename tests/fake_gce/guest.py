"""What a machine tells of itself: its serial console and its guest attributes."""

import base64
import hashlib
import struct

from tests.fake_gce.bodies import metadata_value
from tests.fake_gce.call import Call
from tests.fake_gce.names import SITE
from tests.fake_gce.refusal import Refusal
from tests.fake_gce.world import Body, Thing, World

# The console keeps its last megabyte (discovery document, 2026-11-06).
_CONSOLE = 1024 * 1024

_HOST_KEYS = "hostkeys"


def serial_output(world: World, call: Call) -> Body:
    """`instances.getSerialPortOutput`."""
    instance = world.get(call.key)
    text: str = instance.notes.get("serial", "") if call.query.get("port", "1") == "1" else ""
    data = text.encode()
    oldest = max(0, len(data) - _CONSOLE)
    start = int(call.query.get("start", "0"))
    start = max(oldest, len(data) + start) if start < 0 else max(oldest, start)
    return {
        "kind": "compute#serialPortOutput",
        "contents": data[start:].decode(errors="replace"),
        "start": str(start),
        "next": str(max(start, len(data))),
        "selfLink": f"{SITE}{instance.key.path}/serialPort",
    }


def guest_attributes(world: World, call: Call) -> Body:
    """`instances.getGuestAttributes`: 404 until there is something to see."""
    instance = world.get(call.key)
    path = call.query.get("queryPath", "")
    namespace, _, wanted = (path or call.query.get("variableKey", "")).partition("/")
    found = [
        {"namespace": _HOST_KEYS, "key": kind, "value": value}
        for kind, value in _published(world, instance).items()
        if namespace in {"", _HOST_KEYS} and wanted in {"", kind}
    ]
    if not found:
        asked = path or call.query.get("variableKey", "")
        raise Refusal(
            404, "notFound", f"The resource '{asked}' of type 'Guest Attribute' was not found."
        )
    answer: Body = {
        "kind": "compute#guestAttributes",
        "selfLink": f"{SITE}{instance.key.path}/guestAttributes/{path}",
    }
    if path:
        return answer | {"queryPath": path, "queryValue": {"items": found}}
    return answer | {"variableKey": f"{namespace}/{wanted}", "variableValue": found[0]["value"]}


def after_boot(world: World, instance: Thing) -> None:
    """The console's first lines, and when the host keys will be published."""
    late = instance.notes.get("host_keys_late", 0.0)
    if late is not None:
        instance.notes["host_keys_at"] = (
            instance.notes["booted_at"] + world.latency.host_keys + late
        )
    name = instance.key.name
    lines = [
        f"[    0.000000] Linux version 6.14.0-gcp ({name})",
        f"{name} systemd[1]: Started google-guest-agent.service.",
        f"{name} cloud-init[812]: Cloud-init v. 25.2 finished. Datasource DataSourceGCELocal.",
    ]
    if instance.notes.get("os_login"):
        lines.append(f"{name} google_guest_agent[640]: Enabling OS Login")
    print_serial(instance, "\n".join(lines) + "\n")


def print_serial(instance: Thing, text: str) -> None:
    """Writes to its serial console."""
    instance.notes["serial"] = instance.notes.get("serial", "") + text


def host_keys_of(instance: str) -> dict[str, str]:
    """A well-formed ed25519 host key for an instance that has no machine: always the same."""
    public = hashlib.sha256(instance.encode()).digest()
    words = (b"ssh-ed25519", public)
    wire = b"".join(struct.pack(">I", len(word)) + word for word in words)
    return {"ssh-ed25519": base64.b64encode(wire).decode()}


def _published(world: World, instance: Thing) -> dict[str, str]:
    """The host keys, once the guest agent has written them; only if that was allowed at boot."""
    allowed = metadata_value(instance.body, "enable-guest-attributes").upper() == "TRUE"
    published = instance.notes.get("host_keys_at")
    if not allowed or published is None or world.now() < published:
        return {}
    keys: dict[str, str] = instance.notes["host_keys"]
    return keys

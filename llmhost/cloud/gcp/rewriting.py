"""Changes of what Compute Engine guards with a fingerprint: labels and metadata.

Somebody else may have changed them since they were read. Then the change is refused (412), they are
read once more, and the same is done to what they are now.
"""

from collections.abc import Callable, Mapping
from typing import Any

from llmhost.cloud.gcp.compute import Compute
from llmhost.cloud.gcp.reading import metadata, zone_of
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.trouble import classified

Instance = Mapping[str, Any]


def label(compute: Compute, instance: Instance, labels: Mapping[str, str]) -> None:
    """Puts labels onto a machine; its other labels stay.

    Raises:
        RefusedError: Compute Engine refuses.
    """

    def write(there: Instance) -> None:
        body = {
            "labels": {**there.get("labels", {}), **labels},
            "labelFingerprint": there.get("labelFingerprint", ""),
        }
        _change(compute, there, "set_labels", instancesSetLabelsRequestResource=body)

    _latest(compute, instance, write)


def note(compute: Compute, instance: Instance, key: str, value: Callable[[Instance], str]) -> None:
    """Writes one key of a machine's metadata, from what it is now; the others stay.

    Raises:
        RefusedError: Compute Engine refuses.
    """

    def write(there: Instance) -> None:
        items = {**metadata(there), key: value(there)}
        body = {
            "items": [{"key": name, "value": text} for name, text in items.items()],
            "fingerprint": there.get("metadata", {}).get("fingerprint", ""),
        }
        _change(compute, there, "set_metadata", metadataResource=body)

    _latest(compute, instance, write)


def _change(compute: Compute, instance: Instance, method: str, **body: Any) -> None:  # noqa: ANN401
    compute.done(compute.change(method, zone_of(instance), instance["name"], **body))


def _latest(compute: Compute, instance: Instance, write: Callable[[Instance], None]) -> None:
    try:
        write(instance)
    except RefusedError as refused:
        there = compute.instance(zone_of(instance), instance["name"])
        stale = classified(refused.refusal).kind == "stale"
        if not stale or there is None or there.get("id") != instance.get("id"):
            raise
        write(there)

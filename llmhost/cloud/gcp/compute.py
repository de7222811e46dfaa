"""The calls llmhost makes, by what they are about; bodies are JSON as Google's reference has it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llmhost.cloud.gcp.calls import Calls
from llmhost.cloud.gcp.places import last, part
from llmhost.cloud.gcp.refusal import RefusedError, of_operation
from llmhost.cloud.gcp.trouble import classified

Body = Mapping[str, Any]
Operation = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Compute:
    """Compute Engine, in one project."""

    calls: Calls

    # instances ---------------------------------------------------------------------------------

    def insert(self, zone: str, body: Body, request_id: str) -> Operation:
        """Begins to make an instance; the same `request_id` never makes a second one."""
        return self.calls.one(
            "Instances", "insert_unary", zone=zone, instanceResource=body, requestId=request_id
        )

    def instances(self, query: str) -> list[dict[str, Any]]:
        """The instances a filter fits, in all zones."""
        return self.calls.all("Instances", "aggregated_list", filter=query)

    def instance(self, zone: str, name: str) -> dict[str, Any] | None:
        """An instance; None where there is none."""
        return self._found("Instances", zone=zone, instance=name)

    def delete_instance(self, zone: str, name: str) -> Operation | None:
        """Begins to delete an instance; None where there is none."""
        try:
            return self.calls.one(
                "Instances",
                "delete_unary",
                zone=zone,
                instance=name,
                requestId=new_id(),
                noGracefulShutdown=True,
            )
        except RefusedError as refused:
            _refuse_all_but_absence(refused)
            return None

    def change(self, method: str, zone: str, name: str, **fields: Any) -> Operation:  # noqa: ANN401
        """Begins a change of an instance: `stop`, `start`, `set_labels`, `set_scheduling`, ..."""
        return self.calls.one(
            "Instances", f"{method}_unary", zone=zone, instance=name, requestId=new_id(), **fields
        )

    def host_keys(self, zone: str, name: str) -> Mapping[str, str]:
        """The public host keys the machine has published, BASE64 by type; empty until it has."""
        try:
            found = self.calls.one(
                "Instances",
                "get_guest_attributes",
                zone=zone,
                instance=name,
                queryPath="hostkeys/",
            )
        except RefusedError as refused:
            _refuse_all_but_absence(refused)
            return {}
        items = found.get("queryValue", {}).get("items", ())
        return {item["key"]: item.get("value", "") for item in items}

    def serial(self, zone: str, name: str) -> str:
        """What the machine has written to its first serial port."""
        found = self.calls.one(
            "Instances", "get_serial_port_output", zone=zone, instance=name, port=1
        )
        return str(found.get("contents", ""))

    # operations --------------------------------------------------------------------------------

    def wait(self, operation: Operation) -> Operation:
        """The operation, at its end or after about two minutes, whichever comes first."""
        if zone := last(operation.get("zone", "")):
            return self.calls.one("ZoneOperations", "wait", zone=zone, operation=operation["name"])
        if region := last(operation.get("region", "")):
            return self.calls.one(
                "RegionOperations", "wait", region=region, operation=operation["name"]
            )
        return self.calls.one("GlobalOperations", "wait", operation=operation["name"])

    def done(self, operation: Operation | None, *, rounds: int = 10) -> None:
        """Returns when an operation has ended well.

        Raises:
            RefusedError: It failed; what it was about having gone meanwhile is no failure.
        """
        for _ in range(rounds):
            if operation is None or operation.get("status") == "DONE":
                break
            try:
                operation = self.wait(operation)
            except RefusedError as refused:
                _refuse_all_but_absence(refused)
                return
        refusal = of_operation(operation or {})
        if refusal and classified(refusal).kind != "not-found":
            raise RefusedError(refusal)

    def operations(self, zone: str, query: str) -> list[dict[str, Any]]:
        """The zone's operations a filter fits."""
        return self.calls.all("ZoneOperations", "list", zone=zone, filter=query)

    # disks, addresses, firewall rules ----------------------------------------------------------

    def disks(self, query: str) -> list[dict[str, Any]]:
        """The disks a filter fits, in all zones."""
        return self.calls.all("Disks", "aggregated_list", filter=query)

    def zone_disks(self, zone: str, query: str) -> list[dict[str, Any]]:
        """The disks a filter fits, in one zone."""
        return self.calls.all("Disks", "list", zone=zone, filter=query)

    def disk(self, zone: str, name: str) -> dict[str, Any] | None:
        """A disk; None where there is none."""
        return self._found("Disks", zone=zone, disk=name)

    def addresses(self, query: str) -> list[dict[str, Any]]:
        """The reserved addresses a filter fits, in all regions."""
        return self.calls.all("Addresses", "aggregated_list", filter=query)

    def address(self, region: str, name: str) -> dict[str, Any] | None:
        """A reserved address, global without a region; None where there is none."""
        if region:
            return self._found("Addresses", region=region, address=name)
        return self._found("GlobalAddresses", address=name)

    def delete_address(self, region: str, name: str) -> Operation | None:
        """Begins to give a reserved address back; None where there is none."""
        if region:
            return self.delete("Addresses", region=region, address=name)
        return self.delete("GlobalAddresses", address=name)

    def rules(self) -> list[dict[str, Any]]:
        """The firewall rules whose name begins like ours."""
        return self.calls.all("Firewalls", "list", filter="name eq llmhost-ssh-.*")

    def rule(self, name: str) -> dict[str, Any] | None:
        """A firewall rule; None where there is none."""
        return self._found("Firewalls", firewall=name)

    def insert_rule(self, body: Body) -> Operation:
        """Begins to make a firewall rule."""
        return self.calls.one(
            "Firewalls", "insert_unary", firewallResource=body, requestId=new_id()
        )

    def delete(self, service: str, **names: str) -> Operation | None:
        """Begins to delete something else than an instance; None where there is none."""
        try:
            return self.calls.one(service, "delete_unary", requestId=new_id(), **names)
        except RefusedError as refused:
            _refuse_all_but_absence(refused)
            return None

    # what the project has ----------------------------------------------------------------------

    def project(self) -> dict[str, Any]:
        """The project, with its quotas."""
        return self.calls.one("Projects", "get")

    def regions(self) -> list[dict[str, Any]]:
        """All regions, with their quotas."""
        return self.calls.all("Regions", "list")

    def zones_of(self, machine_type: str) -> frozenset[str]:
        """The zones that list a machine type."""
        return self._zones("MachineTypes", machine_type)

    def zones_with(self, accelerator: str) -> frozenset[str]:
        """The zones that list a GPU, by Google's name of it."""
        return self._zones("AcceleratorTypes", accelerator)

    def image(self, project: str, family: str) -> dict[str, Any]:
        """The newest image of a family."""
        return self.calls.one("Images", "get_from_family", project=project, family=family)

    def routers(self) -> list[dict[str, Any]]:
        """The routers of all regions, with the Cloud NAT they have."""
        return self.calls.all("Routers", "aggregated_list")

    def network(self, name: str) -> dict[str, Any]:
        """A network, with links of its subnets."""
        return self.calls.one("Networks", "get", network=name)

    def _zones(self, service: str, name: str) -> frozenset[str]:
        listed = self.calls.all(service, "aggregated_list", filter=f"name={name}")
        return frozenset(
            part(kind.get("selfLink", ""), "zones") or last(kind.get("zone", "")) for kind in listed
        )

    def _found(self, service: str, **names: str) -> dict[str, Any] | None:
        try:
            return self.calls.one(service, "get", **names)
        except RefusedError as refused:
            _refuse_all_but_absence(refused)
            return None


def new_id() -> str:
    """A request's identity; asked again with the same one, Compute Engine does nothing twice."""
    return str(uuid.uuid4())


def _refuse_all_but_absence(refused: RefusedError) -> None:
    """Lets a 404 pass for an answer."""
    kind = classified(refused.refusal).kind
    absent = refused.refusal.status == 404 or kind == "not-found"  # noqa: PLR2004  HTTP
    if not absent or kind == "no-project":
        raise refused

"""What the double's tests stand on: Google's own clients for it, and plain HTTP."""
# ruff: noqa: ANN401 - fields are any JSON

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1

from tests.fake_gce import FakeGce

ZONE = "us-central1-a"
IMAGE = (
    "projects/ubuntu-os-accelerator-images/global/images/family/"
    "ubuntu-accelerator-2404-amd64-with-nvidia-580"
)
DONE = compute_v1.Operation.Status.DONE


class Google:
    """Google's clients, asked the way llmhost asks them: `*_unary`, then its own wait."""

    def __init__(self, gce: FakeGce) -> None:
        options: dict[str, Any] = {
            "credentials": AnonymousCredentials(),  # type: ignore[no-untyped-call] # untyped there
            "client_options": ClientOptions(api_endpoint=gce.endpoint),
        }
        self.project = gce.project
        self.instances = compute_v1.InstancesClient(**options)
        self.disks = compute_v1.DisksClient(**options)
        self.firewalls = compute_v1.FirewallsClient(**options)
        self.addresses = compute_v1.AddressesClient(**options)
        self.operations = compute_v1.ZoneOperationsClient(**options)
        self.global_operations = compute_v1.GlobalOperationsClient(**options)
        self.options = options

    def insert(
        self, name: str = "a", zone: str = ZONE, *, request_id: str = "", **fields: Any
    ) -> compute_v1.Operation:
        request = compute_v1.InsertInstanceRequest(
            project=self.project,
            zone=zone,
            request_id=request_id or None,
            instance_resource=compute_v1.Instance(body(name, zone, **fields)),
        )
        return self.instances.insert_unary(request=request)

    def wait(self, operation: compute_v1.Operation) -> compute_v1.Operation:
        zone = operation.zone.rpartition("/")[2]
        return self.operations.wait(project=self.project, zone=zone, operation=operation.name)

    def get(self, name: str = "a", zone: str = ZONE) -> compute_v1.Instance:
        return self.instances.get(project=self.project, zone=zone, instance=name)

    def delete(self, name: str = "a", zone: str = ZONE) -> compute_v1.Operation:
        return self.instances.delete_unary(project=self.project, zone=zone, instance=name)

    def running(self, gce: FakeGce, name: str = "a", **fields: Any) -> compute_v1.Instance:
        self.wait(self.insert(name, **fields))
        gce.advance(10)
        return self.get(name)


def body(name: str = "a", zone: str = ZONE, **fields: object) -> dict[str, Any]:
    """The instance llmhost would insert, with the names of Google's Python client."""
    return {
        "name": name,
        "machine_type": f"zones/{zone}/machineTypes/g2-standard-8",
        "labels": {"llmhost": "1"},
        "scheduling": scheduling(),
        "disks": [
            {
                "boot": True,
                "auto_delete": True,
                "initialize_params": {
                    "disk_type": f"zones/{zone}/diskTypes/pd-balanced",
                    "disk_size_gb": 100,
                    "source_image": IMAGE,
                    "labels": {"llmhost": "1"},
                },
            }
        ],
        "network_interfaces": [
            {
                "network": "global/networks/default",
                "access_configs": [{"name": "External NAT", "type_": "ONE_TO_ONE_NAT"}],
            }
        ],
        "metadata": {"items": [{"key": "enable-guest-attributes", "value": "TRUE"}]},
        **fields,
    }


def scheduling(seconds: int = 3600, **fields: object) -> dict[str, Any]:
    return {
        "provisioning_model": "STANDARD",
        "on_host_maintenance": "TERMINATE",
        "automatic_restart": False,
        "instance_termination_action": "DELETE",
        "max_run_duration": {"seconds": seconds},
        **fields,
    }


@dataclass(frozen=True)
class Answer:
    """What came back over plain HTTP."""

    status: int
    body: dict[str, Any]

    @property
    def reason(self) -> str:
        return str(self.body["error"]["errors"][0]["reason"])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


def ask(gce: FakeGce, verb: str, path: str, sent: object = None) -> Answer:
    """One request below `/compute/v1/projects/demo`; an empty path is the project itself."""
    connection = http.client.HTTPConnection(urlsplit(gce.endpoint).netloc)
    data = None if sent is None else json.dumps(sent)
    root = f"/compute/v1/projects/{gce.project}"
    connection.request(verb, f"{root}/{path}" if path else root, data)
    answer = connection.getresponse()
    found = Answer(answer.status, json.loads(answer.read()))
    connection.close()
    return found


def raw(name: str = "a", zone: str = ZONE, **fields: Any) -> dict[str, Any]:
    """The same instance as JSON on the wire."""
    message = compute_v1.Instance(body(name, zone))
    wire: dict[str, Any] = json.loads(
        compute_v1.Instance.to_json(message, always_print_fields_with_no_presence=False)
    )
    return {**wire, **fields}

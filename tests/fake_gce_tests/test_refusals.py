"""What Compute Engine refuses although it is well-formed, and the shapes of its refusals."""

from typing import Any

import pytest

from tests.fake_gce import FakeGce
from tests.fake_gce_tests.clients import IMAGE, ZONE, ask, raw

INSTANCES = f"zones/{ZONE}/instances"


def disk(form: str = "pd-balanced", size: str = "100", image: str = IMAGE) -> dict[str, object]:
    params = {"diskType": f"zones/{ZONE}/diskTypes/{form}", "diskSizeGb": size}
    return {"boot": True, "autoDelete": True, "initializeParams": {**params, "sourceImage": image}}


def planned(**fields: object) -> dict[str, object]:
    return {"provisioningModel": "STANDARD", "onHostMaintenance": "TERMINATE", **fields}


def machine(name: str) -> str:
    return f"zones/{ZONE}/machineTypes/{name}"


H100 = {"machineType": machine("a3-highgpu-1g"), "disks": [disk("pd-ssd")]}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"machineType": machine("g2-standard-9")}, "does not exist in zone 'us-central1-a'"),
        ({"machineType": machine("g4-standard-48")}, "does not exist in zone 'us-central1-a'"),
        ({"disks": [disk("pd-standard")]}, "[pd-standard] features are not compatible"),
        ({"disks": [disk(size="5")]}, "cannot be smaller than the image size"),
        ({"disks": []}, "A boot disk is required"),
        ({"scheduling": planned(onHostMaintenance="MIGRATE")}, "do not support live migration"),
        ({"scheduling": {}}, "do not support live migration"),
        ({"scheduling": planned(maxRunDuration={"seconds": "60"})}, "termination action must be"),
        (
            {
                "scheduling": planned(
                    maxRunDuration={"seconds": "10"}, instanceTerminationAction="DELETE"
                )
            },
            "Must be between 30 and",
        ),
        (
            {"scheduling": planned(provisioningModel="SPOT", automaticRestart=True)},
            "automaticRestart be false",
        ),
        ({**H100, "scheduling": planned()}, "does not support provisioning model STANDARD"),
        ({"params": {"requestValidForDuration": {"seconds": "90"}}}, "only allowed for FLEX_START"),
        ({"networkInterfaces": []}, "At least one network interface is required"),
        (
            {"networkInterfaces": [{"network": "global/networks/mine"}]},
            "The referenced network resource cannot be found",
        ),
        ({"labels": {"Llmhost": "1"}}, "Label key must match"),
        ({"labels": {"llmhost": "A B"}}, "Label value must match"),
        ({"labels": {f"l{n}": "" for n in range(65)}}, "at most 64 labels"),
    ],
)
def test_an_instance_that_cannot_be_is_refused_with_400(
    gce: FakeGce, fields: dict[str, Any], message: str
) -> None:
    answer = ask(gce, "POST", INSTANCES, raw(**fields))
    assert (answer.status, answer.reason) == (400, "invalid")
    assert message in answer.message
    assert not gce.instances()
    assert not gce.disks()


def test_an_image_family_that_was_retired_is_a_404(gce: FakeGce) -> None:
    image = IMAGE.replace("580", "470")
    answer = ask(gce, "POST", INSTANCES, raw(disks=[disk(image=image)]))
    assert (answer.status, answer.reason) == (404, "notFound")
    assert answer.message == f"The resource '{image}' was not found"


def test_n1_takes_attached_gpus_and_g2_does_not(gce: FakeGce) -> None:
    cards = [
        {
            "acceleratorType": f"zones/{ZONE}/acceleratorTypes/nvidia-tesla-t4",
            "acceleratorCount": 2,
        }
    ]
    n1 = raw("n1", machineType=machine("n1-standard-8"), guestAccelerators=cards)
    assert ask(gce, "POST", INSTANCES, n1).status == 200
    assert ask(gce, "POST", INSTANCES, raw("g2", guestAccelerators=cards)).status == 400
    three = [{**cards[0], "acceleratorCount": 3}]
    assert (
        ask(gce, "POST", INSTANCES, {**n1, "name": "n3", "guestAccelerators": three}).status == 400
    )


def test_a_404_is_shaped_as_googles(gce: FakeGce) -> None:
    message = f"The resource 'projects/demo/{INSTANCES}/a' was not found"
    item = {"message": message, "domain": "global", "reason": "notFound"}
    assert ask(gce, "GET", f"{INSTANCES}/a").body == {
        "error": {"code": 404, "message": message, "errors": [item]}
    }


def test_unknown_projects_and_zones_are_refused() -> None:
    with FakeGce(project="mine", others=("theirs",)) as gce:
        gce.project = "theirs"
        assert ask(gce, "GET", "").body["name"] == "theirs"
        assert ask(gce, "GET", "zones/mars-north1-a/instances").status == 400
        gce.project = "nobodys"
        assert ask(gce, "GET", "").message == "The resource 'projects/nobodys' was not found"


def test_an_old_fingerprint_changes_neither_labels_nor_metadata(gce: FakeGce) -> None:
    instance = gce.plant_instance(ZONE, "a", labels={"x": "old"})
    labels = {"labels": {"x": "new"}, "labelFingerprint": instance["labelFingerprint"]}
    assert ask(gce, "POST", f"{INSTANCES}/a/setLabels", labels).status == 200
    for path, sent in (
        ("setLabels", labels),
        ("setLabels", {"labels": {}}),
        ("setMetadata", {"items": [], "fingerprint": "AAAA"}),
    ):
        answer = ask(gce, "POST", f"{INSTANCES}/a/{path}", sent)
        assert (answer.status, answer.reason) == (412, "conditionNotMet")
    assert gce.instances()[0]["labels"] == {"x": "new"}


def test_a_subnetwork_can_be_named_instead_of_the_network(gce: FakeGce) -> None:
    def nic(name: str) -> list[dict[str, str]]:
        return [{"subnetwork": f"regions/us-central1/subnetworks/{name}"}]

    assert ask(gce, "POST", INSTANCES, raw(networkInterfaces=nic("default"))).status == 200
    assert ask(gce, "POST", INSTANCES, raw("b", networkInterfaces=nic("mine"))).status == 400

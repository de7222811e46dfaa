"""What `gc` takes for waste, and what it leaves alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.sweep import Inventory, idle_rules, waste

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG_AGO = "2026-11-19T04:00:00.000-08:00"
JUST_NOW = "2026-11-20T03:59:00.000-08:00"
ZONE = "https://www.googleapis.com/compute/v1/projects/demo/zones/us-east4-a"


def machine(hours: float | None = 1.0, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """A machine of ours that ends in so many hours."""
    end = None if hours is None else NOW + timedelta(hours=hours)
    made = {
        "id": "1",
        "name": "llmhost-vllm",
        "zone": ZONE,
        "labels": names.labels("vllm", "me", end),
    }
    return {**made, **more}


def disk(made: str = LONG_AGO, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    labels = names.labels("vllm", "me", NOW)
    body = {"id": "2", "name": "llmhost-vllm-1", "zone": ZONE, "creationTimestamp": made}
    return {**body, "labels": labels, **more}


def rule(**more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    return {
        "id": "3",
        "name": "llmhost-ssh-default-127-0-0-1-32",
        "description": "llmhost: SSH to its machines from 127.0.0.1/32",
        "targetTags": ["llmhost-ssh"],
        "creationTimestamp": LONG_AGO,
        **more,
    }


def found(**inventory: Any) -> list[tuple[str, str]]:  # noqa: ANN401  lists of JSON
    return [(one.kind, one.why) for one in waste(Inventory(**inventory), NOW)]


def test_a_machine_that_lives_is_no_waste() -> None:
    assert found(instances=[machine()]) == []
    assert found(instances=[machine(hours=None)]) == []


def test_a_machine_whose_time_has_ended_is() -> None:
    ((kind, why),) = found(instances=[machine(hours=-1)])
    assert (kind, why) == ("machine", "its time ended at 2026-11-20T11:00:00Z")


def test_the_cloud_is_given_a_moment_to_end_it_by_itself() -> None:
    assert found(instances=[machine(hours=-0.05)]) == []


def test_what_the_cloud_says_about_the_end_counts_more_than_the_label() -> None:
    status = {"scheduling": {"terminationTimestamp": "2026-11-20T16:00:00.000-08:00"}}
    assert found(instances=[machine(hours=-1, resourceStatus=status)]) == []


def test_a_machine_of_ours_that_belongs_to_no_deployment_is_ownerless() -> None:
    assert found(instances=[machine(labels={"llmhost": "1"})]) == [
        ("machine", "it belongs to no deployment")
    ]


def test_a_disk_is_waste_when_nobody_uses_it_and_it_is_not_just_being_made() -> None:
    assert found(disks=[disk()]) == [("disk", "no machine uses it")]
    assert found(disks=[disk(users=["somebody"])]) == []
    assert found(disks=[disk(JUST_NOW)]) == []


def test_a_rule_is_waste_when_no_machine_of_ours_is_left() -> None:
    assert found(firewalls=[rule()]) == [("firewall rule", "no machine needs it")]
    assert found(firewalls=[rule()], instances=[machine()]) == []
    assert found(firewalls=[rule()], instances=[machine(hours=-1)])[-1][0] == "firewall rule"
    assert idle_rules([rule()], [machine()]) == ()


things = st.fixed_dictionaries(
    {"id": st.just("9"), "name": st.sampled_from(("llmhost-vllm", "llmhost-ssh-x", "web"))},
    optional={
        "labels": st.dictionaries(
            st.sampled_from(("llmhost-name", "llmhost-expires", "team")), st.just("vllm")
        ),
        "zone": st.just(ZONE),
        "creationTimestamp": st.just(LONG_AGO),
        "description": st.sampled_from(("", "llmhost: mine")),
        "targetTags": st.sampled_from(([], ["llmhost-ssh"], ["web"])),
    },
)


@given(st.lists(things), st.lists(things), st.lists(things), st.lists(things))
def test_what_is_not_ours_is_never_waste(
    instances: list[dict[str, Any]],
    disks: list[dict[str, Any]],
    addresses: list[dict[str, Any]],
    firewalls: list[dict[str, Any]],
) -> None:
    assert waste(Inventory(instances, disks, addresses, firewalls), NOW) == ()

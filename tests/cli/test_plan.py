"""`plan`: the plan is the product, and `--check` speaks by the exit status."""

from collections.abc import Callable
from typing import Any

import pytest

from llmhost.errors import HostError
from llmhost.workflows.place import Place
from llmhost.workflows.results import Planned
from llmhost.workflows.session import Session
from tests.cli.front import Front
from tests.cli.samples import NOTHING, PLANNED

Workflow = Callable[[str, Callable[..., Any]], None]


@pytest.mark.parametrize(
    ("planned", "flags", "status"),
    [(PLANNED, [], 0), (PLANNED, ["--check"], 3), (NOTHING, ["--check"], 0)],
)
def test_check_exits_with_3_when_something_would_change(
    llmhost: Front, workflow: Workflow, planned: Planned, flags: list[str], status: int
) -> None:
    workflow("up.plan", lambda *_: planned)
    assert llmhost("plan", "vllm", *flags).status == status


def test_the_plan_goes_to_stdout(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.plan", lambda *_: NOTHING)
    ended = llmhost("plan", "vllm")
    assert ended.stdout == "= docker engine\n\nnothing to change, 1 as they should be\n"
    assert ended.stderr == ""


def test_json_holds_every_change_with_its_diff(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.plan", lambda *_: PLANNED)
    document = llmhost("plan", "vllm", "-o", "json", "--check").document
    assert document["changes"] == 2
    assert document["plan"]["host"][1]["drift"][0]["diff"] == ["@@ -1 +1 @@", "-{}", '+{"a": 1}']


def plan_on_two(_session: Session, place: Place, *_: object) -> Planned:
    """A plan that cannot be made for host b."""
    if place.host == "root@b":
        raise HostError("root@b cannot be reached")
    return PLANNED


def test_several_hosts_are_shown_below_their_names(llmhost: Front, workflow: Workflow) -> None:
    workflow("up.plan", plan_on_two)
    ended = llmhost("plan", "vllm", "--host", "root@a", "--host", "root@b", "--check")
    assert ended.status == 1
    assert ended.stdout.startswith("root@a\n= machine vllm\n")
    assert ended.stdout.endswith("root@b\nerror: root@b cannot be reached\n")

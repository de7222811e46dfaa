"""Connections are begun before the program is read in, and used by the workflow that needs them."""

from typing import Any

import pytest

from llmhost.cli.ahead import dialled
from llmhost.cli.main import run
from llmhost.transport.base import Address
from llmhost.workflows.place import Place
from llmhost.workflows.results import Status
from llmhost.workflows.session import Session
from tests.cli.samples import STATUS

A = Address("192.0.2.7", user="root")
B = Address("192.0.2.8", port=2222, user="root")


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Address, bool]]:
    """The connections that were begun."""
    calls: list[tuple[Address, bool]] = []

    def connect(address: Address, *, trust_new: bool) -> str:
        calls.append((address, trust_new))
        return f"way to {address}"

    monkeypatch.setattr("llmhost.transport.ssh.connect", connect)
    return calls


def test_every_host_on_the_command_line_is_dialled(begun: list[tuple[Address, bool]]) -> None:
    args = ["up", "vllm", "--host", "root@192.0.2.7", "--host=root@192.0.2.8:2222"]
    assert list(dialled(args)) == [A, B]
    assert begun == [(A, False), (B, False)]


def test_trust_is_passed_on(begun: list[tuple[Address, bool]]) -> None:
    dialled(["status", "vllm", "--host", "root@192.0.2.7", "--trust-host-key"])
    assert begun == [(A, True)]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "up vllm",
        "up vllm --host",
        "up --help --host root@192.0.2.7",
        "ssh vllm --host root@192.0.2.7",
        "render vllm --host root@192.0.2.7",
        "up vllm -- --host root@192.0.2.7",
        "up vllm --host root@",
    ],
)
def test_nothing_else_is_dialled(begun: list[tuple[Address, bool]], typed: str) -> None:
    assert dialled(typed.split()) == {}
    assert begun == []


def test_a_workflow_is_given_the_connection_that_is_under_way_once(
    begun: list[tuple[Address, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: list[object] = []

    def look(session: Session, _place: Place | None, _name: str) -> Status:
        ways.extend((session.connect(A), session.connect(A)))
        return STATUS

    monkeypatch.setattr("llmhost.workflows.status.status", look)
    connections: dict[Address, Any] = {A: "the first"}
    assert run(["status", "vllm", "-o", "json"], connections=connections) == 0
    assert ways == ["the first", f"way to {A}"]
    assert begun == [(A, False)]

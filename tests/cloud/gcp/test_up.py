"""The way up, where a host and its cloud meet: machines that go away, doors that are shut."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from llmhost.errors import CloudError, HostError
from llmhost.events import MachineExists
from llmhost.spec.deployment import Ask
from llmhost.transport.base import Address, Answer, LineHandler, Transport
from llmhost.transport.refusals import UnansweredError
from llmhost.workflows import up as workflow
from llmhost.workflows.order import Order
from llmhost.workflows.place import Place
from llmhost.workflows.session import Session
from tests.cloud.gcp.bench import Bench
from tests.fake_gce import FakeGce

ASK = Ask("vllm", gpus=2)
PLACE = Place("cloud", cloud="gcp")


class Way:
    """A host that does, at each script, what a test wants, and is never reached."""

    name = "llmhost@192.0.2.7"

    def __init__(self, meet: Callable[[], None]) -> None:
        self._meet = meet

    def run(self, _script: str, /, _on_line: LineHandler | None = None) -> Answer:
        self._meet()
        raise HostError("the connection broke")

    def stream(self, _port: int, /) -> NoReturn:
        raise ConnectionRefusedError

    def close(self) -> None:
        pass


def session(bench: Bench, meet: Callable[[], None]) -> Session:
    driver = bench.driver

    def connect(_address: Address) -> Transport:
        return Way(meet)

    return Session(
        report=bench.heard,
        connect=connect,
        drivers=lambda _name: driver,
        confirm=lambda _planned: True,
        environ=bench.environ,
    )


def up(bench: Bench, meet: Callable[[], None]) -> None:
    workflow.up(session(bench, meet), PLACE, Order(bench.environ, ASK), yes=True)


def test_a_preemption_is_noticed_while_the_host_is_at_work(bench: Bench, gce: FakeGce) -> None:
    def preempted() -> None:
        (instance,) = gce.instances()
        gce.preempt("us-east4-a", instance["name"])
        gce.advance(120)

    with pytest.raises(CloudError, match="machine vllm in us-east4-a is gone") as caught:
        up(bench, preempted)
    assert "Google took it back" in caught.value.why
    assert "makes another machine" in caught.value.hint


def test_the_end_of_the_ttl_is_noticed_while_the_host_is_at_work(
    bench: Bench, gce: FakeGce
) -> None:
    with pytest.raises(CloudError, match="is gone") as caught:
        up(bench, lambda: gce.advance(9 * 3600))
    assert "the TTL ended" in caught.value.why


def test_a_connection_that_breaks_to_a_machine_that_is_there_stays_what_it_is(
    bench: Bench,
) -> None:
    with pytest.raises(HostError, match="the connection broke"):
        up(bench, lambda: None)


def test_what_a_machine_costs_is_told_before_anything_is_done_on_it(bench: Bench) -> None:
    bench.create()
    bench.heard.heard.clear()
    with pytest.raises(HostError):
        up(bench, lambda: None)
    (event,) = [event for event in bench.heard.heard if isinstance(event, MachineExists)]
    assert (event.name, event.usd_per_hour) == ("vllm", 1.994283)
    assert event.expires


def test_from_another_network_the_door_is_opened_anew(
    bench: Bench, gce: FakeGce, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert tmp_path
    bench.create()
    bench.more["LLMHOST_SSH_FROM"] = "198.51.100.7"
    monkeypatch.setattr(workflow, "patient", lambda session: session)

    def shut_out() -> None:
        sources = [rule["sourceRanges"] for rule in gce.firewalls()]
        if ["198.51.100.7/32"] not in sources:
            raise UnansweredError("llmhost@192.0.2.7 cannot be reached")

    with pytest.raises(HostError, match="the connection broke"):
        up(bench, shut_out)
    assert len(gce.firewalls()) == 2
    bench.down()
    assert gce.firewalls() == []

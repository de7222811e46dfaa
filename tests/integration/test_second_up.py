"""A second `up` finds everything as it should be, and asks little to know it."""

import pytest

from llmhost.cli.wiring import driver
from llmhost.events import ignore
from llmhost.spec.deployment import Ask
from llmhost.transport.base import Address
from llmhost.transport.ssh import SshTransport, connect
from llmhost.workflows.order import Order
from llmhost.workflows.place import Place
from llmhost.workflows.session import Session
from llmhost.workflows.up import up
from tests.integration.served import Served

pytestmark = pytest.mark.sandbox


def test_a_second_up_changes_nothing_and_says_so_of_every_step(served: Served) -> None:
    before = served.started_at()
    document = served.up()
    assert document["changed"] == 0
    assert {step["outcome"] for step in document["steps"]} == {"ok"}
    assert len(document["steps"]) == len(served.first.document["steps"])
    assert served.started_at() == before


def test_a_second_up_takes_one_login_and_at_most_two_execs(served: Served) -> None:
    made: list[SshTransport] = []

    def counted(address: Address) -> SshTransport:
        transport = connect(address)
        assert isinstance(transport, SshTransport)
        made.append(transport)
        return transport

    session = Session(ignore, counted, driver, lambda _: False, served.llmhost.environ)
    ask = Ask("vllm", name=served.name, gpus=2, env={"STANDIN_LOAD_SECONDS": "1"})
    result = up(session, Place("cloud", "sandbox"), Order(session.environ, ask), yes=False)
    assert result.changed == 0
    assert [(transport.logins, transport.execs <= 2) for transport in made] == [(1, True)]


def test_a_plan_without_changes_ends_with_0_even_when_checked(served: Served) -> None:
    assert served.llmhost("plan", *served.words, "--check").status == 0


def test_up_needs_no_consent_where_nothing_would_change(served: Served) -> None:
    assert served.llmhost("up", *served.words).good()

"""What the driver works with, each made when it is first needed."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from llmhost.cloud.gcp import names
from llmhost.cloud.gcp.account import Account, account, credentials
from llmhost.cloud.gcp.arriving import Arrival
from llmhost.cloud.gcp.calls import Calls
from llmhost.cloud.gcp.clearing import Clearing
from llmhost.cloud.gcp.compute import Compute
from llmhost.cloud.gcp.disposal import Disposal
from llmhost.cloud.gcp.journal import Journal
from llmhost.cloud.gcp.messages import explained
from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.refusal import RefusedError
from llmhost.cloud.gcp.settling import Settling
from llmhost.cloud.gcp.state import State
from llmhost.cloud.gcp.survey import OUTLET, Survey, network_name
from llmhost.cloud.gcp.trouble import classified
from llmhost.spec.catalog import Catalog
from llmhost.transport.base import Address

_DOUBLED = Pace(pause=0.05)


def log_in(address: Address) -> None:
    """One login over SSH, to see that it can be."""
    from llmhost.transport.ssh import SshTransport  # noqa: PLC0415  paramiko takes its time

    with SshTransport(address, timeout=10.0) as transport:
        transport.run("true\n")


@dataclass
class Parts:
    """Everything below the driver.

    Attributes:
        project: The project; empty takes what environment and credentials name.
        environ: Where settings come from.
        login: Logs in once.
        patience: How long Google is waited for; None for as long as suits the endpoint.
        now: The time.
    """

    project: str = ""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    login: Callable[[Address], None] = log_in
    patience: Pace | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @cached_property
    def account(self) -> Account:
        """Whose project, at which address."""
        return account(self.environ, self.project)

    @cached_property
    def compute(self) -> Compute:
        """Compute Engine."""
        return Compute(Calls(self.account, credentials))

    @cached_property
    def pace(self) -> Pace:
        """How long it is waited for."""
        return self.patience or (_DOUBLED if self.account.doubled else Pace())

    @cached_property
    def state(self) -> State:
        """What this computer keeps."""
        return State.of(self.environ)

    @cached_property
    def journal(self) -> Journal:
        """Requests that were about to be sent."""
        return Journal(self.state, self.account.project)

    @cached_property
    def survey(self) -> Survey:
        """What is asked before anything is made."""
        catalog = Catalog.default(self.environ)
        return Survey(
            self.compute,
            self.state,
            catalog.machines("gcp"),
            catalog.gpus(),
            network_name(self.environ),
            bool(self.environ.get(OUTLET)),
        )

    @cached_property
    def settling(self) -> Settling:
        """Waits for what was begun."""
        return Settling(self.compute, self.pace)

    @cached_property
    def clearing(self) -> Clearing:
        """Takes away."""
        return Clearing(self.compute, self.pace)

    @cached_property
    def disposal(self) -> Disposal:
        """Takes away what nobody needs."""
        return Disposal(self.compute, self.clearing, self.now)

    @cached_property
    def arrival(self) -> Arrival:
        """Waits until a machine lets us in."""
        return Arrival(self.compute, self.state, self.pace, self.login, self.environ)

    def named(self, name: str) -> list[dict[str, Any]]:
        """The machines of a deployment, in any zone and state; one, if nothing went wrong."""
        there = self.compute.instances(names.named(name))
        return [one for one in there if names.is_ours(one, name)]

    @contextmanager
    def told(self) -> Iterator[None]:
        """Makes a message of whatever Compute Engine refuses."""
        try:
            yield
        except RefusedError as refused:
            trouble = classified(refused.refusal)
            network = network_name(self.environ)
            raise explained(trouble, self.account, network=network) from refused

"""Deployments that exist, rebuilt from the records that hosts keep of them."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from llmhost.errors import HostError, LlmhostError, UsageError
from llmhost.facts.base import AnyFact
from llmhost.facts.gather import Facts, Inquiry
from llmhost.facts.system import Records
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Deployment
from llmhost.spec.record import from_record, provider_of, read_record
from llmhost.transport.base import Transport
from llmhost.workflows.place import Found, Place, existing, find
from llmhost.workflows.session import Session


@dataclass(frozen=True, slots=True)
class Carried:
    """What a host carries; a record that cannot be read hides no other.

    Attributes:
        host: What the host is called.
        deployments: Deployments by name.
        unreadable: Why a record cannot be read, by the name of its deployment.
        facts: What the host was asked.
    """

    host: str
    deployments: Mapping[str, Deployment]
    unreadable: Mapping[str, LlmhostError]
    facts: Facts

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all of them, sorted."""
        return tuple(sorted({*self.deployments, *self.unreadable}))

    def named(self, name: str) -> Deployment:
        """The deployment of that name.

        Raises:
            UsageError: There is none.
            HostError: Its record cannot be read.
        """
        if name in self.deployments:
            return self.deployments[name]
        if name in self.unreadable:
            error = self.unreadable[name]
            raise HostError(
                f"`{name}` on {self.host}: {error.message}", why=error.why, hint=error.hint
            ) from error
        raise UsageError(
            f"{self.host} carries no deployment `{name}`",
            why=f"it carries: {', '.join(self.names)}" if self.names else "it carries none",
            hint=f"`llmhost up PROVIDER --name {name}` makes one",
        )


@contextmanager
def opened(session: Session, place: Place | None, name: str) -> Iterator[tuple[Found, Deployment]]:
    """The host of a deployment that exists, connected to, with the deployment.

    Raises:
        UsageError: There is none of that name.
    """
    found = existing(session, place, name)
    with closing(found.transport):
        yield found, carried(session, found.transport).named(name)


def names_on(session: Session, place: Place) -> tuple[str, ...]:
    """The names of all deployments on a host of one's own."""
    found = find(session, place, "")
    if found is None:
        return ()
    with closing(found.transport):
        return carried(session, found.transport).names


def carried(session: Session, transport: Transport, *more: AnyFact) -> Carried:
    """Every deployment on a host; `more` is asked in the same exec."""
    asked = Inquiry((Records(), *more))
    facts = asked.read(transport, transport.run(asked.script))
    catalog = Catalog.default(session.environ)
    deployments: dict[str, Deployment] = {}
    unreadable: dict[str, LlmhostError] = {}
    for name, text in facts(Records()).items():
        try:
            record = read_record(text)
            deployments[name] = from_record(record, catalog.profile(provider_of(record)))
        except LlmhostError as error:
            unreadable[name] = error
    return Carried(transport.name, deployments, unreadable, facts)

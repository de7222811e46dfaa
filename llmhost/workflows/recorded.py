"""Deployments that exist, rebuilt from the records that hosts keep of them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from llmhost.errors import UsageError
from llmhost.facts.gather import Inquiry
from llmhost.facts.system import Records
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Deployment
from llmhost.spec.record import from_record, provider_of
from llmhost.transport.base import Transport
from llmhost.workflows.place import Found, Place, existing
from llmhost.workflows.session import Session


@contextmanager
def opened(session: Session, place: Place | None, name: str) -> Iterator[tuple[Found, Deployment]]:
    """The host of a deployment that exists, connected to, with the deployment.

    Raises:
        UsageError: There is none of that name.
    """
    found = existing(session, place, name)
    with closing(found.transport):
        yield found, recorded(session, found.transport, name)


def recorded(session: Session, transport: Transport, name: str) -> Deployment:
    """The deployment of that name on a host."""
    return named(transport, carried(session, transport), name)


def named(transport: Transport, there: Sequence[Deployment], name: str) -> Deployment:
    """The one of that name among those a host carries."""
    for deployment in there:
        if deployment.name == name:
            return deployment
    names = ", ".join(deployment.name for deployment in there)
    raise UsageError(
        f"{transport.name} carries no deployment `{name}`",
        why=f"it carries: {names}" if names else "it carries none",
        hint=f"`llmhost up PROVIDER --name {name}` makes one, or goes on with an interrupted one",
    )


def carried(session: Session, transport: Transport) -> tuple[Deployment, ...]:
    """Every deployment on a host."""
    asked = Inquiry((Records(),))
    facts = asked.read(transport, transport.run(asked.script))
    catalog = Catalog.default(session.environ)
    records = map(json.loads, facts(Records()))
    return tuple(from_record(record, catalog.profile(provider_of(record))) for record in records)

"""The way down: a cloud's machine, or the deployment's own things on a host of the user's."""

from contextlib import closing

from llmhost.steps import apply as applying
from llmhost.steps.removal import Removal
from llmhost.workflows.place import Found, Place, existing
from llmhost.workflows.recorded import carried, named
from llmhost.workflows.results import Gone
from llmhost.workflows.session import Session


def down(session: Session, place: Place | None, name: str) -> Gone:
    """Takes a deployment away; returns when it is gone.

    Raises:
        LlmhostError: There is none of that name, or it could not be taken away.
    """
    found = existing(session, place, name)
    with closing(found.transport):
        if found.machine is None:
            return _off_the_host(session, found, name)
    session.drivers(found.place.cloud).delete(found.machine, session.report)
    return Gone(name, (f"machine {name} with its disks",))


def _off_the_host(session: Session, found: Found, name: str) -> Gone:
    """Removes what only this deployment uses; software installed for it stays, and is named."""
    transport = found.transport
    there = carried(session, transport)
    deployment = named(transport, there, name)
    others = [other for other in there if other.name != name]
    weights = deployment.model.directory if deployment.model.source == "hub" else ""
    shared = {thing for other in others for thing in (other.image, other.model.directory)}
    removal = Removal(
        name,
        weights="" if weights in shared else weights,
        image="" if deployment.image in shared else deployment.image,
    )
    work = applying.Work(f"llmhost down {name}", session.holder, (applying.Pending(removal, ()),))
    applying.apply(transport, work, session.report)
    software = ("Docker with its settings",) if deployment.container else ()
    kept = (thing for thing in (deployment.image, weights) if thing and thing in shared)
    return Gone(name, removal.things, (*software, *kept))

"""Sweeps what nobody needs any more, of llmhost's own alone, in every cloud that keeps order."""

from collections.abc import Callable, Mapping

from llmhost.cloud.base import DRIVERS
from llmhost.cloud.keeping import Keeper, Waste
from llmhost.errors import CloudError
from llmhost.spec.runner import Runner
from llmhost.workflows import sweeping
from llmhost.workflows.results import Cleared
from llmhost.workflows.session import Session

Found = Mapping[str, tuple[Waste, ...]]


def find(session: Session, clouds: tuple[str, ...] = ()) -> tuple[Found, tuple[str, ...]]:
    """What is expired, ownerless or left over by cloud, and the clouds that could not be asked."""
    found: dict[str, tuple[Waste, ...]] = {}
    unasked: list[str] = []
    for cloud in clouds or tuple(DRIVERS):
        driver = session.drivers(cloud)
        if not isinstance(driver, Keeper):
            continue
        try:
            found[cloud] = driver.waste()
        except CloudError as error:
            unasked.append(f"{cloud}: {error.message}")
    return found, tuple(unasked)


def gc(
    session: Session,
    clouds: tuple[str, ...],
    agree: Callable[[Cleared], bool] | None,
    runners: tuple[Runner, ...] = (),
) -> Cleared:
    """Finds waste and deletes it.

    Args:
        session: The effects there are.
        clouds: Where to look; empty for all.
        agree: Asked once, about everything that was found; None only looks.
        runners: Places where registrations of runners without a machine are looked for as well.

    Returns:
        What was found, and what became of it.
    """
    found, unasked = find(session, clouds)
    orphans = sweeping.orphans(session, found, runners, clouds)
    waste = (*(one for several in found.values() for one in several), *orphans)
    seen = Cleared(waste, unasked=unasked)
    if agree is None or not waste or not agree(seen):
        return seen
    kept: list[str] = []
    staying: set[str] = set()
    for cloud, several in found.items():
        driver = session.drivers(cloud)
        if isinstance(driver, Keeper) and several:
            left = driver.clear(several, session.report)
            kept += [_told(one, why) for one, why in left]
            staying |= sweeping.staying(driver, (one for one, _ in left))
    kept += sweeping.cleared(session, orphans, staying)
    return Cleared(waste, len(waste) - len(kept), tuple(kept), unasked)


def _told(one: Waste, why: str) -> str:
    where = f" in {one.place}" if one.place else ""
    return f"{one.kind} {one.name}{where}: {why}"

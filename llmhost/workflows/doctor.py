"""Looks at everything a machine needs before one is made."""

from llmhost.cloud.base import DRIVERS
from llmhost.cloud.keeping import Keeper
from llmhost.workflows.results import Examined
from llmhost.workflows.session import Session


def doctor(session: Session, clouds: tuple[str, ...] = ()) -> tuple[Examined, ...]:
    """What was found in each cloud that can be examined; no cloud said means all of them."""
    examined: list[Examined] = []
    for cloud in clouds or tuple(DRIVERS):
        driver = session.drivers(cloud)
        if isinstance(driver, Keeper):
            examined.append(Examined(cloud, driver.examine()))
    return tuple(examined)

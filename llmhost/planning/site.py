"""Reads off a host what decides how files are rendered for it."""

from collections.abc import Mapping

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.gpu import Gpus
from llmhost.facts.system import OsRelease, Records, RouteMtu
from llmhost.planning.claims import claims
from llmhost.planning.gpus import chosen
from llmhost.spec.deployment import Deployment, Site
from llmhost.spec.gpuchoice import recognised
from llmhost.spec.machines import Gpu as GpuModel

QUESTIONS: tuple[AnyFact, ...] = (OsRelease(), RouteMtu(), Gpus(), Records())


def site(read: FactReader, deployment: Deployment, known: Mapping[str, GpuModel]) -> Site:
    """The site a host is for a deployment, which gets GPUs that no other one there has.

    Args:
        read: What the host answered to `QUESTIONS`.
        deployment: What is wanted.
        known: The GPU models llmhost knows.
    """
    driver, there = read(Gpus()), claims(read(Records()).values())
    gpus = chosen(driver.gpus, deployment, there, known)
    # Where the driver is gone, what was rendered with it still says which GPUs they were.
    kept = next((claim.devices for claim in there if claim.name == deployment.name), ())
    models = dict.fromkeys(recognised(gpu.name, known) or gpu.name for gpu in gpus)
    return Site(
        driver=driver.major,
        mtu=read(RouteMtu()),
        devices=tuple(gpu.device for gpu in gpus) if driver.gpus else kept,
        gpu=" + ".join(models),
        memory_gb=read(OsRelease()).memory_kb * 1024 // 10**9,
    )

"""Reads off a host what decides how files are rendered for it."""

from llmhost.facts.base import AnyFact, FactReader
from llmhost.facts.gpu import Gpus
from llmhost.facts.system import OsRelease, RouteMtu
from llmhost.spec.deployment import Site

QUESTIONS: tuple[AnyFact, ...] = (OsRelease(), RouteMtu(), Gpus())


def site(read: FactReader, gpus: int) -> Site:
    """The site a host is, for a deployment on that many GPUs; the lowest indexes are taken."""
    driver = read(Gpus())
    return Site(
        driver=driver.major,
        mtu=read(RouteMtu()),
        devices=tuple(f"nvidia.com/gpu={gpu.index}" for gpu in driver.gpus[:gpus]),
        memory_gb=read(OsRelease()).memory_kb * 1024 // 10**9,
    )

"""Takes away everything the sandbox ever made on this computer, except Docker itself."""

from llmhost.cloud.sandbox.engine import running_engine
from llmhost.cloud.sandbox.network import NAME

_OURS = "label=llmhost=1"


def purge() -> None:
    """Removes all machines, whatever serves them, their volumes, images and network.

    The keys stay: they are small, and machines of other engines may know them.
    """
    engine = running_engine()
    if engine is None:
        return
    containers = engine.run("ps", "--all", "--quiet", "--filter", _OURS).split()
    if containers:
        engine.answer("rm", "--force", "--volumes", *containers)
    engine.answer("network", "rm", NAME)
    volumes = engine.run("volume", "ls", "--quiet", "--filter", _OURS).split()
    if volumes:
        engine.answer("volume", "rm", *volumes)
    images = engine.run("images", "--quiet", "--filter", _OURS).split()
    if images:
        engine.answer("rmi", "--force", *set(images))

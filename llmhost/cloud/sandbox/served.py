"""Where machines of the sandbox take things from: everywhere under the official names."""

from types import MappingProxyType

from llmhost.cloud.base import MachineRequest
from llmhost.spec.sources import Sources

# The image registries that the sandbox answers for under their own names.
_REGISTRIES = ("docker.io", "ghcr.io", "quay.io", "nvcr.io")


def sources(*, served: bool) -> Sources:
    """The sources; a digest of an official image does not fit what the sandbox serves itself."""
    return Sources(images=MappingProxyType({r: r for r in _REGISTRIES if served}))


def presumed(request: MachineRequest) -> Sources:
    """Those of a new machine on a computer that reaches the registries."""
    return sources(served=request.gpus > 0)

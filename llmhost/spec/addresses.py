"""The addresses of a `-f` file, each looked at before anything is done with it."""

import re
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from llmhost.spec.part import Part
from llmhost.spec.sources import Sources

_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?|\[[0-9a-fA-F:]+\](:[0-9]{1,5})?"
# What programs on the host are given as one word.
_PATH = r"(/[^\s'\"$`\\]*)?"
_NAME = r"[a-z0-9]+([._-]+[a-z0-9]+)*"


def _form(pattern: str, what: str) -> Callable[[str], str]:
    """A check of an address; one with a login in it is refused without being repeated."""

    def checked(address: str) -> str:
        if "@" in address.rpartition("://")[2].partition("/")[0]:
            raise ValueError(
                "a user or password in an address is not kept secret; take it out, and let the "
                "host hold it: /root/.netrc for curl and pip, /etc/apt/auth.conf.d for apt"
            )
        if not re.fullmatch(pattern, address):
            raise ValueError(f"{what} belongs here, not `{address}`")
        return address

    return checked


_WEB = rf"https?://({_HOST}){_PATH}"
_IMAGE = rf"({_HOST})(/{_NAME})*"
WebAddress: TypeAlias = Annotated[
    str, AfterValidator(_form(_WEB, "an address such as https://mirror.example/path"))
]
# A directory of the host's own will do where a program reads one as well as a server.
Address: TypeAlias = Annotated[
    str,
    AfterValidator(
        _form(rf"{_WEB}|file:///[^\s'\"$`\\]+", "an address such as https://mirror.example/path")
    ),
]
Registry: TypeAlias = Annotated[
    str, AfterValidator(_form(rf"(https?://)?({_HOST})/?", "HOST[:PORT] or http://HOST[:PORT]"))
]
ImageName: TypeAlias = Annotated[
    str, AfterValidator(_form(_IMAGE, "a registry host, or an image without tag,"))
]
Image: TypeAlias = Annotated[
    str,
    AfterValidator(
        _form(rf"{_IMAGE}(:[A-Za-z0-9_][A-Za-z0-9._-]*)?", "a registry host or an image")
    ),
]


class SourcesPart(Part):
    """Addresses to take software and models from instead of the official ones."""

    docker_apt: Address | None = None
    """Root of Docker's apt repositories; `/debian`, `/ubuntu` lie below."""
    nvidia_apt: Address | None = None
    """Root of NVIDIA's container-toolkit repository."""
    hub: WebAddress | None = None
    """The Hugging Face hub, or a mirror that speaks its protocol."""
    pypi: Address | None = None
    """Index that Python packages come from: the hub's client, and native installs of that kind."""
    ollama: Registry | None = None
    """Ollama's model registry: HOST[:PORT], or http://HOST[:PORT] for one without TLS."""
    lmstudio_installer: Address | None = None
    """The script that installs LM Studio's headless service."""
    images: dict[ImageName, Image] = Field(default_factory=dict)
    """A registry host, or an image without tag, to what stands in its place."""
    downloads: dict[WebAddress, Address] = Field(default_factory=dict)
    """An address that a profile names, or the beginning of one, to what stands in its place."""

    def over(self, base: Sources) -> Sources:
        """The addresses to use: its own where it names one, else those of `base`."""
        said = self.model_dump(exclude_none=True, exclude={"images", "downloads"})
        return replace(
            base,
            **said,
            images=MappingProxyType({**base.images, **self.images}),
            downloads=MappingProxyType({**base.downloads, **self.downloads}),
        )

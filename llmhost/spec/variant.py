"""What is run under which conditions: a container image, or a native install."""

from typing import Literal

from pydantic import model_validator

from llmhost.spec.part import Part


class Install(Part):
    """A native install, for providers without a container image that uses the GPU."""

    kind: Literal["script"]
    """The vendor's installer script, run by bash as the account; nothing else is built yet."""
    source: str = ""
    """Name of the entry of `sources` that holds its address; empty takes `url`."""
    url: str = ""
    """Address of the installer."""
    user: str
    """System account it is installed for and runs as."""
    home: str
    """Home of that account, where everything of it lies."""
    creates: str
    """Program that exists once it is installed, as an absolute path."""


class Variant(Part):
    """What is run under which conditions; the first variant whose conditions hold is taken."""

    gpus: bool
    """Whether it is the one for GPUs."""
    minimum_driver: int = 0
    """Least major version of the NVIDIA driver; 0 without GPUs."""
    image: str = ""
    """Container image, pinned: `HOST/PATH:TAG[@sha256:…]`."""
    install: Install | None = None
    """Or a native install."""
    packages: tuple[str, ...] = ()
    """Debian packages it needs on the host beside what every deployment has."""

    @property
    def native(self) -> bool:
        """Whether it runs on the host itself and not in a container."""
        return self.install is not None

    @model_validator(mode="after")
    def _is_image_or_install(self) -> "Variant":
        if bool(self.image) == self.native:
            raise ValueError("a variant has either an `image` or an `install`")
        return self

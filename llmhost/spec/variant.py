"""What is run under which conditions: a container image, or a native install."""

from pydantic import model_validator

from llmhost.spec.install import Install
from llmhost.spec.part import Part


class Variant(Part):
    """What is run under which conditions; the first variant whose conditions hold is taken."""

    gpus: bool
    """Whether it is the one for GPUs."""
    minimum_driver: int = 0
    """Least major version of the NVIDIA driver; 0 without GPUs."""
    image: str = ""
    """Container image, pinned: `HOST/PATH:TAG[@sha256:…]`."""
    install: Install | None = None
    """Or a native install: a vendor's script, Python packages, or an archive."""
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

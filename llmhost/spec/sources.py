"""Where software and models come from; every address can be replaced by one of the user's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# The defaults are the vendors' official addresses, as their install pages of 2026-11-20 give them:
# https://docs.docker.com/engine/install/debian/
# https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html
# https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables


@dataclass(frozen=True, slots=True)
class Sources:
    """The addresses a host takes things from. An air-gapped site replaces all of them.

    Attributes:
        docker_apt: Root of Docker's apt repositories; `/debian`, `/ubuntu` and `/…/gpg` lie below.
        nvidia_apt: Root of NVIDIA's container-toolkit repository; `/gpgkey` lies below.
        hub: The Hugging Face hub or a mirror that speaks its protocol (`HF_ENDPOINT`).
        pypi: Index the hub's client library is installed from; empty takes pip's own default.
        ollama: Ollama's model registry; empty takes the program's own default.
        lmstudio_installer: The script that installs LM Studio's headless service.
        images: Replacements for container images: a reference without tag and digest, or a registry
            host, to what stands in its place. The original's digest does not bind a replaced image.
        downloads: Replacements for addresses that profiles name themselves, such as archives: an
            address or the beginning of one, to what stands in its place.
    """

    docker_apt: str = "https://download.docker.com/linux"
    nvidia_apt: str = "https://nvidia.github.io/libnvidia-container"
    hub: str = "https://huggingface.co"
    pypi: str = ""
    ollama: str = ""
    lmstudio_installer: str = "https://lmstudio.ai/install.sh"
    images: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    downloads: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def download(self, address: str, /) -> str:
        """Where to fetch what a profile names by its address; the longest replacement wins."""
        for official in sorted(self.downloads, key=len, reverse=True):
            if address.startswith(official):
                return self.downloads[official] + address[len(official) :]
        return address

    def image(self, reference: str, /) -> str:
        """The reference to pull for an official one, `HOST/PATH:TAG[@DIGEST]`.

        The longest replacement that fits wins; the official digest goes with the official place.
        """
        name, _, _digest = reference.partition("@")
        path, _, tag = name.rpartition(":")
        for official in sorted(self.images, key=len, reverse=True):
            if path == official:
                replacement = self.images[official]
                return (
                    replacement if ":" in replacement.rpartition("/")[2] else f"{replacement}:{tag}"
                )
            if path.startswith(f"{official}/"):
                return f"{self.images[official]}{path[len(official) :]}:{tag}"
        return reference

"""What the infra machine does for the others: names, packages, images, models under real names."""

from pathlib import Path

from llmhost.cloud.sandbox.stock.piece import Piece

CONTAINER = "llmhost.infra"
"""Name of the machine's container."""

SERVICES = "docker-registry nginx llmhost-hub llmhost-dns"
"""Its systemd units."""

# Whom it answers for, subdomains included: registries, their token services and content networks;
# package repositories; the hub and where it keeps large files; installers of engines.
DOMAINS = (
    "docker.io",
    "ghcr.io",
    "quay.io",
    "nvcr.io",
    "registry.ollama.ai",
    "ollama.com",
    "download.docker.com",
    "nvidia.github.io",
    "huggingface.co",
    "hf.co",
    "lmstudio.ai",
)
# Names in its certificate; a wildcard stands for one label.
NAMES = (*DOMAINS, *(f"*.{domain}" for domain in DOMAINS), "*.xethub.hf.co")

GUEST = Path(__file__).parent / "guest"
HUB = Path(__file__).parent / "hub"
TOOLKIT = Path(__file__).parent.parent / "gpu" / "toolkit"


def service_pieces(address: str) -> tuple[Piece, ...]:
    """The services and package repositories of an infra machine at that address."""
    return (_services(address), _docker(), _nvidia())


def _services(address: str) -> Piece:
    names = "registry.yml", "nginx.conf", "llmhost-hub.service", "llmhost-dns.service"
    lines = "".join(f"address=/{domain}/{address}\n" for domain in DOMAINS)
    return Piece(
        name="services",
        script="bash services.bash\n",
        files={
            **{name: (GUEST / name).read_bytes() for name in (*names, "services.bash")},
            **{f"hub/{file.name}": file.read_bytes() for file in HUB.glob("*.py")},
            "dnsmasq.conf": (GUEST / "dnsmasq.conf").read_bytes() + lines.encode(),
        },
    )


def _docker() -> Piece:
    scripts = ("docker.bash", "repository.bash", "suite.bash")
    return Piece(
        name="packages of Docker",
        script="bash docker.bash\n",
        files={name: (GUEST / name).read_bytes() for name in scripts},
        after=("services",),
        product=("/srv/www/download.docker.com",),
    )


def _nvidia() -> Piece:
    toolkit = {
        f"toolkit/{file.relative_to(TOOLKIT).as_posix()}": file.read_bytes()
        for file in TOOLKIT.rglob("*")
        if file.is_file()
    }
    guest = {name: (GUEST / name).read_bytes() for name in ("nvidia.bash", "repository.bash")}
    return Piece(
        name="packages of NVIDIA's container toolkit",
        script="bash nvidia.bash\n",
        files={**guest, **toolkit},
        after=("services",),
    )

"""The sandbox's `infra` machine: the internet's part that a host needs, on this computer.

It runs real services from Debian's packages: a container registry, signed package repositories and
nginx with a certificate of the sandbox's private CA, plus a double of the model hub. It is the name
server of the sandbox's other machines and answers for the real names, so that a bare machine takes
the vendors' own install paths, unchanged.
"""

from llmhost.cloud.sandbox.base import digest, ensure_base
from llmhost.cloud.sandbox.engine import Engine, ensure_engine
from llmhost.cloud.sandbox.infra.making import Site, make_all
from llmhost.cloud.sandbox.infra.services import CONTAINER, NAMES, SERVICES, service_pieces
from llmhost.cloud.sandbox.keys import authority, issue
from llmhost.cloud.sandbox.machine import Blueprint, File, boot
from llmhost.cloud.sandbox.network import (
    INFRA_NUMBER,
    Network,
    ensure_network,
    upstream_resolvers,
)
from llmhost.cloud.sandbox.state import locked
from llmhost.cloud.sandbox.stock.images import image_pieces
from llmhost.cloud.sandbox.stock.models import model_pieces
from llmhost.events import Progress, Reporter

RECIPE = "llmhost-recipe"


def ensure_infra(images: tuple[str, ...], models: tuple[str, ...], report: Reporter) -> None:
    """Has the infra machine running, with those images and models and all packages.

    What is there already is left alone, so the second call takes a moment; what a call that was
    interrupted did not finish is made by the next.

    Args:
        images: Container images by their full names and tags.
        models: Models, named as `stock.models` says.
        report: Told what takes time.

    Raises:
        CloudError: The machine or something on it cannot be made, or there is nothing to put in an
            image's place.
    """
    wanted = [piece for image in images for piece in image_pieces(image)]
    wanted += [piece for model in models for piece in model_pieces(model)]
    with locked("infra"):
        engine = ensure_engine(report)
        network = ensure_network(engine)
        started = _ensure_machine(engine, network, report)
        pieces = (*service_pieces(network.infra), *wanted)
        make_all(Site(engine, CONTAINER), {piece.name: piece for piece in pieces}, report)
        if started:
            engine.run("exec", CONTAINER, "bash", "-c", _AWAIT)


# Right after a boot systemd does not listen yet, and services are on their way.
_AWAIT = f"for _ in {{1..300}}; do systemctl start {SERVICES} && exit; sleep 0.1; done; exit 1"


def _ensure_machine(engine: Engine, network: Network, report: Reporter) -> bool:
    """Has the machine running; whether it had to be started."""
    image = ensure_base(engine, report)
    recipe = digest({"image": image.encode(), "names": " ".join(NAMES).encode()})
    template = f'{{{{.State.Running}}}} {{{{index .Config.Labels "{RECIPE}"}}}}'
    found = engine.ask("container", "inspect", "--format", template, CONTAINER)
    match (found or "").split():
        case ["true", have] if have == recipe:
            return False
        case ["false", have] if have == recipe:
            engine.run("start", CONTAINER)
            return True
    if found:
        engine.run("rm", "--force", "--volumes", CONTAINER)
    report(Progress("packages", text="sandbox: starting the infra machine"))
    _boot(engine, network, image, recipe)
    return True


def _boot(engine: Engine, network: Network, image: str, recipe: str) -> None:
    certificate, key = issue(NAMES)
    blueprint = Blueprint(
        container=CONTAINER,
        hostname="infra",
        number=INFRA_NUMBER,
        image=image,
        nameservers=upstream_resolvers(engine, image),
        labels={RECIPE: recipe},
        files=(
            File("/etc/llmhost/server.crt", certificate + authority().certificate),
            File("/etc/llmhost/server.key", key, 0o600),
        ),
        volumes=(),
    )
    boot(engine, network, blueprint)

"""The files alone, for reading, for review, for people who deploy otherwise."""

import json
from pathlib import Path

from llmhost.errors import UsageError
from llmhost.render import daemon_settings
from llmhost.render import render as rendered
from llmhost.secret import Secret
from llmhost.spec.deployment import Deployment
from llmhost.workflows.order import Order
from llmhost.workflows.rendered import Rendered


def render(order: Order, out: Path, cloud: str = "") -> Rendered:
    """Writes every file of a deployment below `out`, each at its path on the host.

    Secrets are written as they would be on the host, readable by their owner alone. Nobody is
    contacted, neither host nor cloud.

    Args:
        order: What was asked for.
        out: A directory; it is made.
        cloud: The cloud whose machine it would be; empty for a host of one's own, or any.

    Raises:
        UsageError: What was asked for cannot be, or `out` cannot be written to.
    """
    want = order.presumed(cloud) if cloud else order.on_host()
    files = rendered(want.deployment, want.secrets)
    written = []
    if settings := daemon_settings(want.deployment):
        text = json.dumps(settings, indent=2) + "\n"
        written.append(_written(out, "/etc/docker/daemon.json", text, 0o644))
    for file in files:
        secret = isinstance(file.content, Secret)
        content = file.content.value if isinstance(file.content, Secret) else file.content
        written.append(_written(out, file.path, content, 0o600 if secret else file.mode))
    return Rendered(tuple(map(str, written)), _assumed(want.deployment))


def _assumed(deployment: Deployment) -> tuple[str, ...]:
    assumed = []
    if deployment.gpus:
        assumed.append(f"NVIDIA driver {deployment.site.driver}")
        assumed.append(f"GPUs {', '.join(deployment.devices)}")
    if deployment.container:
        assumed.append("an MTU of 1500")
    return tuple(assumed)


def _written(out: Path, path: str, content: str, mode: int) -> Path:
    target = out / path.lstrip("/")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=mode)
        target.chmod(mode)
        target.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} cannot be written", why=error.strerror or str(error)) from error
    return target

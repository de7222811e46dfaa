"""What each deployment of a host has for itself, so that none takes it from another."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmhost.errors import HostError, UsageError
from llmhost.spec.deployment import Deployment
from llmhost.spec.record import read_record


@dataclass(frozen=True, slots=True)
class Claim:
    """What a deployment has for itself.

    Attributes:
        name: The deployment's.
        provider: Its provider.
        port: Its port on 127.0.0.1.
        devices: CDI names of its GPUs.
    """

    name: str
    provider: str
    port: int
    devices: tuple[str, ...]


def claims(records: Iterable[str]) -> tuple[Claim, ...]:
    """What the deployments claim whose records these are; one that cannot be read says nothing."""
    found = []
    for text in records:
        try:
            record = read_record(text)
        except HostError:
            continue
        match record:
            case {"name": str(name), "provider": str(provider), "port": int(port)}:
                devices = record.get("devices")
                named = map(str, devices) if isinstance(devices, list) else ()
                found.append(Claim(name, provider, port, tuple(named)))
    return tuple(found)


def others(there: Iterable[Claim], name: str) -> tuple[Claim, ...]:
    """The claims of other deployments than that one."""
    return tuple(claim for claim in there if claim.name != name)


def refuse_taken(host: str, deployment: Deployment, there: Iterable[Claim]) -> None:
    """Raises UsageError where another deployment has the port, or the only installation."""
    for other in others(there, deployment.name):
        if other.port == deployment.port:
            raise UsageError(
                f"port {deployment.port} on {host} belongs to the deployment `{other.name}`",
                hint="say another one with `--port N`",
            )
        if deployment.variant.native and other.provider == deployment.profile.name:
            raise UsageError(
                f"{host} carries a deployment of {deployment.profile.title} already: "
                f"`{other.name}`",
                why="it is installed on the host itself, once, and serves one deployment",
                hint=f"take `{other.name}` down first, or take another host",
            )

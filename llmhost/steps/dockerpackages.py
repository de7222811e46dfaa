"""The Debian packages that a Docker engine consists of: its vendor's, and what they replace."""

from collections.abc import Iterable, Mapping

from llmhost.facts.system import PackageState, PackageStates
from llmhost.steps.base import Drift

# https://docs.docker.com/engine/install/debian/, read 2026-11-20.
PACKAGES = (
    "docker-ce",
    "docker-ce-cli",
    "containerd.io",
    "docker-buildx-plugin",
    "docker-compose-plugin",
)
# What they take the place of. Docker's instructions have these removed first; Debian 13 has split
# docker-cli and docker-buildx off docker.io, with the files of Docker's own (its packages, read
# 2026-11-20).
REPLACED = {
    "docker-ce": ("docker.io", "docker-doc", "podman-docker"),
    "docker-ce-cli": ("docker-cli",),
    "containerd.io": ("containerd", "runc"),
    "docker-buildx-plugin": ("docker-buildx",),
    "docker-compose-plugin": ("docker-compose", "docker-compose-v2"),
}
# The compose plugin that belongs to a distribution's docker.io: Debian 13's own package, and for
# Ubuntu https://opendev.org/opendev/system-config (playbooks/roles/install-docker, "Focal ->
# Oracular") and the bug report of docker-compose-v2 2.40.3 in 26.04, all read 2026-11-20.
COMPOSE = {
    "trixie": "docker-compose",
    "jammy": "docker-compose-v2",
    "noble": "docker-compose-v2",
    "resolute": "docker-compose-v2",
}
STATES = PackageStates((*PACKAGES, *(name for names in REPLACED.values() for name in names)))


def packaged(there: Mapping[str, PackageState]) -> str:
    """The version of an installed engine, running or not; empty for none."""
    versions = (there[name].version for name in ("docker-ce", "docker.io") if name in there)
    # Without the epoch, as in `5:28.5.2-1~debian.13~trixie`.
    return next(versions, "").rpartition(":")[2]


def replaced(drift: Iterable[Drift], there: Mapping[str, PackageState]) -> list[Drift]:
    """What goes when the packages of this drift come, for the two cannot be on one host."""
    names = (name for one in chosen(drift) for name in REPLACED.get(one, ()) if name in there)
    return [Drift(f"package {name}", there[name].version, "") for name in names]


def chosen(drift: Iterable[Drift]) -> tuple[str, ...]:
    """The packages that remove this drift; one with a dash behind its name goes."""
    names: list[str] = []
    for one in drift:
        if one.attribute == "engine":
            names += PACKAGES
        elif one.attribute.startswith("package "):
            names.append(one.attribute.removeprefix("package ") + ("" if one.desired else "-"))
    return tuple(dict.fromkeys(names))

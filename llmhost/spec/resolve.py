"""Answers every open question: a profile and what the user asked become a deployment."""

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType

from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask, Deployment, Setting
from llmhost.spec.machines import Gpu, as_numbers
from llmhost.spec.modelname import read_model
from llmhost.spec.profile import Profile
from llmhost.spec.sources import Sources

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_MOST_GPUS = 16  # the largest machine there is: a2-megagpu-16g (docs.cloud.google.com, 2026-04-13)


def resolve(
    profile: Profile, ask: Ask, *, gpus: Mapping[str, Gpu], sources: Sources | None = None
) -> Deployment:
    """Decides everything about a deployment before anything is touched.

    Args:
        profile: The provider's profile.
        ask: What the user said; what was not said is taken from the profile.
        gpus: The GPU models there are (`Catalog.gpus()`).
        sources: Where software and models come from.

    Raises:
        UsageError: What was asked for cannot be; it says why, and what can.
    """
    count = _gpu_count(profile, ask)
    gpu = _gpu(profile, ask, count, gpus)
    _check_licence(profile, ask)
    with_gpus = count > 0
    return Deployment(
        name=_name(profile, ask),
        profile=profile,
        model=read_model(
            ask.model or (profile.models.gpu if with_gpus else profile.models.cpu), profile
        ),
        gpu=gpu,
        gpus=count,
        context=_context(profile, ask, with_gpus=with_gpus),
        port=_port(profile, ask),
        settings=_settings(profile, ask),
        env=_environment(profile, ask),
        sources=sources or Sources(),
    )


def _name(profile: Profile, ask: Ask) -> str:
    name = profile.name if ask.name is None else ask.name
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"`{name}` cannot be the name of a deployment",
            why="It names a systemd unit, a container and a machine.",
            hint="Take up to 31 small letters, digits and hyphens, a letter first.",
        )
    return name


def _check_licence(profile: Profile, ask: Ask) -> None:
    if profile.licence.accept and not ask.accept_licence:
        raise UsageError(
            f"{profile.title} comes under terms that somebody has to accept: {profile.licence.id}",
            why=profile.licence.note,
            hint=f"Read {profile.licence.url} and repeat the command with `--accept-licence`.",
        )


def _context(profile: Profile, ask: Ask, *, with_gpus: bool) -> int:
    if ask.context is None:
        return profile.context.gpu if with_gpus else profile.context.cpu
    if not 0 < ask.context <= 1 << 24:
        raise UsageError(f"--context takes a number of tokens, not {ask.context}")
    return ask.context


def _port(profile: Profile, ask: Ask) -> int:
    port = profile.port if ask.port is None else ask.port
    if not 0 < port < 1 << 16:
        raise UsageError(f"{port} is not a TCP port")
    return port



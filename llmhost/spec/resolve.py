"""Answers every open question: a profile and what the user asked become a deployment."""

import re
from collections.abc import Mapping

from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask, Deployment
from llmhost.spec.gpuchoice import choose_gpus
from llmhost.spec.machines import Gpu
from llmhost.spec.modelname import read_model
from llmhost.spec.profile import Profile
from llmhost.spec.sources import Sources
from llmhost.spec.values import environment_of, settings_of

_NAME = re.compile(r"[a-z]([a-z0-9-]{0,29}[a-z0-9])?")
_MOST_TOKENS = 1 << 24  # no model of 2026-11 goes beyond ten million


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
    gpu, count = choose_gpus(profile, ask, gpus)
    _check_licence(profile, ask)
    usual_model = profile.models.gpu if count else profile.models.cpu
    usual_context = profile.context.gpu if count else profile.context.cpu
    return Deployment(
        name=_name(profile.name if ask.name is None else ask.name),
        profile=profile,
        model=read_model(usual_model if ask.model is None else ask.model, profile),
        gpu=gpu,
        gpus=count,
        context=_context(usual_context if ask.context is None else ask.context),
        port=_port(profile.port if ask.port is None else ask.port),
        settings=settings_of(profile, ask),
        env=environment_of(profile, ask),
        sources=sources or Sources(),
        runner=ask.runner,
    )


def _check_licence(profile: Profile, ask: Ask) -> None:
    if profile.licence.accept and not ask.accept_licence:
        raise UsageError(
            f"{profile.title} comes under terms that somebody has to accept: {profile.licence.id}",
            why=profile.licence.note,
            hint=f"read {profile.licence.url} and repeat the command with `--accept-licence`",
        )


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"`{name}` cannot be the name of a deployment",
            why="it names a systemd unit, a container and a machine",
            hint="take up to 31 small letters, digits and hyphens; a letter first, no hyphen last",
        )
    return name


def _context(tokens: int) -> int:
    if not 0 < tokens <= _MOST_TOKENS:
        raise UsageError(f"--context takes a number of tokens up to {_MOST_TOKENS}, not {tokens}")
    return tokens


def _port(port: int) -> int:
    if not 0 < port < 1 << 16:
        raise UsageError(f"{port} is not a TCP port")
    return port

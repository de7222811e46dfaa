"""Which GPUs and how many: what the user asked, held against what the provider can use."""

import difflib
import re
from collections.abc import Mapping

from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask
from llmhost.spec.described import Described
from llmhost.spec.machines import Gpu, as_numbers
from llmhost.spec.profile import Profile

_MOST_GPUS = 16  # the largest machine there is: a2-megagpu-16g (docs.cloud.google.com, 2026-04-13)


class UnevenError(UsageError):
    """The provider has no use for just so many GPUs, whatever the model."""


def choose_gpus(profile: Profile, ask: Ask, gpus: Mapping[str, Gpu]) -> tuple[str, int]:
    """The GPU model and how many of it; an empty model and 0 for a deployment without.

    Raises:
        UsageError: The provider cannot use them; it says why, and which it can.
    """
    count = _count(profile, ask)
    return (gpu_model(profile, ask.gpu, gpus) if count else ""), count


def gpu_model(profile: Described, typed: str | None, gpus: Mapping[str, Gpu]) -> str:
    """The GPU model that was asked for, or the provider's default.

    Raises:
        UsageError: There is none of that name, or the provider cannot use it.
    """
    usual = profile.gpus.model if profile.gpus else ""
    name = _known(usual if typed is None else typed, gpus)
    if reason := unusable(profile, name, gpus[name].capability):
        usable = [
            other for other, gpu in gpus.items() if not unusable(profile, other, gpu.capability)
        ]
        raise UsageError(
            f"{profile.title} cannot use {gpus[name].title}",
            why=reason,
            hint=f"GPUs it can use: {', '.join(usable)}",
        )
    return name


def recognised(product: str, gpus: Mapping[str, Gpu]) -> str:
    """The GPU model that the driver calls so; empty where llmhost knows none of that name."""
    known = (
        name for name, gpu in gpus.items() if gpu.product and re.fullmatch(gpu.product, product)
    )
    return next(known, "")


def unusable(profile: Described, name: str, capability: str) -> str:
    """Why the provider cannot use a GPU; empty when it can, as far as is known.

    Args:
        profile: The provider's profile.
        name: The GPU model, as in `gpus.yaml`; empty for one llmhost does not know.
        capability: Its compute capability; empty where nobody tells.
    """
    if profile.gpus is None:
        return ""
    if reason := profile.gpus.exclude.get(name):
        return reason
    least = profile.gpus.minimum_capability
    if least and capability and as_numbers(capability) < as_numbers(least):
        return (
            f"its kernels are built for compute capability {least} and newer; "
            f"this GPU has {capability}"
        )
    return ""


def _count(profile: Profile, ask: Ask) -> int:
    count = ask.gpus
    if count is None:
        count = profile.gpus.count if profile.gpus else 0
    if count < 0 or count > _MOST_GPUS:
        raise UsageError(f"--gpus takes a number from 0 to {_MOST_GPUS}, not {count}")
    if count == 0:
        return _without(profile, ask)
    if profile.gpus is None:
        raise UsageError(f"{profile.title} has no use for GPUs", hint="say `--gpus 0`")
    if profile.gpus.powers_of_two and count & (count - 1) and not ask.force:
        lower = 1 << (count.bit_length() - 1)
        raise UnevenError(
            f"{profile.title} cannot use {count} GPUs",
            why="it splits every layer over all GPUs, and the attention heads of models divide by "
            "1, 2, 4 and 8",
            hint=f"say `--gpus {lower}` or `--gpus {lower * 2}`",
        )
    if profile.gpus.split == "none" and count > 1:
        raise UsageError(f"{profile.title} uses one GPU only", hint="say `--gpus 1`")
    return count


def _without(profile: Profile, ask: Ask) -> int:
    if ask.gpu is not None:
        raise UsageError(
            f"--gpu {ask.gpu} and 0 GPUs contradict each other", hint="leave out one of them"
        )
    if not any(not variant.gpus for variant in profile.variants):
        raise UsageError(f"{profile.title} does not run without a GPU", hint="say `--gpus 1`")
    return 0


def _known(typed: str, gpus: Mapping[str, Gpu]) -> str:
    wanted = typed.lower()
    for name, gpu in gpus.items():
        if wanted == name or wanted in gpu.aliases:
            return name
    close = difflib.get_close_matches(wanted, gpus, n=1)
    meant = f"did you mean `{close[0]}`? " if close else ""
    raise UsageError(f"there is no GPU model `{typed}`", hint=f"{meant}models: {', '.join(gpus)}")

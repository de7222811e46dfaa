"""What is looked at in an observation, and what each thing comes to."""

from collections.abc import Mapping, Sequence

from llmhost.events import Check
from llmhost.probes.observation import Observation, Reply
from llmhost.spec.deployment import Deployment

# What CUDA's context takes on a GPU before anything lies there: 300 to 500 MiB with drivers of the
# 550 to 580 branches (estimate between what public logs show, 2026-11-20).
CONTEXT_MIB = 500
# The share of the weights that must be found on the GPUs. Not all: some repositories hold more than
# is loaded, and some engines load in fewer bits than are stored.
LEAST_SHARE = 0.5
_TOLD_GB = 0.1
_WIDE = 120


def checks_of(
    deployment: Deployment, seen: Observation, weights_gb: float = 0.0
) -> tuple[Check, ...]:
    """Each thing that was looked at, in the order in which it becomes true.

    Args:
        deployment: What should serve.
        seen: What was observed.
        weights_gb: Size of the weights in GB; 0 where it is not known.
    """
    checks = [_ready(deployment, seen)]
    if checks[0].outcome == "failed":
        return tuple(checks)
    checks.append(_models(deployment, seen.models))
    if deployment.profile.readiness.resident:
        checks.append(_resident(deployment, seen.resident))
    checks.append(_completion(seen.completion))
    if deployment.gpus:
        if deployment.container:
            checks.append(_inside(deployment, seen.inside))
        checks.append(_used(deployment, seen, weights_gb))
    return tuple(checks)


def _check(name: str, seen: str, *, good: bool) -> Check:
    return Check(name, "ok" if good else "failed", seen)


def _ready(deployment: Deployment, seen: Observation) -> Check:
    reply = seen.ready
    if reply is None or reply.status == 0:
        return _check("ready", "nothing listens yet", good=False)
    path = deployment.profile.readiness.ready
    return _check("ready", f"{path} says {reply.status}", good=reply.good)


def _models(deployment: Deployment, reply: Reply | None) -> Check:
    document = reply.json() if reply else None
    data = document.get("data") if isinstance(document, Mapping) else None
    if reply is None or not reply.good or not isinstance(data, list):
        return _check("models", _unusable(reply), good=False)
    names = [str(item.get("id")) for item in data if isinstance(item, Mapping)]
    seen = ", ".join(names) or "an empty list of models"
    return _check("models", seen, good=deployment.model.id in names)


def resident_item(deployment: Deployment, reply: Reply | None) -> Mapping[str, object] | None:
    """What a provider says of the model in its memory; None when it is not there."""
    resident = deployment.profile.readiness.resident
    document = reply.json() if reply else None
    items = document.get(resident.items) if resident and isinstance(document, Mapping) else None
    if resident is None or not isinstance(items, list):
        return None
    for item in items:
        if isinstance(item, Mapping) and deployment.model.id in (
            item.get(key) for key in resident.match
        ):
            return None if resident.nonempty and not item.get(resident.nonempty) else item
    return None


def _resident(deployment: Deployment, reply: Reply | None) -> Check:
    resident = deployment.profile.readiness.resident
    item = resident_item(deployment, reply)
    if item is None:
        return _check("loaded", f"{deployment.model.id} is not in memory", good=False)
    if resident and resident.equal and deployment.gpus:
        whole, part = (item.get(key) for key in resident.equal)
        if whole != part:
            return _check("loaded", f"only {part} of {whole} bytes are on the GPU", good=False)
    return _check("loaded", f"{deployment.model.id} is in memory", good=True)


def _completion(reply: Reply | None) -> Check:
    text = _answer(reply.json()) if reply and reply.good else None
    if text is None:
        return _check("completion", _unusable(reply), good=False)
    return _check("completion", f"answered: {_short(text)}" if text else "answered", good=True)


def _answer(document: object) -> str | None:
    """The text of a chat completion; None when it is none. A model may rightly say nothing."""
    match document:
        case {"error": error} if error:
            return None
        case {"choices": [{"message": {"role": "assistant", **message}}, *_]}:
            content = message.get("content") or message.get("reasoning_content") or ""
            return content if isinstance(content, str) else None
        case _:
            return None


def _inside(deployment: Deployment, lines: Sequence[str]) -> Check:
    found = [line for line in lines if line.startswith("GPU ")]
    good = len(found) >= deployment.gpus
    seen = f"{len(found)} of {deployment.gpus}"
    if not found and lines:
        seen = _short(lines[0])
    return _check("gpu in container", seen, good=good)


def _used(deployment: Deployment, seen: Observation, weights_gb: float) -> Check:
    # Its own alone: what lies on another GPU is somebody else's.
    own = [gpu for gpu in seen.gpus if gpu.device in deployment.devices]
    text = ", ".join(f"gpu {gpu.index}: {gpu.used_mib} of {gpu.memory_mib} MiB" for gpu in own)
    if _loaded(deployment, [gpu.used_mib for gpu in own], weights_gb * 10**9 / 2**20):
        return _check("gpu memory", text, good=True)
    weights = f"; its weights are {weights_gb:.1f} GB" if weights_gb >= _TOLD_GB else ""
    text = f"the model is not on the GPU: {text or 'no GPU seen'}{weights}"
    return _check("gpu memory", text, good=False)


def _loaded(deployment: Deployment, used_mib: Sequence[int], weights_mib: float) -> bool:
    """Whether more lies on the GPUs than contexts, and at least a good part of the weights."""
    beyond = [max(0, used - CONTEXT_MIB) for used in used_mib]
    least = weights_mib * LEAST_SHARE
    gpus = deployment.profile.gpus
    if gpus and gpus.split == "tensor":  # each holds the same
        count = deployment.gpus
        return len(beyond) >= count and min(beyond) > 0 and min(beyond) * count >= least
    return sum(beyond) > 0 and sum(beyond) >= least


def _unusable(reply: Reply | None) -> str:
    if reply is None or reply.status == 0:
        return "no answer"
    return f"{reply.status} {_short(reply.body)}".strip()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDE else f"{line[: _WIDE - 3]}..."

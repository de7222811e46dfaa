"""What is being asked: the model, and what is known of the provider that serves it."""

from dataclasses import dataclass

from llmhost.endpoint.exchange import Request
from llmhost.spec.checks import Check


@dataclass(frozen=True, slots=True)
class Subject:
    """What is being asked.

    Attributes:
        model: The id clients put into `"model"`.
        provider: What messages call the provider.
        capabilities: What its profile says of its API; None where nobody knows the provider.
        key: Whether clients must send a key.
        simulated: What of it is simulated; empty where everything is real.
    """

    model: str
    provider: str = "the API"
    capabilities: frozenset[str] | None = None
    key: bool = False
    simulated: str = ""


def request_of(check: Check, subject: Subject) -> Request:
    """What a check asks."""
    if check.get:
        return Request(check.get, key=check.key)
    assert check.post  # noqa: S101  a check has either
    return Request(check.post, {"model": subject.model, **check.body}, check.key)


def reason_to_skip(check: Check, subject: Subject) -> str:
    """Why a question does not arise; empty when it does."""
    if check.key != "own" and not subject.key:
        return "no key is set"
    if check.judges == "model" and subject.simulated:
        return "no real model answers here"
    if subject.capabilities is None:
        return ""
    for capability, reason in check.unless.items():
        if capability in subject.capabilities:
            return reason
    missing = [one for one in check.needs if one not in subject.capabilities]
    return f"{subject.provider} has no {missing[0]}".replace("_", " ") if missing else ""


# What says that there is no such thing, where nobody knows the provider.
_ABSENT = frozenset({404, 405, 501})


def unsupported(check: Check, subject: Subject, status: int) -> bool:
    """Whether an HTTP status says that there is no such thing here, which is no failure."""
    if status in check.expect.status:
        return False
    unknown = subject.capabilities is None and set(check.needs) - {"chat"}
    return status in check.unsupported or (bool(unknown) and status in _ABSENT)

"""What a registry of models may answer instead of an answer, as errors that say what to do."""

from llmhost.errors import LlmhostError


class HubError(LlmhostError):
    """A registry of models refuses, cannot be reached, or says what cannot be."""


class UnreachableError(HubError):
    """A registry does not answer at all; what is known without it may do instead."""


class BrokenFileError(HubError):
    """A file is not what its name says: its header is broken, cut or hostile."""


class BusyError(Exception):
    """A registry asks to be asked later.

    Attributes:
        wait: Seconds it asks to wait; 0 where it does not say.
    """

    def __init__(self, status: int, wait: float) -> None:
        super().__init__(status)
        self.status, self.wait = status, wait

    def told(self, host: str) -> HubError:
        """The same to the user, once waiting is over."""
        wait = f"it asks to wait {self.wait:.0f} s" if self.wait else f"HTTP {self.status}"
        return HubError(f"{host} does not want to be asked now", why=wait, hint="try again later")


def seconds_of(text: str) -> float:
    """The value of `Retry-After`; 0 for what is no number of seconds."""
    return min(float(text), 1e6) if text.isdecimal() and len(text) < 9 else 0.0  # noqa: PLR2004


def refusal(status: int, url: str, headers: "dict[str, str]", *, token: bool) -> HubError:
    """The error for a status that ends the matter.

    Args:
        status: HTTP status.
        url: What was asked for, without query.
        headers: The answer's headers, names in small letters.
        token: Whether a token was sent.
    """
    code, said = headers.get("x-error-code", ""), headers.get("x-error-message", "")
    why = said or f"HTTP {status}"
    if code == "GatedRepo" and not token:
        return HubError(
            f"{url} is gated",
            why=why,
            hint="accept its terms on the model's page, then export HF_TOKEN with a token of yours",
        )
    if code == "GatedRepo" or status == 403:  # noqa: PLR2004  RFC 9110: forbidden
        return HubError(
            f"{url} is gated, and this token was not granted access",
            why=why,
            hint="ask for access on the model's page, or export another HF_TOKEN",
        )
    if code == "EntryNotFound":
        return HubError(f"{url} does not exist", why=why)
    if code == "RevisionNotFound":
        return HubError(f"{url} does not exist", why=why, hint="look at the repository's branches")
    if status in {401, 404}:
        # The hub does not tell strangers which repositories exist.
        return HubError(
            f"{url} does not exist, or is private",
            why=why,
            hint="check the name; for a private one export HF_TOKEN",
        )
    return HubError(f"{url} cannot be read", why=why)

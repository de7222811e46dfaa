"""What a registry of models may answer instead of an answer, as errors that say what to do."""

from llmhost.errors import LlmhostError


class HubError(LlmhostError):
    """A registry of models refuses, cannot be reached, or says what cannot be."""


class UnreachableError(HubError):
    """A registry does not answer at all; what is known without it may do instead."""


class BrokenFileError(HubError):
    """A file is not what its name says: its header is broken, cut or hostile."""


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

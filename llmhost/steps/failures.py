"""Known ways in which steps fail: what a program's last lines mean, and what to do about it."""

import re
from dataclasses import dataclass

from llmhost.errors import StepError


@dataclass(frozen=True, slots=True)
class Signature:
    """A known failure: a pattern in a program's output, its cause, its remedy."""

    pattern: str
    why: str
    hint: str


# The texts are those of apt 3.0, Docker 28, huggingface_hub 2.4, pip 26, curl 7 and GNU tar 1.34,
# seen in 2026-11.
SIGNATURES = (
    Signature(
        r"the apt lock was not released",
        "another program on the host has held the lock of apt all the time",
        "see what it does, for instance with `ps aux | grep -E 'apt|dpkg'`, and run this again",
    ),
    Signature(
        r"manifest (for .* )?(not found|unknown)|failed to resolve reference.*not found",
        "the registry has no such image or tag",
        "check the image in the profile, or in `sources.images` where it was replaced",
    ),
    Signature(
        r"pull access denied|unauthorized|no basic auth credentials|403 Forbidden|denied: ",
        "the registry refuses this image without a login that may read it",
        "run `sudo docker login REGISTRY` on the host, then this again",
    ),
    Signature(
        r"toomanyrequests|429 Too Many Requests|429 Client Error",
        "that place answers no more requests from this address for now",
        "wait an hour and run this again, or log in there: for an image with "
        "`sudo docker login` on the host, for a model by setting HF_TOKEN",
    ),
    Signature(
        r"^gated: ",
        "the model is gated: its owner has to grant access, and the hub has to know who asks",
        "accept the terms on the model's page, set HF_TOKEN to a token that may read it, "
        "and run this again",
    ),
    Signature(
        r"no such repository, or no right to see it",
        "the hub knows no model of that name, or it is private",
        "check the spelling of --model; for a private one set HF_TOKEN",
    ),
    Signature(
        r"^no such revision: ",
        "the model has no revision of that name",
        "leave out the part after @, or give a branch, tag or commit that exists",
    ),
    Signature(
        r"not enough disk|No space left on device|no space left on device",
        "the disk is full, or would be",
        "free some space, or give the host a larger disk; what was fetched is kept",
    ),
    Signature(
        r"Temporary failure resolving|Could not resolve|lookup .* no such host"
        r"|Name or service not known",
        "the host cannot resolve that name",
        "check the host's DNS; without a way to the internet, name places of your own "
        "under `sources:`",
    ),
    Signature(
        r"Connection refused|Connection timed out|connection reset|Connection broken|IncompleteRead"
        r"|Could not connect to server|Connection timeout|i/o timeout|ReadTimeout|ConnectTimeout"
        r"|RemoteProtocolError|peer closed connection",
        "the connection to that place broke",
        "run this again; it goes on where this one stopped",
    ),
    Signature(
        r"certificate (verify|verification) failed|certificate signed by unknown authority"
        r"|SSL certificate problem",
        "the host does not trust the certificate of that place",
        "put your own authority into /usr/local/share/ca-certificates on the host and run "
        "`sudo update-ca-certificates` there",
    ),
    Signature(
        r"Unable to locate package|has no installation candidate",
        "the package is in none of the host's repositories",
        "check /etc/apt/sources.list.d on the host, and `sources:` where they were replaced",
    ),
    Signature(
        r"No matching distribution found for",
        "the package index has no such version, or none for the Python of this host",
        "check `requirements` in the profile, and `sources.pypi` where it was replaced",
    ),
    Signature(
        r"DO NOT MATCH THE HASHES|the checksum of .* is not the one in the profile",
        "what came is not what the profile expects: it was changed, or is another version",
        "compare the checksum in the profile with the vendor's, and do not go on without it",
    ),
    Signature(
        r"The requested URL returned error: 404",
        "there is nothing at that address",
        "check the address in the profile, and `sources:` where it was replaced",
    ),
    Signature(
        r"This does not look like a tar archive|tar \(child\): .*: Cannot exec",
        "tar on the host cannot open that archive",
        "name the program it takes under `packages` in the profile, such as zstd or xz-utils; "
        "zip is not taken",
    ),
    Signature(
        r"address already in use|port is already allocated",
        "something else on the host listens on that port",
        "say another --port; `sudo ss -ltnp` on the host tells who it is",
    ),
    Signature(
        r"unable to configure the Docker daemon|the following directives don't match",
        "Docker does not accept the merged daemon.json",
        "look for a key that this engine does not know in /etc/docker/daemon.json",
    ),
)


def explained(title: str, evidence: tuple[str, ...]) -> StepError:
    """The error for a step that failed with these last lines."""
    text = "\n".join(evidence)
    for signature in SIGNATURES:
        if re.search(signature.pattern, text, re.IGNORECASE | re.MULTILINE):
            return StepError(
                f"{title}: failed", why=signature.why, hint=signature.hint, details=evidence
            )
    return StepError(
        f"{title}: failed",
        hint="the lines above are the program's own; run this again to go on where it stopped",
        details=evidence,
    )

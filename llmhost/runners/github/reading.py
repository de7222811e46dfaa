"""What GitHub says of runners and their program, as values."""

from collections.abc import Mapping
from typing import Any

from llmhost.errors import UsageError
from llmhost.runners.base import Registered, RunnerError, Software
from llmhost.secret import Secret
from llmhost.spec.runner import Runner


def refuse_strangers(runner: Runner, public: bool) -> None:  # noqa: FBT001  the answer itself
    """Refuses a place where strangers' code would run on the host, unless somebody agreed to that.

    Raises:
        UsageError: Nobody has.
    """
    if not public or runner.public:
        return
    what = "is a public repository" if runner.repository else "lends these runners to public ones"
    raise UsageError(
        f"{runner.scope} {what}: anybody's pull request could run its code on the host",
        why="GitHub itself advises against runners of one's own there",
        hint="use a private repository or a group for private ones; if strangers' pull requests "
        "need approval and the host holds nothing, say --public-repository",
    )


def registered(said: Mapping[str, Any]) -> Registered:
    """A runner as GitHub lists it."""
    return Registered(
        id=int(said["id"]),
        name=str(said["name"]),
        online=said["status"] == "online",
        busy=bool(said["busy"]),
        labels=tuple(str(one["name"]) for one in said["labels"]),
    )


def software_of(said: Mapping[str, Any]) -> Software:
    """The program as GitHub lists it.

    Raises:
        RunnerError: It comes without a checksum.
    """
    digest = str(said.get("sha256_checksum") or "")
    if not digest:
        raise RunnerError(
            f"GitHub names no checksum for {said['filename']}",
            why="a program that cannot be checked is not run",
            hint="an Enterprise Server of 3.10 or newer names it",
        )
    # actions-runner-linux-x64-2.337.0.tar.gz
    version = str(said["filename"]).removesuffix(".tar.gz").rpartition("-")[2]
    token = Secret(str(said.get("temp_download_token") or ""))
    return Software(version, str(said["download_url"]), digest, token)

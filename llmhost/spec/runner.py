"""A CI runner beside a provider: where it is registered, as what, and for whom."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llmhost.errors import UsageError

FORGES = ("github", "gitlab")

# GitHub: an owner has up to 39 letters, digits and single hyphens, a repository up to 100 of these
# (github.com's own forms, 2026-11-20). GitLab: groups nest, and names may have dots.
_SCOPES = {
    "github": re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}(/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100})?"),
    "gitlab": re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*"),
}
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+=/-]{0,99}")
# What GitHub takes at most in one registration (OpenAPI description 23.0.2, 2026-09).
_MOST_LABELS = 100


@dataclass(frozen=True, slots=True)
class Runner:
    """A CI runner that is wanted beside a provider.

    Attributes:
        forge: Where jobs come from: `github` or `gitlab`.
        scope: Whose jobs it takes: `OWNER/REPO`, an organisation, `GROUP/PROJECT`.
        group: Runner group of an organisation; empty for its default one.
        labels: Labels it has beside those every runner of llmhost has.
        public: Whether somebody has said that strangers' code may run on the host. It is consent,
            not a property, and is not recorded.
    """

    forge: str
    scope: str
    group: str = ""
    labels: tuple[str, ...] = ()
    public: bool = False

    def __str__(self) -> str:
        return f"{self.forge}:{self.scope}"

    @property
    def repository(self) -> bool:
        """Whether it serves one repository alone."""
        return "/" in self.scope

    def record(self) -> dict[str, Any]:
        """What of it is recorded; never a secret."""
        return {"at": str(self), "group": self.group, "labels": list(self.labels)}

    @classmethod
    def recorded(cls, said: Mapping[str, Any]) -> "Runner":
        """The runner that was recorded."""
        return read_runner(str(said["at"]), str(said["group"]), tuple(map(str, said["labels"])))


def read_runner(
    text: str, group: str = "", labels: tuple[str, ...] = (), *, public: bool = False
) -> Runner:
    """Reads what stands after `--runner`, with the flags that belong to it.

    Raises:
        UsageError: It is no place a runner can be registered at.
    """
    forge, _, scope = text.partition(":")
    if forge not in _SCOPES or not _SCOPES[forge].fullmatch(scope):
        raise UsageError(
            f"--runner takes a place where jobs come from, not `{text}`",
            hint="github:OWNER/REPO, github:ORG or gitlab:GROUP/PROJECT",
        )
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise UsageError(
                f"`{label}` cannot be a label of a runner",
                hint="letters, digits and . _ - : @ + = /, at most 100; commas between labels",
            )
    if len(labels) > _MOST_LABELS - len(_usual("", "", gpus=True)):
        raise UsageError(f"{len(labels)} labels are more than a runner can have")
    if group and (forge != "github" or "/" in scope):
        raise UsageError(
            "--runner-group goes with an organisation: only those have groups of runners",
            hint=f"--runner github:{scope.partition('/')[0]} --runner-group {group}",
        )
    return Runner(forge, scope, group, labels, public)


def runner_name(deployment: str, home: str) -> str:
    """What the runner of a deployment is called where it is registered.

    Args:
        deployment: The deployment's name.
        home: What tells its host from others: the cloud's name, so that it is known before there
            is a machine and after there was one; the host's own id where it has no cloud.
    """
    return f"llmhost-{deployment}-{hashlib.sha256(home.encode()).hexdigest()[:6]}"


def deployment_of(name: str) -> str:
    """The deployment a runner was registered for; empty for a name that llmhost does not give."""
    met = re.fullmatch(r"llmhost-([a-z0-9-]+)-[0-9a-f]{6}", name)
    return met[1] if met else ""


def own_label(deployment: str) -> str:
    """The label by which a job finds this host and no other."""
    return f"llmhost-{deployment}"


def all_labels(runner: Runner, deployment: str, provider: str, *, gpus: bool) -> tuple[str, ...]:
    """Every label of a runner; a registration carries the full list, `self-hosted` included."""
    return tuple(dict.fromkeys((*_usual(deployment, provider, gpus=gpus), *runner.labels)))


def _usual(deployment: str, provider: str, *, gpus: bool) -> tuple[str, ...]:
    return ("self-hosted", "linux", "gpu" if gpus else "cpu", provider, own_label(deployment))

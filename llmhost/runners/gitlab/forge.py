"""GitLab's runners, as far as GitLab allows: for one job, with a token that has to be taken back.

GitLab (16.0 or newer) registers a runner for an access token, `POST /user/runners`, and knows
nothing like GitHub's just-in-time runners. What is different because of that:

- The host receives the runner's own token, which is good until the registration is removed. The
  runner removes it itself after its one job; `down` and `gc` do it otherwise.
- GitLab calls a runner online for two hours after it was last heard of, and names are not unique.
  A runner that is registered again takes the place of one of the same name unless that is busy.

Endpoints: docs.gitlab.com/api/runners, /api/users (create a runner linked to a user), as they were
in 2026-11. No server was asked while this was written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from llmhost.errors import UsageError
from llmhost.once import once
from llmhost.runners.base import BusyRunnerError, Registered, Registration, RunnerError, Software
from llmhost.runners.gitlab.refusals import refusal
from llmhost.runners.gitlab.tokens import refuse_scopes, server_of, token_of, web
from llmhost.runners.web import Reply, Web
from llmhost.secret import Secret
from llmhost.spec.runner import Runner, deployment_of, own_label

_PAGE = 100
_MOST_PAGES = 100
_ARCHES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}
_OURS = "llmhost-"
# Where GitLab keeps its runner, and a list of checksums (docs.gitlab.com/runner/install, 2026-11).
_DOWNLOADS = "https://gitlab-runner-downloads.s3.amazonaws.com/latest"


@dataclass(frozen=True, slots=True)
class _Place:
    """A project or a group, as GitLab knows it."""

    kind: str
    id: int
    public: bool

    @property
    def runners(self) -> str:
        return f"/{self.kind}s/{self.id}/runners"


class GitLab:
    """The runners of one project or group.

    Args:
        runner: Where.
        environ: Where tokens come from.
    """

    def __init__(self, runner: Runner, environ: Mapping[str, str]) -> None:
        self._runner, self._environ = runner, environ
        self._web: Callable[[], Web] = once(lambda: web(environ, token_of(environ)[0]))
        self._place: Callable[[], _Place] = once(self._found)

    @property
    def server(self) -> str:
        """Where its runners connect to."""
        return server_of(self._environ)

    def check(self, runner: Runner, /) -> None:
        """Token, its scopes, place, and whether strangers may use it.

        Raises:
            RunnerError: A registration would be refused.
            UsageError: The place is open to strangers, and nobody has agreed to that.
        """
        refuse_scopes(self._web(), token_of(self._environ)[1])
        self._good("GET", self._place().runners, {"per_page": 1})
        if self._place().public and not runner.public:
            raise UsageError(
                f"{runner.scope} is public: anybody's merge request could run its code on the host",
                hint="use a private project; if pipelines of strangers need approval and the host "
                "holds nothing, say --public-repository",
            )

    def software(self, arch: str, /) -> Software:
        """GitLab's runner as it is handed out now, with the checksum beside it."""
        root = self._environ.get("LLMHOST_GITLAB_RUNNER_DOWNLOADS") or _DOWNLOADS
        wanted = f"binaries/gitlab-runner-linux-{_ARCHES.get(arch, arch)}"
        for line in Web(root, {}).text("/release.sha256").splitlines():
            digest, _, name = line.partition(" ")
            if name.strip().lstrip("*") == wanted:
                # The list names no version; one that is told apart from the next will do.
                return Software(digest[:12], f"{root}/{wanted}", digest, Secret(""))
        raise RunnerError(
            f"GitLab has no runner for {arch}", hint="take a host with an x86_64 or arm64 processor"
        )

    def register(self, name: str, labels: tuple[str, ...], runner: Runner, /) -> Registration:
        """Registers a runner that takes jobs with its labels alone.

        Raises:
            RunnerError: It is refused, or a runner of that name has a job in hand.
        """
        while earlier := self.find(name):
            self.remove(earlier)  # also a second one, of an answer that came too late
        place = self._place()
        body = {
            "runner_type": f"{place.kind}_type",
            f"{place.kind}_id": place.id,
            "description": name,
            "tag_list": ",".join(labels),
            "run_untagged": False,
            "maintenance_note": f"llmhost: {runner}",
        }
        said = self._accepted(self._web().ask("POST", "/user/runners", body))
        registered = Registered(int(said["id"]), name, online=False, busy=False, labels=labels)
        return Registration(registered, Secret(str(said["token"])))

    def find(self, name: str, /) -> Registered | None:
        """The runner of that name."""
        label = own_label(deployment_of(name))
        for one in self._good("GET", self._place().runners, {"tag_list": label, "per_page": _PAGE}):
            if one["description"] == name:
                return self._registered(int(one["id"]))
        return None

    def ours(self) -> tuple[Registered, ...]:
        """Every runner whose name begins as llmhost's do."""
        found: list[Registered] = []
        for page in range(1, _MOST_PAGES + 1):
            query = {"per_page": _PAGE, "page": page}
            listed = self._good("GET", self._place().runners, query)
            names = {int(one["id"]): str(one["description"]) for one in listed}
            mine = (number for number, name in names.items() if name.startswith(_OURS))
            found += map(self._registered, mine)
            if len(listed) < _PAGE:
                break
        return tuple(found)

    def remove(self, runner: Registered, /) -> None:
        """Removes a registration; GitLab would do so under a job, too.

        Raises:
            BusyRunnerError: It has a job in hand.
        """
        if self._is_busy(runner.id):
            raise BusyRunnerError(
                f"runner `{runner.name}` at {self._runner.scope} has a job in hand",
                hint="cancel the job on GitLab, or wait for it",
            )
        reply = self._web().ask("DELETE", f"/runners/{runner.id}")
        if reply.status != 404:  # noqa: PLR2004  RFC 9110
            self._accepted(reply)

    def _found(self) -> _Place:
        """A project of that path, or else a group."""
        path = quote(self._runner.scope, safe="")
        reply = Reply(404, None)
        for kind in ("project", "group"):
            reply = self._web().ask("GET", f"/{kind}s/{path}")
            if reply.status == 404:  # noqa: PLR2004
                continue
            said = self._accepted(reply)
            return _Place(kind, int(said["id"]), said.get("visibility") != "private")
        raise refusal(reply, self._runner.scope, token_of(self._environ)[1])

    def _registered(self, number: int) -> Registered:
        said = self._good("GET", f"/runners/{number}")
        return Registered(
            id=number,
            name=str(said["description"]),
            online=said.get("status") == "online",
            busy=self._is_busy(number),
            labels=tuple(map(str, said.get("tag_list", ()))),
        )

    def _is_busy(self, number: int) -> bool:
        reply = self._web().ask(
            "GET", f"/runners/{number}/jobs", query={"status": "running", "per_page": 1}
        )
        return reply.status == 200 and bool(reply.document)  # noqa: PLR2004

    def _good(self, method: str, path: str, query: Mapping[str, str | int] | None = None) -> Any:  # noqa: ANN401  JSON
        return self._accepted(self._web().ask(method, path, query=query))

    def _accepted(self, reply: Reply) -> Any:  # noqa: ANN401  JSON
        if not 200 <= reply.status < 300:  # noqa: PLR2004  RFC 9110
            raise refusal(reply, self._runner.scope, token_of(self._environ)[1])
        return reply.document

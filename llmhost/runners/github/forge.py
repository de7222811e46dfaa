"""GitHub's runners: just-in-time ones, whose host receives a credential for one job and no token.

Endpoints and their statuses: GitHub's OpenAPI description, @octokit/openapi 23.0.2, 2026-09-09.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from llmhost.once import once
from llmhost.runners.base import BusyRunnerError, Registered, Registration, RunnerError, Software
from llmhost.runners.github.reading import refuse_strangers, registered, software_of
from llmhost.runners.github.refusals import no_group, refusal, taken
from llmhost.runners.github.tokens import Bearer, bearer, web
from llmhost.runners.web import Reply, Web
from llmhost.secret import Secret
from llmhost.spec.runner import Runner

_PAGE = 100
_MOST_PAGES = 100  # a group has no more than 10 000 runners
# The group of repositories, and what organisations begin with, where nobody tells (2026-11-20).
_USUAL_GROUP = 1
_ARCHES = {"x86_64": "x64", "aarch64": "arm64", "armv7l": "arm"}
_OURS = "llmhost-"


class GitHub:
    """The runners of one repository or organisation.

    Args:
        runner: Where.
        environ: Where tokens come from.
        sleep: Waits between tries.
    """

    def __init__(
        self,
        runner: Runner,
        environ: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._runner = runner
        self._sleep = sleep
        self._base = f"/{'repos' if runner.repository else 'orgs'}/{runner.scope}"
        self._bearer: Callable[[], Bearer] = once(lambda: bearer(runner, environ))
        self._web: Callable[[], Web] = once(lambda: web(environ, self._bearer().token))

    @property
    def server(self) -> str:
        """Nothing: the credential says it."""
        return ""

    def check(self, runner: Runner, /) -> None:
        """Token, permission, place, group, and whether strangers may use it.

        Raises:
            RunnerError: A registration would be refused.
            UsageError: The place is open to strangers, and nobody has agreed to that.
        """
        self._listed({"per_page": 1})
        if runner.repository:
            refuse_strangers(runner, self._is_public())
        else:
            refuse_strangers(runner, self._group(runner).get("allows_public_repositories", False))

    def software(self, arch: str, /) -> Software:
        """The program GitHub hands out here now.

        Raises:
            RunnerError: There is none for that kind of machine, or it has no checksum.
        """
        wanted = _ARCHES.get(arch, arch)
        listed = self._good("GET", f"{self._base}/actions/runners/downloads")
        for one in listed:
            if (one["os"], one["architecture"]) == ("linux", wanted):
                return software_of(one)
        raise RunnerError(
            f"GitHub has no runner for {arch}", hint="take a host with an x86_64 or arm64 processor"
        )

    def register(self, name: str, labels: tuple[str, ...], runner: Runner, /) -> Registration:
        """Registers a just-in-time runner, which is gone after one job.

        Raises:
            RunnerError: It is refused; TakenError where a runner of that name is connected.
        """
        body = {
            "name": name,
            "labels": list(labels),
            "runner_group_id": int(self._group(runner)["id"]),
        }
        path = f"{self._base}/actions/runners/generate-jitconfig"
        reply = self._web().ask("POST", path, body)
        if reply.status == 409:  # noqa: PLR2004  RFC 9110: conflict
            self._release(name)
            reply = self._web().ask("POST", path, body)
        if reply.status == 409:  # noqa: PLR2004
            raise taken(name, self._runner)
        said = self._accepted(reply)
        return Registration(registered(said["runner"]), Secret(str(said["encoded_jit_config"])))

    def find(self, name: str, /) -> Registered | None:
        """The runner of that name."""
        for one in self._listed({"name": name, "per_page": _PAGE})["runners"]:
            if one["name"] == name:
                return registered(one)
        return None

    def ours(self) -> tuple[Registered, ...]:
        """Every runner whose name begins as llmhost's do."""
        found: list[Registered] = []
        for page in range(1, _MOST_PAGES + 1):
            listed = self._listed({"per_page": _PAGE, "page": page})["runners"]
            found += map(registered, listed)
            if len(listed) < _PAGE:
                break
        return tuple(one for one in found if one.name.startswith(_OURS))

    def remove(self, runner: Registered, /) -> None:
        """Removes a registration.

        Raises:
            BusyRunnerError: GitHub believes it has a job in hand.
        """
        reply = self._web().ask("DELETE", f"{self._base}/actions/runners/{runner.id}")
        if reply.status == 404:  # noqa: PLR2004  RFC 9110
            return
        if reply.status == 422:  # noqa: PLR2004  "still running a job", as GitHub says it
            raise BusyRunnerError(
                f"runner `{runner.name}` at {self._runner.scope} has a job in hand",
                why=reply.said,
                hint="end the job on GitHub, or wait for it",
            )
        self._accepted(reply)

    def _release(self, name: str) -> None:
        """Removes what an earlier runner of that name has left; one that is connected stays."""
        found = self.find(name)
        if found is None:
            # Listed a moment later than it exists, or than it is gone: once more, then.
            self._sleep(2.0)
            return
        if found.online or found.busy:
            raise taken(name, self._runner)
        self.remove(found)

    def _is_public(self) -> bool:
        said = self._good("GET", self._base)
        return not said.get("private", False)

    def _group(self, runner: Runner) -> Mapping[str, Any]:
        """The runner group that was asked for, or the default one."""
        if runner.repository:
            return {"id": _USUAL_GROUP}
        reply = self._web().ask(
            "GET", f"{self._base}/actions/runner-groups", query={"per_page": _PAGE}
        )
        if reply.status in {403, 404} and not runner.group:
            return {"id": _USUAL_GROUP}  # a plan without groups
        groups = self._accepted(reply)["runner_groups"]
        for one in groups:
            if one["name"] == runner.group if runner.group else one["default"]:
                found: Mapping[str, Any] = one
                return found
        if not runner.group:
            return {"id": _USUAL_GROUP}
        raise no_group(runner.group, tuple(one["name"] for one in groups), runner)

    def _listed(self, query: Mapping[str, str | int]) -> Any:  # noqa: ANN401  JSON
        return self._good("GET", f"{self._base}/actions/runners", query)

    def _good(self, method: str, path: str, query: Mapping[str, str | int] | None = None) -> Any:  # noqa: ANN401  JSON
        return self._accepted(self._web().ask(method, path, query=query))

    def _accepted(self, reply: Reply) -> Any:  # noqa: ANN401  JSON
        if not 200 <= reply.status < 300:  # noqa: PLR2004  RFC 9110
            raise refusal(reply, self._runner, self._bearer())
        if reply.document is None and reply.status != 204:  # noqa: PLR2004
            raise RunnerError(
                "GitHub answers something that is not JSON",
                hint="check GITHUB_API_URL, and the proxy between, if there is one",
            )
        return reply.document

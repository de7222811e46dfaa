"""A double of GitLab's API for runners: it keeps state, and refuses what GitLab would.

GitLab publishes no description of this API that could judge requests offline; paths, fields and
statuses are those of docs.gitlab.com/api/runners and /api/users in 2026-11, checked by hand here.
"""

import hashlib
import itertools
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

Json = Any
_FIELDS = {
    *("runner_type", "project_id", "group_id", "description", "tag_list", "run_untagged"),
    *("locked", "access_level", "maximum_timeout", "paused", "maintenance_note"),
}
# A stand-in for gitlab-runner: what that one reads from the environment, and a protocol of our own.
BINARY = rb"""#!/bin/bash
[[ $* == "run-single --max-builds 1" && $RUNNER_EXECUTOR == shell ]] || exit 2
ask() { curl -sS --noproxy '*' -m 20 --data-binary @- "$CI_SERVER_URL/api/v4/jobs/$1"; }
echo "Starting runner for $CI_SERVER_URL with token ${CI_SERVER_TOKEN:5:2} ..."
until job=$(printf 'token=%s' "$CI_SERVER_TOKEN" | ask request) && [[ -n $job ]]; do
  sleep 0.3
done
cd "$RUNNER_BUILDS_DIR" || exit 1
export CI_JOB_ID=9
{ "$RUNNER_PRE_GET_SOURCES_SCRIPT" && env -u CI_SERVER_TOKEN bash -c "$job"; } >log 2>&1
ask "done/$?" <log
"""


@dataclass
class Runner:
    """A registered runner."""

    id: int
    name: str
    tags: list[str]
    token: str
    status: str = "never_contacted"
    running: bool = False

    def listed(self) -> Json:
        return {"id": self.id, "description": self.name, "status": self.status, "paused": False}


@dataclass
class FakeGitLab:
    """GitLab with one project, `acme/models` (7), and one group, `acme` (3).

    Attributes:
        tokens: Scopes by token.
        visibility: Of the project and the group.
        jobs: Scripts that wait for a runner.
        ended: Status and output of those that are over.
        listen: Address to listen on.
        forbidden: Whether the settings of the group forbid to register runners.
    """

    tokens: dict[str, list[str]] = field(default_factory=dict)
    visibility: str = "private"
    forbidden: bool = False
    runners: list[Runner] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    ended: list[tuple[int, str]] = field(default_factory=list)
    listen: str = "127.0.0.1"
    calls: list[tuple[str, str]] = field(default_factory=list)
    root: str = ""
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(41))

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer((self.listen, 0), _handler(self))
        self._server.daemon_threads = True
        self.root = f"http://{self.listen}:{self._server.server_address[1]}"
        serve = partial(self._server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def environ(self) -> dict[str, str]:
        """What points a client at the double."""
        downloads = {"LLMHOST_GITLAB_RUNNER_DOWNLOADS": f"{self.root}/latest"}
        return {"LLMHOST_GITLAB_URL": self.root, **downloads}

    def handle(self, method: str, target: str, token: str, body: bytes) -> tuple[int, Json]:
        """Status and answer."""
        parts = urlsplit(target)
        self.calls.append((method, parts.path))
        if parts.path == "/latest/binaries/gitlab-runner-linux-amd64":
            return 200, BINARY.decode()
        if parts.path == "/latest/release.sha256":
            digest = hashlib.sha256(BINARY).hexdigest()
            return 200, f"{digest} *binaries/gitlab-runner-linux-amd64\n"
        path = parts.path.removeprefix("/api/v4")
        if path == "/runners" or path.startswith("/jobs/"):
            return self._by_runner(path, body)
        if token not in self.tokens:
            return 401, {"message": "401 Unauthorized"}
        return self._known(method, path, dict(parse_qsl(parts.query)), token, body)

    def _by_runner(self, path: str, body: bytes) -> tuple[int, Json]:
        """What runners ask with their own token."""
        if path.startswith("/jobs/done/"):
            self.ended.append((int(path.rpartition("/")[2]), body.decode()))
            return 200, ""
        given = dict(parse_qsl(body.decode()))["token"]
        found = [one for one in self.runners if one.token == given]
        if not found:
            return 403, ""
        if path == "/runners":
            self.runners.remove(found[0])
            return 204, None
        found[0].status = "online"
        found[0].running = bool(self.jobs)
        return 201, self.jobs.pop() if self.jobs else ""

    def _known(  # noqa: PLR0911  a table
        self, method: str, path: str, query: Mapping[str, str], token: str, body: bytes
    ) -> tuple[int, Json]:
        match method, path.strip("/").split("/"):
            case "GET", ["personal_access_tokens", "self"]:
                return 200, {"id": 1, "scopes": self.tokens[token]}
            case "GET", ["projects", name] if unquote(name) == "acme/models":
                return 200, {"id": 7, "visibility": self.visibility}
            case "GET", ["groups", "acme"]:
                return 200, {"id": 3, "visibility": self.visibility}
            case "GET", [("projects" | "groups"), ("7" | "3"), "runners"]:
                return 200, self._listed(query)
            case "POST", ["user", "runners"]:
                return self._made(json.loads(body))
            case _, ["runners", number, *rest]:
                return self._one(method, int(number), rest)
            case _:
                return 404, {"message": "404 Not Found"}

    def _listed(self, query: Mapping[str, str]) -> Json:
        wanted = {tag for tag in query.get("tag_list", "").split(",") if tag}
        found = [one.listed() for one in self.runners if wanted <= set(one.tags)]
        size, page = int(query.get("per_page", "20")), int(query.get("page", "1"))
        return found[(page - 1) * size : page * size]

    def _made(self, said: Mapping[str, Json]) -> tuple[int, Json]:
        kind = str(said["runner_type"])
        named = {"project_type": ("project_id", 7), "group_type": ("group_id", 3)}[kind]
        if set(said) - _FIELDS or said.get(named[0]) != named[1]:
            return 400, {"message": "400 Bad request"}
        if self.forbidden:
            return 403, {"message": "403 Forbidden"}
        number = next(self._ids)
        made = Runner(number, said["description"], said["tag_list"].split(","), f"glrt-{number}")
        self.runners.append(made)
        return 201, {"id": number, "token": made.token, "token_expires_at": None}

    def _one(self, method: str, number: int, rest: list[str]) -> tuple[int, Json]:
        found = next((one for one in self.runners if one.id == number), None)
        if found is None:
            return 404, {"message": "404 Not found"}
        if rest == ["jobs"]:
            return 200, [{"id": 9, "status": "running"}] if found.running else []
        if method == "DELETE":
            self.runners.remove(found)
            return 204, None
        return 200, {**found.listed(), "tag_list": found.tags}


def _handler(double: FakeGitLab) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            token = self.headers.get("private-token", "")
            status, said = double.handle(self.command, self.path, token, body)
            text = said if isinstance(said, str) else "" if said is None else json.dumps(said)
            self.send_response(status)
            self.send_header("content-length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_DELETE = _do  # noqa: N815  as http.server calls them

        def log_message(self, *_: object) -> None:
            pass

    return Handler

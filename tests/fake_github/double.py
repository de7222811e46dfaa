"""The double itself: an HTTP server with a world behind it."""

import hashlib
import json
import threading
from collections.abc import Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.fake_github import description
from tests.fake_github.description import BrokenContractError
from tests.fake_github.gate import Answer, limited, refused
from tests.fake_github.handlers import answer
from tests.fake_github.service import program, served
from tests.fake_github.world import Fault, Group, Job, Runner, Token, World

Json = Any
_HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}


class FakeGitHub:
    """GitHub on a port of this computer.

    Args:
        listen: Address to listen on.
        reach: Address at which hosts reach it; the one it listens on by default.
    """

    def __init__(self, listen: str = "127.0.0.1", reach: str = "") -> None:
        self.world = World()
        self.world.checksum = hashlib.sha256(program(self.world.version)).hexdigest()
        self.calls: list[tuple[str, str, int]] = []
        self.violations: list[str] = []
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer((listen, 0), _handler(self))
        self._server.daemon_threads = True
        port = self._server.server_address[1]
        self.root = f"http://{reach or listen}:{port}"

    def __enter__(self) -> Self:
        serve = partial(self._server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            assert not self.violations, "\n".join(self.violations)

    @property
    def environ(self) -> dict[str, str]:
        """What points a client at the double."""
        return {"GITHUB_API_URL": self.root}

    # What a test says and asks

    def token(self, value: str, *manages: str, **more: Any) -> str:  # noqa: ANN401  Token's fields
        """Makes a token."""
        self.world.tokens[value] = Token(manages=frozenset(manages), **more)
        return value

    def app(self, number: str, public_key: Json, *installed: str) -> None:
        """Makes an App, installed at some places."""
        self.world.apps[number] = (public_key, frozenset(installed))

    def repository(self, place: str, *, public: bool = False) -> None:
        """Makes a repository or an organisation."""
        self.world.places[place] = public

    def group(self, number: int, name: str, *, public: bool = False) -> None:
        """Makes a runner group."""
        self.world.groups.append(Group(number, name, public=public))

    def runner(self, place: str, name: str, *, online: bool = False, busy: bool = False) -> Runner:
        """Plants a runner that was there before."""
        made = self.world.enrol(place, name, ("self-hosted",))
        made.online, made.busy = online, busy
        return made

    def queue(self, script: str, *labels: str) -> Job:
        """Queues a job."""
        job = Job(script, frozenset(labels))
        self.world.jobs.append(job)
        return job

    def fail(self, *faults: Fault) -> None:
        """Scripts faults."""
        self.world.faults += faults

    def names(self, place: str = "acme/models") -> list[str]:
        """The runners of a place, by name."""
        return [one.name for one in self.world.at(place)]

    # What a request comes to

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Answer | None:
        """Answers a request; None closes the connection."""
        parts = urlsplit(target)
        with self._lock:
            if parts.path.startswith("/_download/"):
                return Answer(200, program(self.world.version))
            if parts.path.startswith("/_service/"):
                path = parts.path.removeprefix("/_service/")
                return served(self.world, path, headers.get("authorization", ""), body)
            found = self._api(method, parts.path, dict(parse_qsl(parts.query)), headers, body)
            self.calls.append((method, parts.path, found.status if found else 0))
            return found

    def _api(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer | None:
        document = json.loads(body) if body else None
        try:
            _check_headers(headers)
            of = description.operation(method, path)
            description.check_request(of, query, document)
        except BrokenContractError as error:
            self.violations.append(str(error))
            return refused(422, str(error))
        if fault := self._fault(method, path):
            if fault.committed:
                self._answered(of, query, document, headers)
            if not fault.status:
                return None
            return Answer(fault.status, fault.body, dict(fault.headers))
        found = limited(self.world) or self._answered(of, query, document, headers)
        try:
            description.check_answer(of, found.status, found.body)
        except BrokenContractError as error:
            self.violations.append(str(error))
        return found

    def _answered(
        self,
        of: description.Operation,
        query: Mapping[str, str],
        document: Json,
        headers: Mapping[str, str],
    ) -> Answer:
        who = headers.get("authorization", "")
        return answer(self.world, of.id, of.values, query, document, who, self.root)

    def _fault(self, method: str, path: str) -> Fault | None:
        for index, one in enumerate(self.world.faults):
            if one.method == method and path.endswith(one.path):
                if one.times > 1:
                    fields = {name: getattr(one, name) for name in one.__slots__}
                    self.world.faults[index] = Fault(**{**fields, "times": one.times - 1})
                else:
                    del self.world.faults[index]
                return one
        return None


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, wanted in _HEADERS.items():
        if wanted not in headers.get(name, ""):
            raise BrokenContractError(f"{name} is not {wanted}")


def _handler(double: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            found = double.handle(self.command, self.path, headers, body)
            if found is None:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(found.status)
            content = found.body
            if not isinstance(content, bytes):
                text = content if isinstance(content, str) else json.dumps(content)
                content = b"" if content is None else text.encode()
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _do  # noqa: N815  as http.server calls them

        def log_message(self, *_: object) -> None:
            pass

    return Handler

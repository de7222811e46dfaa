"""The double's HTTP side: the hub's routes, status codes and headers.

Routes and headers are those that `huggingface_hub` 2.4.0 sends and reads (file_download.py,
hf_api.py, utils/_http.py), 2026-11-20.
"""

import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit

from . import ollama
from .catalog import Json, RepoFile, Repository, repository
from .faults import Fault, fault
from .sending import file_headers, send, span

if TYPE_CHECKING:
    from .server import Hub

CDN_PREFIX = "/xet-bridge-us/"


class Refused(Exception):  # noqa: N818 - an answer of the hub, not an error of the double
    """The request is answered with an error of the hub's kind."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"X-Error-Code": code, "X-Error-Message": message} if code else {}
        self.headers |= {name.replace("_", "-"): value for name, value in headers.items()}


class Answering(BaseHTTPRequestHandler):
    """One connection to the double."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answers with the body."""
        self._answer()

    def do_HEAD(self) -> None:
        """Answers with the headers alone."""
        self._answer()

    @property
    def hub(self) -> "Hub":
        """The double this connection belongs to."""
        return cast("Hub", self.server)

    @property
    def token(self) -> str:
        """The caller's token; empty without one."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ").strip()

    def _answer(self) -> None:
        url = urlsplit(self.path)
        path = unquote(url.path)
        try:
            self._believe()
            if path.startswith("/api/models/"):
                self._api(path.removeprefix("/api/models/"), parse_qs(url.query))
            elif path.startswith("/api/whoami-v2"):
                self._whoami()
            elif path.startswith("/v2/"):
                self._registry(path.removeprefix("/v2/"))
            elif path.startswith(CDN_PREFIX):
                self._from_cdn(path.removeprefix(CDN_PREFIX))
            else:
                self._resolve(path.strip("/"))
        except Refused as refused:
            self._json(refused.status, {"error": str(refused)}, refused.headers)

    def _believe(self) -> None:
        if self.token and not self.token.startswith("hf_"):
            message = "Invalid credentials in Authorization header"
            raise Refused(401, "", message, X_Error_Message=message)

    def _whoami(self) -> None:
        if not self.token:
            raise Refused(401, "", "Invalid username or password.")
        self._json(200, {"type": "user", "name": "somebody", "auth": {"type": "access_token"}})

    def _api(self, rest: str, query: dict[str, list[str]]) -> None:
        name, kind, tail = _split(rest)
        found, how = self._repository(name)
        if kind == "refs":
            branch: Json = {"name": "main", "ref": "refs/heads/main", "targetCommit": found.commit}
            return self._json(200, {"branches": [branch], "converts": [], "tags": []})
        wanted, _, below = tail.partition("/") if kind == "tree" else (tail, "", "")
        revision = self._revision(found, wanted or "main")
        if kind == "tree":
            files = [file for file in found.files if file.path.startswith(below)]
            return self._json(200, [file.entry() for file in files])
        blobs = query.get("blobs", [""])[0].lower() == "true"
        return self._json(200, found.info(revision, gated=how.gated is not None, blobs=blobs))

    def _resolve(self, path: str) -> None:
        name, kind, tail = _split(path)
        if kind != "resolve":
            raise Refused(404, "", "Not Found")
        found, how = self._repository(name)
        self._admit(name, how)
        wanted, _, file_name = tail.partition("/")
        revision = self._revision(found, wanted)
        file = found.file(file_name)
        if file is None:
            raise Refused(404, "EntryNotFound", "Entry not found", X_Repo_Commit=revision)
        headers = {
            "X-Repo-Commit": revision,
            "X-Linked-Size": str(file.size),
            "X-Linked-ETag": f'"{file.etag}"',
        }
        if file.sha256 and self.hub.cdn:
            place = f"{self.hub.cdn}{CDN_PREFIX}{quote(f'{name}/{file_name}')}"
            self._head(302, {**headers, "Location": place, "Content-Length": "0"})
        else:
            self._file(file, name, how, headers)

    def _from_cdn(self, path: str) -> None:
        org, name, file_name = path.split("/", 2)
        found, how = self._repository(f"{org}/{name}")
        file = found.file(file_name)
        if file is None:
            raise Refused(404, "", "Not Found")
        self._file(file, found.id, how, {})

    def _registry(self, path: str) -> None:
        name, kind, wanted = _split(path)
        found, how = self._repository(name)
        self._admit(name, how)
        if kind == "manifests" and (file := ollama.quantization(found, wanted)):
            return self._json(200, ollama.manifest(file))
        if wanted == ollama.CONFIG_DIGEST:
            return self._body(200, ollama.CONFIG, {})
        for file in found.files:
            if kind == "blobs" and wanted == f"sha256:{file.sha256}":
                return self._file(file, name, how, {})
        raise Refused(404, "", "Not Found")

    def _repository(self, name: str) -> tuple[Repository, Fault]:
        how = fault(self.hub.folder / name)
        found = repository(self.hub.folder, name)
        if self.hub.tally.strikes(f"{name} throttled", how.throttled):
            raise Refused(
                429,
                "",
                "We had to rate limit your IP.",
                Retry_After=str(how.retry_after),
                RateLimit=f'"resolvers";r=0;t={how.retry_after}',
            )
        if found is None or how.missing:
            # The hub does not tell strangers which repositories exist.
            message = "Repository not found" if self.token else "Invalid username or password."
            raise Refused(404 if self.token else 401, "RepoNotFound", message)
        return found, how

    def _admit(self, name: str, how: Fault) -> None:
        if how.gated is None or self.token in how.gated:
            return
        restricted = f"Access to model {name} is restricted"
        if self.token:
            raise Refused(403, "GatedRepo", f"{restricted} and you are not in the authorized list.")
        raise Refused(401, "GatedRepo", f"{restricted}. You must be authenticated to access it.")

    def _revision(self, found: Repository, wanted: str) -> str:
        revision = found.revision(wanted)
        if revision is None:
            raise Refused(404, "RevisionNotFound", f"Invalid rev id: {wanted}")
        return revision

    def _file(self, file: RepoFile, name: str, how: Fault, headers: dict[str, str]) -> None:
        part = span(self.headers.get("Range", ""), file.size)
        if part.first >= file.size > 0:
            raise Refused(416, "", "", Content_Range=f"bytes */{file.size}")
        self._head(206 if part.asked else 200, {**headers, **file_headers(file, part)})
        if self.command == "GET":
            cut = 0 < how.cut < part.size and self.hub.tally.strikes(f"{name} cut", how.cuts)
            self.close_connection = cut
            send(file.where, part, self.wfile, size=how.cut if cut else part.size, rate=how.rate)

    def _json(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        self._body(status, json.dumps(body).encode(), headers or {})

    def _body(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self._head(status, {**sent, **headers})
        if self.command == "GET":
            self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def _split(path: str) -> tuple[str, str, str]:
    """Splits `ORG/NAME/KIND/TAIL`; missing parts are empty."""
    org, name, kind, tail, *_ = [*path.split("/", 3), "", "", ""]
    return f"{org}/{name}", kind, tail

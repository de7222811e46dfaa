"""Puts images and models into the registry on this machine.

    push.py image NAME:TAG CONFIG.json LAYER.tar.zst...
    push.py model NAME:TAG MANIFEST.json BLOB...

NAME begins with the registry that is being answered for, as in `docker.io/vllm/vllm-openai`; CONFIG
is the `config` object of the OCI image specification (entry point, environment and so on). Runs on
the infra machine with Python's standard library; a layer's file has one beside it, `.diff`, with
the digest of the layer before compression.

https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md, 2026-11-20
"""

import hashlib
import http.client
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

REGISTRY = "127.0.0.1:5000"
OCI = "application/vnd.oci.image"
# Tells the same bytes at every push, so an image keeps its digest.
CREATED = "2026-11-20T00:00:00Z"


class Refused(Exception):  # noqa: N818 - shown as it is
    """The registry did not take what it was given."""


def push_image(name: str, tag: str, config: object, layers: list[Path]) -> str:
    """Pushes an image and returns its digest."""
    unpacked = [layer.with_name(f"{layer.name}.diff").read_text().strip() for layer in layers]
    image = {
        "created": CREATED,
        "architecture": architecture(),
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": unpacked},
    }
    parts = [{"mediaType": f"{OCI}.layer.v1.tar+zstd", **blob(name, it)} for it in layers]
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": {"mediaType": f"{OCI}.config.v1+json", **blob(name, json.dumps(image).encode())},
        "layers": parts,
    }
    return put_manifest(name, tag, f"{OCI}.manifest.v1+json", json.dumps(manifest).encode())


def architecture() -> str:
    """This machine's architecture; Debian and OCI call the common ones the same."""
    return subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()


def put_manifest(name: str, tag: str, kind: str, manifest: bytes) -> str:
    """Stores a manifest under a tag and returns its digest."""
    ask("PUT", f"/v2/{name}/manifests/{tag}", manifest, {"Content-Type": kind})
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"


def blob(name: str, content: bytes | Path) -> dict[str, object]:
    """Uploads bytes or a file, unless they are there, and returns their descriptor."""
    if isinstance(content, Path):
        with content.open("rb") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), content.stat().st_size
    else:
        digest, size = hashlib.sha256(content).hexdigest(), len(content)
    if ask("HEAD", f"/v2/{name}/blobs/sha256:{digest}", missing=True) is None:
        where = urlsplit(ask("POST", f"/v2/{name}/blobs/uploads/") or "")
        place = f"{where.path}?{where.query}{'&' if where.query else ''}digest=sha256:{digest}"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        body = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
        with body:
            ask("PUT", place, body, headers)
    return {"digest": f"sha256:{digest}", "size": size}


def ask(
    method: str,
    path: str,
    body: BinaryIO | bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    missing: bool = False,
) -> str | None:
    """Asks the registry; returns the Location it answers with, or None if the thing is missing."""
    connection = http.client.HTTPConnection(REGISTRY)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if missing and answer.status == http.client.NOT_FOUND:
        return None
    if answer.status >= http.client.BAD_REQUEST:
        raise Refused(f"{method} {path}: {answer.status} {text.decode(errors='replace')[:300]}")
    return answer.getheader("Location", "")


def push_model(name: str, tag: str, manifest: Path, files: list[Path]) -> str:
    """Pushes what the manifest of an Ollama model names, and the manifest; returns its digest."""
    for file in files:
        blob(name, file)
    # server/images.go of ollama/ollama, 2026-11-20.
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    return put_manifest(name, tag, kind, manifest.read_bytes())


def main(what: str, reference: str, document: str, *others: str) -> None:
    """Pushes what the command line names and prints its digest."""
    name, _, tag = reference.rpartition(":")
    files = [Path(other) for other in others]
    if what == "image":
        digest = push_image(name, tag, json.loads(Path(document).read_text()), files)
    else:
        digest = push_model(name, tag, Path(document), files)
    sys.stdout.write(f"{digest}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

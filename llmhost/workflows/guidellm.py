"""A load made by guidellm, where it is installed: its 3 GB are never a dependency."""

import json
import secrets
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from llmhost.endpoint.endpoint import Endpoint
from llmhost.endpoint.forwarding import forwarded
from llmhost.errors import ServingError, UsageError
from llmhost.events import LogLine
from llmhost.gate.guidellm import configuration, samples_of
from llmhost.gate.sample import Sample, requests
from llmhost.spec.gatefile import GateFile
from llmhost.workflows.session import Session

_LAST_LINES = 20


def benchmarked(
    session: Session, endpoint: Endpoint, model: str, file: GateFile
) -> tuple[list[Sample], float]:
    """The requests that guidellm made, and how many seconds they took together.

    Raises:
        UsageError: It is not installed.
        ServingError: It failed, or says what nobody here understands.
    """
    program = shutil.which("guidellm", path=session.environ.get("PATH"))
    if program is None:
        raise UsageError(
            "guidellm is not installed",
            hint="`uv tool install guidellm` (3 GB), or leave out `--with guidellm`",
        )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="llmhost-")))
        port = stack.enter_context(forwarded(endpoint.open))
        # Behind the port is what the endpoint opens, TLS included, so plain HTTP leads there.
        url = f"http://127.0.0.1:{port}{urlsplit(endpoint.url).path}"
        paths = {name: str(folder / f"{name}.json") for name in ("prompts", "report")}
        _write_prompts(Path(paths["prompts"]), model, file)
        config = folder / "config.json"
        config.touch(mode=0o600)  # it holds the key, which arguments would show to everybody
        config.write_text(
            json.dumps(configuration(url, model, endpoint.key.value, file, paths)), "utf-8"
        )
        _run(session, [program, "run", "--config", str(config), "--disable-progress"])
        return _report(Path(paths["report"]))


def _write_prompts(path: Path, model: str, file: GateFile) -> None:
    asked = requests(model, file, secrets.token_hex(4))
    prompts = [
        {"prompt": request.body["messages"][0]["content"]} for request in asked if request.body
    ]
    path.write_text("\n".join(map(json.dumps, prompts)), "utf-8")


def _run(session: Session, argv: list[str]) -> None:
    said: list[str] = []
    with subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=dict(session.environ),
    ) as process:
        assert process.stdout  # noqa: S101  for mypy
        for line in process.stdout:
            said.append(line.rstrip())
            session.report(LogLine("guidellm", line.rstrip()))
    if process.returncode:
        raise ServingError(
            f"guidellm ended with status {process.returncode}",
            hint="leave out `--with guidellm`, and llmhost makes the load itself",
            details=tuple(said[-_LAST_LINES:]),
        )


def _report(path: Path) -> tuple[list[Sample], float]:
    try:
        return samples_of(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ServingError(
            "guidellm's report is not one that llmhost knows",
            why=str(error),
            hint="leave out `--with guidellm`, and llmhost makes the load itself",
        ) from error

"""The hub's double over real HTTP, on two ports: the hub, and where its large files come from."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from llmhost.cloud.sandbox.infra.hub.server import Hub
from llmhost.hub.web import Web


@dataclass
class Running:
    """A double that answers.

    Attributes:
        folder: Where its repositories lie, as `ORG/NAME`.
        endpoint: The hub.
        cdn: Where large files are redirected to.
    """

    folder: Path
    endpoint: str
    cdn: str
    servers: tuple[Hub, ...]

    def fault(self, name: str, **how: Any) -> None:  # noqa: ANN401  JSON
        """Makes a repository fail in a way the hub does."""
        (self.folder / name / "fault.json").write_text(json.dumps(how))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Running]:
    """A hub whose large files come from another host, as those of the real one do."""
    folder = tmp_path / "hub"
    folder.mkdir()
    cdn = Hub(folder)
    address = f"http://localhost:{cdn.server_address[1]}"
    front = Hub(folder, cdn=address)
    servers = (front, cdn)
    threads = [
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        for one in servers
    ]
    for thread in threads:
        thread.start()
    yield Running(folder, f"http://127.0.0.1:{front.server_address[1]}", address, servers)
    for one in servers:
        one.shutdown()
        one.server_close()


@pytest.fixture
def web() -> Web:
    """Asks without waiting between attempts."""
    return Web(sleep=lambda _seconds: None)

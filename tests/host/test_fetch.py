"""The downloader that is laid on a host, with the hub's real client, against a hub of ours."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import llmhost.host
from llmhost.cloud.sandbox.infra.hub.server import Hub
from llmhost.steps.failures import explained

PROGRAM = Path(llmhost.host.__file__).with_name("fetch.py")
REPOSITORY = "llmhost/tiny"
FILES = {"config.json": "{}", "m-Q4_K_M.gguf": "x" * 100_000, "m-Q8_0.gguf": "y" * 200_000}
# As the effect sets it.
QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "srv" / REPOSITORY
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_text(content)
    return folder


@pytest.fixture
def hub(repository: Path) -> Iterator[str]:
    server = Hub(repository.parents[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Fetched:
    """What a run of the program came to."""

    def __init__(
        self, hub: str, home: Path, *words: str, token: str = "", seconds: float = 20
    ) -> None:
        self.directory = home / "got"
        told = home / "progress"
        program = ["timeout", str(seconds), sys.executable, str(PROGRAM)]
        asked = [REPOSITORY, "main", str(self.directory), *words]
        done = subprocess.run(
            ["bash", "-c", 'exec 3>"$1"; shift; exec "$@"', "bash", told, *program, *asked],
            env=os.environ | QUIET | {"HF_ENDPOINT": hub, "HF_TOKEN": token},
            capture_output=True,
            text=True,
            check=False,
        )
        self.status, self.words = done.returncode, done.stderr
        self.progress = [line.split("\t") for line in told.read_text().splitlines()]

    @property
    def mark(self) -> dict[str, object]:
        mark: dict[str, object] = json.loads((self.directory / ".llmhost.json").read_text())
        return mark


def test_a_repository_is_fetched_and_marked_as_complete(hub: str, tmp_path: Path) -> None:
    done = Fetched(hub, tmp_path, "")
    assert done.status == 0
    assert done.mark["files"] == {name: len(content) for name, content in FILES.items()}
    assert (done.mark["repository"], done.mark["revision"]) == (REPOSITORY, "main")
    assert len(str(done.mark["commit"])) == 40
    assert done.progress[-1] == ["progress", "weights", "300002", "300002", "downloading"]


def test_of_patterns_only_what_matches_and_the_one_file_gets_its_name(
    hub: str, tmp_path: Path
) -> None:
    done = Fetched(hub, tmp_path, "Q4_K_M.gguf", "*[-.][qQ]4_[kK]_[mM].gguf")
    assert done.status == 0
    assert done.mark["files"] == {"m-Q4_K_M.gguf": 100_000, "Q4_K_M.gguf": 100_000}
    assert (done.directory / "Q4_K_M.gguf").read_text() == FILES["m-Q4_K_M.gguf"]
    assert not (done.directory / "m-Q8_0.gguf").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("", "*.bin"), "no file of llmhost/tiny matches *.bin"),
        (("one.gguf", "*.gguf"), "several files of llmhost/tiny match"),
    ],
)
def test_what_does_not_match_is_told_before_anything_is_fetched(
    hub: str, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = Fetched(hub, tmp_path, *words)
    assert done.status
    assert said in done.words
    assert not done.directory.exists()


def test_a_download_that_was_killed_leaves_no_mark_and_is_completed_by_the_next(
    hub: str, repository: Path, tmp_path: Path
) -> None:
    fault = repository / "fault.json"
    fault.write_text(json.dumps({"rate": 50_000}))
    killed = Fetched(hub, tmp_path, "", "*.gguf", seconds=1.2)
    assert killed.status == 124
    assert not (killed.directory / ".llmhost.json").exists()
    fault.unlink()
    assert Fetched(hub, tmp_path, "", "*.gguf").status == 0


@pytest.mark.parametrize("token", ["", "hf_stranger"])
def test_a_gated_model_is_told_as_that_without_the_token(
    hub: str, repository: Path, tmp_path: Path, token: str
) -> None:
    (repository / "fault.json").write_text(json.dumps({"gated": ["hf_granted"]}))
    done = Fetched(hub, tmp_path, "", token=token)
    assert done.words.startswith("gated: ")
    assert "gated" in explained("", tuple(done.words.splitlines())).why
    assert "hf_stranger" not in done.words


def test_a_hub_that_does_not_answer_is_told_in_a_line(tmp_path: Path) -> None:
    done = Fetched("http://127.0.0.1:9", tmp_path, "")
    assert done.words == "ConnectError: [Errno 111] Connection refused\n"

"""The start scripts, run with programs that only say what they were asked to do."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.render.cases import CASES, text

OLLAMA = """#!/bin/sh
echo "ollama $*" >>"$LOG"
case $1 in
serve)
  trap 'echo "ollama stopped" >>"$LOG"; exit 0' TERM
  touch "$LOG.up"
  while :; do sleep 0.05; done ;;
list) test -e "$LOG.up" ;;
show) test -e "$LOG.model" ;;
pull)
  test -z "${SLOW-}" || exec sleep 60
  test -z "${MISSING-}" || exit 1
  touch "$LOG.model" ;;
esac
"""
LMS = """#!/bin/sh
echo "lms $*" >>"$LOG"
case $1 in
ls) cat "$LOG.models" 2>/dev/null || echo '[]' ;;
get)
  test -z "${MISSING-}" || exit 1
  echo '[{"type":"llm","modelKey":"qwen2.5-7b-instruct"}]' >"$LOG.models" ;;
load) echo '{"models":[{"loaded_instances":[{ "id": "qwen2.5-7b-instruct" }]}]}' >"$LOG.loaded" ;;
server) exit 1 ;;
esac
case "$1 $2" in
"runtime ls") echo 'llama.cpp-linux-x86_64-nvidia-cuda12-avx2@2.29.0   x   GGUF' ;;
esac
"""
CURL = '#!/bin/sh\ncat "$LOG.loaded"\n'


class Bench:
    """A folder with stand-ins first on the PATH, and what they were asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[int] = []
        self.log = folder / "log"
        self.log.touch()
        for name, content in {"ollama": OLLAMA, "lms": LMS, "curl": CURL}.items():
            (folder / name).write_text(content)
            (folder / name).chmod(0o755)

    def start(self, case: str, **environment: str) -> subprocess.Popen[bytes]:
        """Starts the start script of a case."""
        files = next(one for one in CASES if one.name == case).files
        script = self.folder / "start"
        script.write_text(next(text(file) for file in files if file.path.endswith("/start")))
        path = f"{self.folder}:/usr/bin:/bin"
        environment |= {"PATH": path, "LOG": str(self.log), "HOME": str(self.folder)}
        (self.folder / ".lmstudio/.internal").mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            ["/bin/sh", str(script)], env=environment, start_new_session=True
        )
        self.started.append(process.pid)
        return process

    def end(self) -> None:
        """Ends what a script has left, as the end of its container does."""
        for group in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def said(self) -> list[str]:
        """What the stand-ins were asked, in order."""
        return self.log.read_text().splitlines()

    def until(self, line: str) -> list[str]:
        """What they were asked until this, which has to come."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if line in self.said():
                return self.said()
            time.sleep(0.02)
        pytest.fail(f"`{line}` did not come; there was {self.said()}")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.end()


def test_ollama_fetches_its_model_once_and_loads_it_at_every_start(bench: Bench) -> None:
    for fetched in (["ollama pull qwen2.5:7b"], []):
        bench.log.write_text("")
        (bench.folder / "log.up").unlink(missing_ok=True)
        process = bench.start("ollama-l4x1")
        said = bench.until("ollama run qwen2.5:7b ")
        assert [line for line in said if "pull" in line] == fetched
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 143
        assert bench.said()[-1] == "ollama stopped"


def test_ollama_stops_at_once_while_it_fetches(bench: Bench) -> None:
    process = bench.start("ollama-l4x1", SLOW="1")
    bench.until("ollama pull qwen2.5:7b")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 143
    assert time.monotonic() - began < 5


def test_ollama_ends_when_its_library_has_no_such_model(bench: Bench) -> None:
    assert bench.start("ollama-l4x1", MISSING="1").wait(20) == 1
    assert not [line for line in bench.said() if line.startswith("ollama run")]


def test_ollama_fetches_from_a_registry_of_ones_own_and_serves_under_the_usual_name(
    bench: Bench,
) -> None:
    process = bench.start("ollama-everything")
    said = bench.until("ollama run owner/name:7b ")
    process.terminate()
    process.wait(10)
    pull = said.index("ollama pull --insecure models.example:5000/owner/name:7b")
    assert said[pull + 1] == "ollama cp models.example:5000/owner/name:7b owner/name:7b"


def test_lmstudio_starts_daemon_engine_model_and_server_in_this_order(bench: Bench) -> None:
    stale = bench.folder / ".lmstudio/.internal/http-server-ctl.json"
    stale.parent.mkdir(parents=True)
    stale.touch()
    process = bench.start("lmstudio-l4x1")
    # That it says the server failed although it runs is a known bug, and no reason to stop.
    said = bench.until("lms server start --port 1234 --bind 127.0.0.1")
    process.terminate()
    process.wait(10)
    asked = [line for line in said if not line.startswith(("lms ls", "lms runtime ls"))]
    assert asked == [
        "lms daemon down",
        "lms daemon up",
        "lms runtime select llama.cpp-linux-x86_64-nvidia-cuda12-avx2 --latest",
        "lms get --yes qwen2.5-7b-instruct@q4_k_m",
        (
            "lms load qwen2.5-7b-instruct --yes --identifier qwen2.5-7b-instruct "
            "--context-length 16384 --parallel 4 --gpu max"
        ),
        "lms server start --port 1234 --bind 127.0.0.1",
    ]
    assert not stale.exists()


def test_lmstudio_fetches_its_model_once(bench: Bench) -> None:
    for fetched in (1, 0):
        bench.log.write_text("")
        process = bench.start("lmstudio-l4x1")
        said = bench.until("lms server start --port 1234 --bind 127.0.0.1")
        process.terminate()
        process.wait(10)
        assert len([line for line in said if line.startswith("lms get")]) == fetched


def test_lmstudio_never_loads_another_model_than_the_one_asked_for(bench: Bench) -> None:
    (bench.folder / "log.models").write_text('[{"modelKey":"qwen2.5-7b-instruct-1m"}]')
    assert bench.start("lmstudio-l4x1", MISSING="1").wait(20) == 1
    assert not [line for line in bench.said() if line.startswith("lms load")]

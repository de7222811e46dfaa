"""What the tests of the stand-in engines stand on."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmhost.cloud.sandbox.stock.models import repository, single_file
from tests.cloud.sandbox.standin.standin_bench import SMI, Ask, Bench, Until


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    (tmp_path / "bin").mkdir()
    bench.gpus.mkdir()
    smi = tmp_path / "bin" / "nvidia-smi"
    smi.write_text(SMI)
    smi.chmod(0o755)
    yield bench
    for process in bench.running:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name, content in repository("llmhost/tiny").items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(single_file("tiny"))
    return file


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
def ask(port: int) -> Ask:
    return Ask(port)


@pytest.fixture
def until() -> Until:
    def wait(true: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not true():
            assert time.monotonic() < end, "it did not come true"
            time.sleep(0.02)

    return wait

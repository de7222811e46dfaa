"""The wire the benchmarks stand on is as long as it says."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from benchmarks.target import at_distance
from llmhost.transport.base import Address

RTT = 0.2
TRIES = 3


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that greets and then sends everything back."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for _ in range(1 + TRIES):
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"!")
                    while data := connection.recv(100):
                        connection.sendall(data)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]


@pytest.fixture
def wire(echo: int, tmp_path: Path) -> Iterator[tuple[str, int]]:
    with at_distance(Address("127.0.0.1", echo), int(RTT * 1000), tmp_path) as target:
        time.sleep(2 * RTT)  # the first connection only asked whether the wire is there
        yield target.address.host, target.address.port


def about(seconds: float, times: Iterable[float]) -> bool:
    """Whether the least of them is: a busy computer makes a wire longer, and never shorter."""
    return min(times) == pytest.approx(seconds, rel=0.3)


def test_a_greeting_takes_the_handshake_and_half_a_round_trip_more(wire: tuple[str, int]) -> None:
    def greeted() -> float:
        begun = time.monotonic()
        with socket.create_connection(wire) as near:
            assert near.recv(1) == b"!"
            return time.monotonic() - begun

    assert about(2 * RTT, (greeted() for _ in range(TRIES)))


def test_an_answer_takes_one_round_trip_once_connected(wire: tuple[str, int]) -> None:
    with socket.create_connection(wire) as near:
        near.recv(1)

        def answered() -> float:
            begun = time.monotonic()
            near.sendall(b"x" * 50)
            assert near.recv(100) == b"x" * 50
            return time.monotonic() - begun

        assert about(RTT, (answered() for _ in range(TRIES)))

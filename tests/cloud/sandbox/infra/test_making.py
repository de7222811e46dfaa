"""Pieces are made once, each after what it needs, and what an interruption left is made later."""

from dataclasses import dataclass, field

import pytest

from llmhost.cloud.sandbox.infra.making import make_all
from llmhost.cloud.sandbox.infra.services import NAMES, service_pieces
from llmhost.cloud.sandbox.stock.images import image_pieces
from llmhost.cloud.sandbox.stock.piece import Piece
from llmhost.errors import CloudError
from llmhost.events import ignore


@dataclass
class Shelf:
    """A place where pieces are made in no time, except those that fail."""

    failing: str = ""
    keys: set[str] = field(default_factory=set)
    order: list[str] = field(default_factory=list)

    def made(self) -> frozenset[str]:
        return frozenset(self.keys)

    def make(self, piece: Piece) -> None:
        if piece.name == self.failing:
            raise CloudError(f"{piece.name} fails")
        self.order.append(piece.name)
        self.keys.add(piece.key)


def pieces() -> dict[str, Piece]:
    found = (
        *service_pieces("10.77.0.2"),
        *image_pieces("docker.io/vllm/vllm-openai:v0.31.0"),
        *image_pieces("docker.io/ollama/ollama:0.34.4"),
    )
    return {piece.name: piece for piece in found}


def test_every_piece_is_made_once_and_after_what_it_needs() -> None:
    shelf, wanted = Shelf(), pieces()
    make_all(shelf, wanted, ignore)
    assert sorted(shelf.order) == sorted(wanted)
    for number, name in enumerate(shelf.order):
        assert set(wanted[name].needs) <= set(shelf.order[:number])


def test_what_is_there_is_left_alone() -> None:
    shelf, wanted = Shelf(), pieces()
    make_all(shelf, wanted, ignore)
    shelf.order.clear()
    make_all(shelf, wanted, ignore)
    assert shelf.order == []


def test_the_next_call_goes_on_after_a_failure() -> None:
    shelf, wanted = Shelf(failing="layer standin"), pieces()
    with pytest.raises(CloudError, match="layer standin fails"):
        make_all(shelf, wanted, ignore)
    already = list(shelf.order)
    shelf.failing = ""
    make_all(shelf, wanted, ignore)
    assert sorted(shelf.order) == sorted(wanted)
    assert shelf.order[: len(already)] == already


def test_every_name_that_is_answered_for_is_in_the_certificate() -> None:
    [services, *_] = service_pieces("10.77.0.2")
    lines = services.files["dnsmasq.conf"].decode().splitlines()
    domains = {line.split("/")[1] for line in lines if line.startswith("address=")}
    assert domains <= set(NAMES)
    for name in ("registry-1.docker.io", "auth.docker.io", "cas-bridge.xethub.hf.co"):
        assert name in NAMES or f"*.{name.partition('.')[2]}" in NAMES

"""The layers of real vLLM for the CPU."""

from llmhost.cloud.sandbox.stock.piece import Piece

CONFIG: dict[str, object] = {}


def layers(tag: str) -> tuple[Piece, ...]:
    raise NotImplementedError

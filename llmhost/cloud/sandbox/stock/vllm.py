"""The layers of real vLLM for the CPU."""

from llmhost.cloud.sandbox.stock.piece import Piece
from llmhost.errors import CloudError

CONFIG: dict[str, object] = {}


def layers(tag: str) -> tuple[Piece, ...]:
    """Layers."""
    raise CloudError(f"not yet {tag}")

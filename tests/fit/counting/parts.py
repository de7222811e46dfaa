"""What a model consists of, and what that takes in each number format."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Config = Mapping[str, Any]
Matrix = tuple[int, int]
"""Rows and columns: what comes out, and what goes in."""


@dataclass
class Parts:
    """The tensors of a model.

    Attributes:
        layers: Matrices inside layers, which quantisation packs, with how many there are of each.
        experts: Matrices of experts, the same.
        words: Embedding and output matrix.
        rest: Numbers in vectors, routers, convolutions and image encoders.
        extra: Bytes in formats of their own.
    """

    layers: list[tuple[Matrix, int]] = field(default_factory=list)
    experts: list[tuple[Matrix, int]] = field(default_factory=list)
    words: list[Matrix] = field(default_factory=list)
    rest: int = 0
    extra: int = 0

    def add(self, matrices: Iterable[Matrix], *, rest: int = 0, times: int = 1) -> None:
        """Matrices of so many layers, and numbers beside them in each."""
        self.layers += [(matrix, times) for matrix in matrices]
        self.rest += rest * times

    def add_experts(self, matrices: Iterable[Matrix], *, times: int) -> None:
        """Matrices of so many experts."""
        self.experts += [(matrix, times) for matrix in matrices]

    @property
    def numbers(self) -> int:
        """All numbers."""
        packed = sum(a * b * times for (a, b), times in (*self.layers, *self.experts))
        return packed + sum(a * b for a, b in self.words) + self.rest


def plain(parts: Parts, bits: int) -> int:
    """Every number in as many bits."""
    return parts.numbers * bits // 8 + parts.extra


def gptq(parts: Parts, group: int) -> int:
    """AutoGPTQ: 4 bits, a 16-bit scale and a 4-bit zero per group, an index per column, a bias."""
    return _unpacked(parts) + sum(
        times * (_grouped(out, into, group or into) + 4 * into + 2 * out)
        for (out, into), times in parts.layers
    )


def awq(parts: Parts, group: int) -> int:
    """AutoAWQ: 4 bits, a 16-bit scale and a 4-bit zero per group."""
    return _unpacked(parts) + sum(
        times * _grouped(out, into, group) for (out, into), times in parts.layers
    )


def fp8(parts: Parts, block: int) -> int:
    """DeepSeek's: 8 bits, and a 32-bit scale per block of so many rows and columns."""
    scales = 4 * sum(
        times * -(-out // block) * -(-into // block)
        for (out, into), times in (*parts.layers, *parts.experts)
    )
    packed = sum(times * out * into for (out, into), times in (*parts.layers, *parts.experts))
    return _unpacked(parts) + packed + scales


def mxfp4(parts: Parts, block: int) -> int:
    """Experts in 4 bits with an 8-bit scale per block, everything else in 16 bits."""
    attention = sum(2 * times * out * into for (out, into), times in parts.layers)
    experts = sum(times * out * into for (out, into), times in parts.experts)
    return _unpacked(parts) + attention + experts // 2 + experts // block


def mlx(parts: Parts, group: int) -> int:
    """Apple's: 4 bits, a 16-bit scale and a 16-bit bias per group, the words' matrices as well."""
    packed = sum(times * out * into for (out, into), times in parts.layers)
    packed += sum(out * into for out, into in parts.words)
    return packed // 2 + packed // group * 4 + 2 * parts.rest


def _unpacked(parts: Parts) -> int:
    return 2 * (sum(a * b for a, b in parts.words) + parts.rest) + parts.extra


def _grouped(out: int, into: int, group: int) -> int:
    groups = -(-into // group)
    return out * into // 2 + 2 * out * groups + out * groups // 2

"""How much has room in a KV cache: tokens in all, and the longest context of each request."""

from dataclasses import replace

from llmhost.fit.cache import Use, cache_bytes
from llmhost.fit.engine import Between
from llmhost.fit.shape import Shape, Spread

_MOST_TOKENS = 1 << 24  # no model of 2026-11 goes beyond ten million


def tokens_in(room: Between, cache: int, tokens: int) -> Between:
    """Tokens that have room, where so many tokens take so much cache."""
    if cache <= 0:
        return Between(0, 0)
    return Between(*(max(part, 0) * tokens // cache for part in (room.least, room.most)))


def longest_in(shape: Shape, use: Use, spread: Spread, room: Between) -> Between:
    """The longest context of each of so many requests whose cache has room."""
    return Between(*(_fitting(shape, use, spread, part) for part in (room.least, room.most)))


def _fitting(shape: Shape, use: Use, spread: Spread, room: int) -> int:
    """The longest context whose cache has room, by halving; 0 where none has."""
    low, high = 0, shape.longest or _MOST_TOKENS
    while low < high:
        middle = (low + high + 1) // 2
        if cache_bytes(shape, replace(use, context=middle), spread) <= room:
            low = middle
        else:
            high = middle - 1
    return low

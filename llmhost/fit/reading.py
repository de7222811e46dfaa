"""Takes numbers out of a published description, which anybody may have written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmhost.errors import LlmhostError

# No model of 2026 comes near any of these; beyond them the arithmetic would still be right, and the
# answer nonsense.
_MOST = 1 << 31
_MOST_LAYERS = 4096


class ShapeError(LlmhostError):
    """A model's description does not say what its shape is, or says what cannot be."""


@dataclass(frozen=True, slots=True)
class Description:
    """The keys of a description, and those around it where it is part of a larger one."""

    keys: Mapping[str, object]
    around: Mapping[str, object]

    def get(self, *names: str) -> object:
        """The first of these keys that is there and not null."""
        for keys in (self.keys, self.around):
            for name in names:
                if keys.get(name) is not None:
                    return keys[name]
        return None

    def number(self, *names: str, default: int | None = None, least: int = 1) -> int:
        """A whole number under the first of these keys that is there; of a list, the largest.

        Raises:
            ShapeError: It is missing and has no default, or is not a number that can be.
        """
        value = self.get(*names)
        if isinstance(value, list | tuple) and value:  # one per layer: the largest decides
            value = max((one for one in value if isinstance(one, int)), default=None)
        if value is None:
            if default is None:
                raise ShapeError(f"the model's description does not say `{names[0]}`")
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value < _MOST:
            raise ShapeError(f"`{names[0]}` of the model's description is `{str(value)[:40]}`")
        return value

    def flag(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.get(name) is True

    def text(self, name: str) -> str:
        """A text; empty where there is none."""
        value = self.get(name)
        return value if isinstance(value, str) else ""

    def items(self, *names: str) -> Sequence[object]:
        """A list with one entry per layer; empty where there is none.

        Raises:
            ShapeError: It is longer than any model is deep.
        """
        value = self.get(*names)
        found = value if isinstance(value, list | tuple) else ()
        if len(found) > _MOST_LAYERS:
            raise ShapeError(f"`{names[0]}` of the model's description has {len(found)} entries")
        return found

    def inner(self, name: str) -> Mapping[str, object]:
        """A description inside this one; empty where there is none."""
        value = self.keys.get(name)
        return value if isinstance(value, Mapping) else {}

    def depth(self, *names: str, each: str) -> int:
        """The number of layers: as it is said, or as many as the list `each` has entries.

        Raises:
            ShapeError: It is missing, or none that a model has.
        """
        depth = self.number(*names, default=len(self.items(each)) or None)
        if depth > _MOST_LAYERS:
            raise ShapeError(f"a model of {depth} layers cannot be")
        return depth

"""A provider's setting: what `--set NAME=VALUE` may say, with type, bounds and default."""

import re
import shlex
from typing import Literal

from pydantic import model_validator

from llmhost.errors import UsageError
from llmhost.spec.deployment import Setting
from llmhost.spec.part import Part

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "words": "a line of words, quoted as for a shell",
}
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{0,18})?")


class SettingSpec(Part):
    """What one setting accepts."""

    help: str
    """What it does, in a sentence, with its unit."""
    type: Literal["str", "int", "float", "bool", "words"]
    """`words` is a line that is split as a shell would, into several arguments."""
    default: str | int | float | bool
    """Its value when nobody sets it. An empty string leaves the matter to the provider."""
    choices: tuple[str, ...] = ()
    """The only values it takes; empty takes any of its type."""
    minimum: float | None = None
    """The least number it takes."""
    maximum: float | None = None
    """The greatest number it takes."""

    @model_validator(mode="after")
    def _default_is_valid(self) -> "SettingSpec":
        try:
            self.parse(self.default)
        except UsageError as error:
            raise ValueError(f"its default is not valid: {error.message}") from error
        return self

    def parse(self, value: Setting, name: str = "default") -> Setting:
        """Reads a value as it was typed, or as a YAML file gave it.

        Raises:
            UsageError: It is not of this type, not among the choices, or out of bounds.
        """
        typed = self._typed(value)
        if typed is None:
            raise UsageError(f"`{name}` takes {self._accepts()}, not `{value}`", hint=self.help)
        if self.choices and typed not in self.choices:
            raise UsageError(f"`{name}` takes {self._accepts()}, not `{value}`", hint=self.help)
        if isinstance(typed, int | float) and not self._within(typed):
            raise UsageError(f"`{name}` takes {self._accepts()}, not `{value}`", hint=self.help)
        return typed

    def _typed(self, value: Setting) -> Setting | None:
        text = str(value)
        match self.type:
            case "bool":
                word = text.lower()
                return word in _TRUE if word in _TRUE + _FALSE else None
            case "int":
                return int(text) if _WHOLE.fullmatch(text) else None
            case "float":
                return float(text) if _NUMBER.fullmatch(text) else None
            case "words":
                return text if _splits(text) and text.isprintable() else None
            case _:
                return text if text.isprintable() else None

    def _within(self, number: float) -> bool:
        above = self.minimum is None or number >= self.minimum
        return above and (self.maximum is None or number <= self.maximum)

    def _accepts(self) -> str:
        if self.choices:
            return "one of " + ", ".join(choice or '""' for choice in self.choices)
        kind = _KINDS[self.type]
        match self.minimum, self.maximum:
            case None, None:
                return kind
            case low, None:
                return f"{kind} of {low:g} or more"
            case None, high:
                return f"{kind} of {high:g} or less"
            case low, high:
                return f"{kind} from {low:g} to {high:g}"


def _splits(text: str) -> bool:
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True

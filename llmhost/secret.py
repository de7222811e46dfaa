"""A string that must not be shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """Holds a string that appears only in a script on standard input and in a 0600 file on a host.

    It redacts itself wherever it is printed, so that no log, event or traceback holds it.
    """

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

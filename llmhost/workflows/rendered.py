"""What `render` comes back with: apart from the other results, which take longer to import."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was rendered.

    Attributes:
        files: The files that were written.
        assumed: What only a host can say and the files follow from, as it was taken to be.
    """

    files: tuple[str, ...]
    assumed: tuple[str, ...]

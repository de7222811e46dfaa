"""The door of the program: `--version` is answered before anything is imported."""

import gc
import sys

from llmhost import __version__

# A command makes much at once and little garbage in circles: looking for it seven hundred objects
# apart, as Python does, is an eighth of the time of an `up` on 32 hosts (2026-11-20).
_OBJECTS_BEFORE_LOOKING = 200_000


def main() -> int:
    """Runs the command line and returns the exit status of the process."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"llmhost {__version__}\n")
        return 0
    gc.set_threshold(_OBJECTS_BEFORE_LOOKING)
    from llmhost.cli.ahead import dialled  # noqa: PLC0415  see above

    connections = dialled(sys.argv[1:])
    from llmhost.cli.main import run  # noqa: PLC0415  while they are being made

    return run(sys.argv[1:], connections=connections)


if __name__ == "__main__":
    sys.exit(main())

"""The door of the program: `--version` is answered before anything is imported."""

import sys

from llmhost import __version__


def main() -> int:
    """Runs the command line and returns the exit status of the process."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"llmhost {__version__}\n")
        return 0
    from llmhost.cli.ahead import dialled  # noqa: PLC0415  see above

    connections = dialled(sys.argv[1:])
    from llmhost.cli.main import run  # noqa: PLC0415  while they are being made

    return run(sys.argv[1:], connections=connections)


if __name__ == "__main__":
    sys.exit(main())

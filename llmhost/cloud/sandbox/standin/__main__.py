"""Starts the engine whose name the program was called by."""

import sys
from pathlib import Path

from . import NAME
from .dying import Death


def main() -> None:
    """Runs `vllm`, `llama-server`, `ollama` or `lms`, as the program's own name says."""
    called = Path(sys.argv[0]).name
    try:
        sys.exit(_run(called, sys.argv[1:]))
    except Death as death:
        sys.stderr.write(f"{death}\n")
        sys.exit(death.status)
    except KeyboardInterrupt:
        sys.exit(130)


def _run(called: str, arguments: list[str]) -> int:
    # Each engine is imported alone: `ollama ps` is a health check and should start quickly.
    match called:
        case "vllm":
            from .vllm import run  # noqa: PLC0415
        case "llama-server":
            from .llamacpp import run  # noqa: PLC0415
        case "ollama":
            from .ollama_cli import run  # noqa: PLC0415
        case "lms" | "llmster":
            from .lms import run  # noqa: PLC0415
        case _:
            raise Death(f"{NAME}: no engine is called {called}", status=127)
    return run(arguments)


if __name__ == "__main__":
    main()

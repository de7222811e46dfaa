"""Starts the engine whose name the program was called by."""

import signal
import sys
from importlib import import_module
from pathlib import Path

from . import NAME
from .dying import Death

ENGINES = {"vllm": "vllm", "llama-server": "llamacpp", "ollama": "ollama_cli", "lms": "lms"}


def main() -> None:
    """Runs `vllm`, `llama-server`, `ollama` or `lms`, as the program's own name says."""
    called = Path(sys.argv[0]).name
    # As the first process of a container it would not end by SIGTERM of itself.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        # Each engine is imported alone: `ollama ps` is a health check and should start quickly.
        engine = import_module(f".{_module(called)}", __package__)
        sys.exit(engine.run(sys.argv[1:]))
    except Death as death:
        sys.stderr.write(f"{death}\n")
        sys.exit(death.status)
    except KeyboardInterrupt:
        sys.exit(130)


def _module(called: str) -> str:
    if called not in ENGINES:
        raise Death(f"{NAME}: no engine is called {called}", status=127)
    return ENGINES[called]


if __name__ == "__main__":
    main()

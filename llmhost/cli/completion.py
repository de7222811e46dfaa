"""What the shell offers after Tab; whatever goes wrong here is silence."""

import threading
from collections.abc import Callable, Iterable

import typer

# A shell that hangs after Tab is worse than one that offers nothing.
_PATIENCE_SECONDS = 2.0


def providers(_ctx: typer.Context, _args: list[str], incomplete: str) -> list[str]:
    """Names of providers."""

    def names() -> Iterable[str]:
        from llmhost.spec.catalog import Catalog

        return Catalog.default().names()

    return _offered(names, incomplete)


def gpus(_ctx: typer.Context, _args: list[str], incomplete: str) -> list[str]:
    """Names of GPU models."""

    def names() -> Iterable[str]:
        from llmhost.spec.catalog import Catalog

        return Catalog.default().gpus()

    return _offered(names, incomplete)


def clouds(_ctx: typer.Context, _args: list[str], incomplete: str) -> list[str]:
    """Names of clouds."""
    from llmhost.cloud.base import DRIVERS

    return _offered(lambda: DRIVERS, incomplete)


def deployments(_ctx: typer.Context, _args: list[str], incomplete: str) -> list[str]:
    """Names of deployments that exist."""

    def names() -> Iterable[str]:
        from llmhost.cli.wiring import silent_session
        from llmhost.workflows.ls import ls

        return (entry.name for entry in ls(silent_session()).deployments)

    return _offered(names, incomplete)


def schemas(_ctx: typer.Context, _args: list[str], incomplete: str) -> list[str]:
    """Names of schemas."""

    def names() -> Iterable[str]:
        from llmhost.cli.schemas import NAMES

        return NAMES

    return _offered(names, incomplete)


def _offered(names: Callable[[], Iterable[str]], incomplete: str) -> list[str]:
    found: list[str] = []

    def look() -> None:
        try:
            found.extend(sorted(name for name in names() if name.startswith(incomplete)))
        except Exception:  # noqa: BLE001  nothing that fails may appear in the middle of a prompt
            found.clear()

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(_PATIENCE_SECONDS)
    return list(found)

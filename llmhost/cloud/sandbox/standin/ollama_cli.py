"""The `ollama` program: `serve`, and the commands that ask a server which runs already."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence

from . import NAME
from .dying import Death
from .ollama import VERSION, address, serve
from .web import Json

NO_SERVER = "Error: could not connect to ollama server, run 'ollama serve' to start it"


def run(arguments: Sequence[str]) -> int:
    """Runs the `ollama` program."""
    match list(arguments):
        case ["serve" | "start"]:
            return serve()
        case ["-v" | "--version"]:
            _print(f"ollama version is {VERSION} ({NAME})")
        case ["list" | "ls"]:
            _table("/api/tags", ("NAME", "SIZE"), ("name", "size"))
        case ["ps"]:
            _table("/api/ps", ("NAME", "SIZE", "IN VRAM"), ("name", "size", "size_vram"))
        case ["run", name, *words]:
            _run(name, " ".join(words))
        case [command, name, *others]:
            _change(command, name, others)
        case _:
            raise Death(f'Error: unknown command {" ".join(arguments)!r} for "ollama"')
    return 0


def _change(command: str, name: str, others: Sequence[str]) -> None:
    match command:
        case "pull":
            _show(_ask("/api/pull", {"model": name, "insecure": "--insecure" in others}))
        case "show":
            _print(json.dumps(next(_ask("/api/show", {"model": name})), indent=2))
        case "cp":
            list(_ask("/api/copy", {"source": name, "destination": others[0]}))
        case "rm":
            list(_ask("/api/delete", {"model": name}, method="DELETE"))
        case "stop":
            list(_ask("/api/generate", {"model": name, "keep_alive": 0}))
        case _:
            raise Death(f'Error: unknown command "{command}" for "ollama"')


def _run(name: str, prompt: str) -> None:
    """Pulls the model if it is not here, loads it, and says what it answers."""
    try:
        next(_ask("/api/show", {"model": name}))
    except Death as death:
        if "not found" not in str(death):
            raise
        _show(_ask("/api/pull", {"model": name}))
    for event in _ask("/api/generate", {"model": name, "prompt": prompt}):
        _print(str(event.get("response", "")))


def _show(events: Iterator[Json]) -> None:
    for event in events:
        _print(f"{event['status']} {event.get('completed', '')}".rstrip())


def _table(path: str, titles: Sequence[str], keys: Sequence[str]) -> None:
    _print("\t".join(titles))
    for model in next(_ask(path, None))["models"]:
        _print("\t".join(str(model[key]) for key in keys))


def _ask(path: str, body: Json | None, method: str | None = None) -> Iterator[Json]:
    """Asks the server; yields what it answers, line by line.

    Raises:
        Death: There is no server, or it refuses.
    """
    host, port = address()
    host = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - it listens there
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{host}:{port}{path}", data, method=method)
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - always http
            for line in answer:
                event = json.loads(line)
                if "error" in event:
                    raise Death(f"Error: {event['error']}")
                yield event
    except urllib.error.HTTPError as error:
        raise Death(f"Error: {json.loads(error.read())['error']}") from None
    except OSError:
        raise Death(NO_SERVER) from None


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

"""The `lms` program of LM Studio: asks the daemon, and starts it where none runs.

Commands, flags and output: https://github.com/lmstudio-ai/lms at 07b7252, src/subcommands,
2026-11-20.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from . import NAME, llmster
from .dying import Death, manner
from .lms_home import CPU_RUNTIME, CUDA_RUNTIME, RUNTIME_VERSION, Home
from .web import Json

DEFAULT_PORT = 1234
PATIENCE = 10.0


def run(arguments: Sequence[str]) -> int:
    """Runs the `lms` program."""
    match list(arguments):
        case ["daemon", what, *others]:
            _daemon(what, json_wanted="--json" in others)
        case ["server", what, *others]:
            _server(what, others)
        case ["runtime", what, *others]:
            _runtime(what, [word for word in others if not word.startswith("--")])
        case ["version" | "--version"]:
            _print(f"lms {llmster.VERSION} ({NAME})")
        case [command, *others]:
            _model(command, others)
        case _:
            raise Death("Usage: lms [options] [command]")
    return 0


def _daemon(what: str, *, json_wanted: bool) -> None:
    home = Home()
    match what:
        case "up":
            pid = _running(home)["pid"]
            said = {"status": "running", "pid": pid, "isDaemon": True, "version": llmster.VERSION}
            _print(json.dumps(said) if json_wanted else f"llmster started (PID: {pid}).")
        case "status":
            found = home.daemon()
            state = {"status": "running", "pid": found["pid"], "isDaemon": True} if found else {}
            text = f"llmster v{llmster.VERSION} is running" if found else "LM Studio is not running"
            _print(json.dumps(state or {"status": "not-running"}) if json_wanted else text)
        case "down":
            if home.daemon():
                _ask(home, "/down", {})
                _until(lambda: home.daemon() is None)
            _print("llmster stopped." if home else "LM Studio is not running")
        case "update":
            _print("llmster is up to date.")
        case _:
            raise Death(f"error: unknown command '{what}'")


def _server(what: str, arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="lms server start")
    parser.add_argument("--port", "-p", type=int, default=DEFAULT_PORT)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--cors", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    match what:
        case "start":
            _ask(Home(), "/server/start", {"bind": options.bind, "port": options.port})
            _print(f"Success! Server is now running on port {options.port}")
        case "stop":
            _ask(Home(), "/server/stop", {})
            _print("Stopped the server.")
        case _:
            raise Death(f"error: unknown command '{what}'")


def _runtime(what: str, words: Sequence[str]) -> None:
    home = Home()
    runtimes = home.runtimes()
    match what:
        case "ls" | "list":
            _print("LLM ENGINE\tSELECTED\tMODEL FORMAT")
            for name in runtimes["installed"]:
                mark = "✓" if name == runtimes["selected"] else ""
                _print(f"{name}@{RUNTIME_VERSION}\t{mark}\tGGUF")
        case "get":
            name = CUDA_RUNTIME if "cuda" in words[0] else CPU_RUNTIME
            installed = sorted({*runtimes["installed"], name})
            home.keep_runtimes({**runtimes, "installed": installed})
        case "select":
            name = words[0].partition("@")[0]
            if name not in runtimes["installed"]:
                raise Death(f"Error: No runtime extension found matching {words[0]}")
            home.keep_runtimes({**runtimes, "selected": name})
        case "survey" | "update":
            _print("Survey complete.")
        case _:
            raise Death(f"error: unknown command '{what}'")


def _model(command: str, arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog=f"lms {command}", allow_abbrev=False)
    parser.add_argument("key", nargs="?")
    for switch in ("--yes", "-y", "--json", "--all", "--estimate-only", "--gguf", "--exact"):
        parser.add_argument(switch, action="store_true")
    parser.add_argument("--identifier")
    parser.add_argument("--context-length", type=int)
    parser.add_argument("--gpu", default="max")
    parser.add_argument("--parallel", type=int)
    parser.add_argument("--ttl", type=int)
    options = parser.parse_args(arguments)
    home = Home()
    match command:
        case "get":
            _print(f"Downloaded {home.get(options.key).key}.")
        case "ls":
            models = [model.listed() for model in home.models()]
            _print(_listing(models, "modelKey", json_wanted=options.json))
        case "ps":
            models = _ask(home, "/ps", {})["models"]
            _print(_listing(models, "identifier", json_wanted=options.json))
        case "load":
            began = time.monotonic()
            asked = {**vars(options), "key": home.model(options.key).key}
            _ask(home, "/load", asked)
            _print(f"Model loaded successfully in {time.monotonic() - began:.2f}s.")
        case "unload":
            _ask(home, "/unload", {"identifier": options.key})
        case _:
            raise Death(f"error: unknown command '{command}'")


def _listing(models: Sequence[Json], key: str, *, json_wanted: bool) -> str:
    return json.dumps(models) if json_wanted else "\n".join(model[key] for model in models)


def _running(home: Home) -> dict[str, Any]:
    """The daemon, started if none runs."""
    found = home.daemon()
    if not found:
        if manner().fault == "crash_loop":
            raise Death("Error: Failed to start or connect to local LM Studio API server.")
        llmster.start(home)
        _until(lambda: home.daemon() is not None)
        found = home.daemon()
    if not found:
        raise Death("Error: llmster did not start")
    return found


def _ask(home: Home, path: str, body: Json) -> dict[str, Any]:
    url = f"http://127.0.0.1:{_running(home)['port']}{path}"
    request = urllib.request.Request(url, json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - always http
            said: dict[str, Any] = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        cause = json.loads(error.read())["error"]
        raise Death(f"Error: Failed to load the model: {cause}") from None
    return said


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < end:
        time.sleep(0.05)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

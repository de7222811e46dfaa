"""Makes the pieces that the infra machine lacks: side by side, each after what it needs."""

import os
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from shlex import quote
from typing import Protocol

from llmhost.cloud.sandbox.engine import Engine
from llmhost.cloud.sandbox.stock.piece import RUN, Piece
from llmhost.events import Progress, Reporter

MARKS = "/var/lib/llmhost/pieces"
AT_ONCE = 3


class Place(Protocol):
    """Where pieces are made."""

    def made(self) -> frozenset[str]:
        """Keys of the pieces that are there."""
        ...

    def make(self, piece: Piece, /) -> None:
        """Makes a piece. Raises CloudError when that fails."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """The infra machine's container, as the place where pieces are made."""

    engine: Engine
    container: str

    def made(self) -> frozenset[str]:
        """Keys of the pieces that are there."""
        return frozenset((self.engine.ask("exec", self.container, "ls", MARKS) or "").split())

    def make(self, piece: Piece) -> None:
        """Makes a piece, or takes it from this computer's cache.

        Raises:
            CloudError: Its script failed, with what it wrote to standard error.
        """
        cached = cache() / f"{_slug(piece)}.{piece.key}.tar"
        if piece.product and cached.exists():
            self._exec("tar -xC /", cached.read_bytes())
        else:
            self._exec(_SCRATCH.format(key=piece.key), piece.archive())
            if piece.product:
                self._keep(piece, cached)
        self._exec(f"mkdir -p {MARKS} && echo {quote(piece.name)} >{MARKS}/{piece.key}")

    def _exec(self, script: str, stdin: bytes = b"") -> None:
        self.engine.run("exec", "--interactive", self.container, "bash", "-c", script, stdin=stdin)

    def _keep(self, piece: Piece, where: Path) -> None:
        """Keeps the product as a tar file here, in the place of older ones; failing is no harm."""
        for older in where.parent.glob(f"{_slug(piece)}.*"):
            older.unlink()
        fresh = where.with_name(f"{where.name}.{os.getpid()}")
        command = [self.engine.program, "exec", self.container, "tar", "-c", *piece.product]
        with fresh.open("wb") as file:
            kept = subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, check=False)
        if kept.returncode == 0:
            fresh.replace(where)
        else:
            fresh.unlink()


def _slug(piece: Piece) -> str:
    return re.sub("[^a-z0-9]+", "-", piece.name.lower())


# The lock is against the same script, left running by a command that was killed.
_SCRATCH = f"""
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
tar -x
flock /run/lock/llmhost-{{key}} bash {RUN} >&2
"""


def make_all(place: Place, pieces: Mapping[str, Piece], report: Reporter) -> None:
    """Makes every piece that is missing.

    Raises:
        CloudError: One could not be made; those under way are finished first.
    """
    made = place.made()
    missing = {name: piece for name, piece in pieces.items() if piece.key not in made}
    if not missing:
        return
    order = TopologicalSorter(
        {name: [other for other in it.needs if other in missing] for name, it in missing.items()}
    )
    order.prepare()
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while order.is_active():
            for name in order.get_ready():
                report(Progress("packages", text=f"sandbox: making {name}"))
                running[pool.submit(place.make, missing[name])] = name
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                future.result()
                order.done(running.pop(future))


def cache() -> Path:
    """Where this computer keeps what took long to make, by the XDG base directory specification."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(home) / "llmhost" / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    return folder

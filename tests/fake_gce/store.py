"""The world in a file, so that the double can be killed and started again."""

import json
import os
from pathlib import Path

from tests.fake_gce.world import World


class Store:
    """Keeps a world in a file.

    Args:
        world: What is kept.
        path: Where; None keeps it nowhere.
    """

    def __init__(self, world: World, path: Path | None) -> None:
        self._world = world
        self._path = path

    def load(self) -> bool:
        """Puts the world of the file in place, if there is one."""
        if self._path is None or not self._path.exists():
            return False
        self._world.load(json.loads(self._path.read_text(encoding="utf-8")))
        return True

    def save(self) -> None:
        """Writes the world; the file is whole at any moment."""
        if self._path is None:
            return
        with self._world.lock:
            fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
            fresh.write_text(json.dumps(self._world.dump()), encoding="utf-8")
            fresh.replace(self._path)

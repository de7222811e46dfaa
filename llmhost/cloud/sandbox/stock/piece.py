"""A piece of what the infra machine holds: files, and a script that puts them in their place."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

RUN = "run.bash"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something the infra machine is to hold; it is made there once.

    Attributes:
        name: What it is, such as `image docker.io/ollama/ollama:0.34.4`; unique.
        script: Bash that makes it, run there as root in a scratch folder with `files`.
        files: Content by path; what starts with `#!` is executable.
        later: Gives further files, too large to have at hand, when it is made; not part of the key.
        after: Names of pieces that must be there before it is made.
        parts: Pieces it is made of: they must be there too, and it is made anew when one is.
        product: Paths on the machine that are all there is of it, and are worth keeping on this
            computer for the next infra machine.
    """

    name: str
    script: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    later: Callable[[], Mapping[str, bytes]] = dict
    after: tuple[str, ...] = ()
    parts: tuple["Piece", ...] = ()
    product: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of all pieces that must be there before it is made."""
        return (*self.after, *(part.name for part in self.parts))

    @property
    def key(self) -> str:
        """Sixteen hex digits that change with anything that goes into making it."""
        parts = " ".join(part.key for part in self.parts)
        recipe = hashlib.sha256(f"{self.name}\0{self.script}\0{parts}\0".encode())
        for path, content in sorted(self.files.items()):
            recipe.update(f"{path}\0{len(content)}\0".encode() + content)
        return recipe.hexdigest()[:16]

    def archive(self) -> bytes:
        """The scratch folder as a tar archive, the script in it as `run.bash`."""
        prelude = "#!/usr/bin/env bash\nset -euo pipefail\n"
        output = io.BytesIO()
        with tarfile.open(fileobj=output, mode="w") as tar:
            run = {RUN: (prelude + self.script).encode()}
            for path, content in {**self.files, **self.later(), **run}.items():
                entry = tarfile.TarInfo(path)
                entry.size = len(content)
                entry.mode = 0o755 if content.startswith(b"#!") else 0o644
                tar.addfile(entry, io.BytesIO(content))
        return output.getvalue()

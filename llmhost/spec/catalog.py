"""Finds profiles and machine tables: llmhost's own, and the user's, which come first."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmhost.errors import UsageError
from llmhost.spec.assets import asset_roots

if TYPE_CHECKING:
    from llmhost.spec.checks import CheckFile
    from llmhost.spec.described import Described
    from llmhost.spec.gatefile import Case
    from llmhost.spec.machines import Gpu, MachineTable
    from llmhost.spec.profile import Profile
    from llmhost.spec.wellknown import WellKnownTable

# Pydantic and PyYAML are imported where a file is read: listing names needs neither (80 ms of 360).


@dataclass(frozen=True, slots=True)
class Catalog:
    """The profiles there are.

    Attributes:
        roots: Folders with a `profiles/` in them; a file of an earlier one hides that of a later.
    """

    roots: tuple[Path, ...]

    @classmethod
    def default(cls, environ: Mapping[str, str] = os.environ) -> "Catalog":
        """The user's directory, then llmhost's own."""
        return cls(asset_roots(environ))

    def names(self) -> tuple[str, ...]:
        """The providers, sorted. Files that start with `_` or `.` are fragments and not listed."""
        return tuple(sorted(self._paths()))

    def path(self, name: str) -> Path:
        """The file of a provider's profile.

        Raises:
            UsageError: There is no such provider; it says which there are, and which was meant.
        """
        paths = self._paths()
        if name in paths:
            return paths[name]
        close = difflib.get_close_matches(name.lower(), paths, n=1)
        meant = f"did you mean `{close[0]}`? " if close else ""
        raise UsageError(
            f"there is no provider `{name}`",
            hint=f"{meant}providers: {', '.join(sorted(paths))}",
        )

    def profile(self, name: str) -> "Profile":
        """A provider's profile.

        Raises:
            UsageError: There is no such provider, or (ProfileError) its file is not valid.
        """
        from llmhost.spec.document import read_document  # noqa: PLC0415  see above
        from llmhost.spec.profile import Profile  # noqa: PLC0415

        return read_document(self.path(name), Profile, name=name)

    def described(self, name: str) -> "Described":
        """A provider's profile, or what is known of an engine that `up` does not have.

        Raises:
            UsageError: Nobody knows it, or (ProfileError) its file is not valid.
        """
        from llmhost.spec.described import EngineFile  # noqa: PLC0415  see above
        from llmhost.spec.document import read_document  # noqa: PLC0415

        engines = {
            path.stem: path
            for root in reversed(self.roots)
            for path in sorted((root / "profiles" / "_engines").glob("*.yaml"))
        }
        if name in self._paths() or name not in engines:
            return self.profile(name)
        return read_document(engines[name], EngineFile, name=name)

    def gpus(self) -> Mapping[str, "Gpu"]:
        """The GPU models llmhost knows, by the name that stands after `--gpu`."""
        from llmhost.spec.document import read_document  # noqa: PLC0415  see above
        from llmhost.spec.machines import GpuTable  # noqa: PLC0415

        return read_document(self._fragment("_machines/gpus.yaml"), GpuTable).gpus

    def machines(self, cloud: str) -> "MachineTable":
        """The machine types of a cloud, with prices."""
        from llmhost.spec.document import read_document  # noqa: PLC0415  see above
        from llmhost.spec.machines import MachineTable  # noqa: PLC0415

        return read_document(self._fragment(f"_machines/{cloud}.yaml"), MachineTable)

    def families(self, naming: str = "") -> tuple["WellKnownTable", ...]:
        """The well-known models, a table per family.

        Args:
            naming: Only files in which this name stands; the others need not be read.
        """
        from llmhost.spec.document import read_document  # noqa: PLC0415  see above
        from llmhost.spec.wellknown import WellKnownTable  # noqa: PLC0415

        paths = {
            path.name: path
            for root in reversed(self.roots)
            for path in sorted((root / "profiles" / "_models").glob("*.yaml"))
        }
        return tuple(
            read_document(path, WellKnownTable)
            for path in paths.values()
            if naming.encode() in path.read_bytes()
        )

    def checks(self) -> Mapping[str, "CheckFile"]:
        """What `smoke` asks of every API: the files of checks, by their names."""
        from llmhost.spec.checks import CheckFile  # noqa: PLC0415  see above
        from llmhost.spec.document import read_document  # noqa: PLC0415

        paths = {
            path.stem: path
            for root in reversed(self.roots)
            for path in sorted((root / "profiles" / "_smoke").glob("*.yaml"))
        }
        return {name: read_document(path, CheckFile) for name, path in paths.items()}

    def cases(self) -> tuple["Case", ...]:
        """What a model is asked whose answers `gate` has judged."""
        from llmhost.spec.document import read_document  # noqa: PLC0415  see above
        from llmhost.spec.gatefile import CaseFile  # noqa: PLC0415

        return read_document(self._fragment("_gate/cases.yaml"), CaseFile).cases

    def _paths(self) -> dict[str, Path]:
        return {
            path.stem: path
            for root in reversed(self.roots)
            for path in sorted((root / "profiles").glob("*.yaml"))
            if not path.name.startswith(("_", "."))
        }

    def _fragment(self, name: str) -> Path:
        candidates = [root / "profiles" / name for root in self.roots]
        return next((path for path in candidates if path.is_file()), candidates[-1])

"""One call, as the handlers see it: which method, of which project and place, with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fake_gce.discovery import Method
from tests.fake_gce.names import Key

# Parameters of a path that say where, not what.
_PLACES = frozenset({"project", "zone", "region"})


@dataclass(frozen=True, slots=True)
class Call:
    """A call that fits the discovery document.

    Attributes:
        method: What is called.
        path: The path's parameters.
        query: The query's, the last value of each.
        body: What was sent; empty without body.
    """

    method: Method
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def project(self) -> str:
        """The project."""
        return self.path["project"]

    @property
    def zone(self) -> str:
        """The zone; empty for calls that belong to none."""
        return self.path.get("zone", "")

    @property
    def collection(self) -> str:
        """What kind of thing it is about, such as `instances`."""
        return self.method.name.partition(".")[0]

    @property
    def scope(self) -> str:
        """Where that thing lives: `zones/Z`, `regions/R` or `global`."""
        if self.collection in {"zones", "regions"}:
            return "global"
        if self.zone:
            return f"zones/{self.zone}"
        region = self.path.get("region")
        return f"regions/{region}" if region else "global"

    @property
    def name(self) -> str:
        """The thing's name: in the path, or of what is inserted; empty for lists."""
        if self.collection in {"zones", "regions"}:
            return self.path.get(self.collection.rstrip("s"), "")
        inside = [value for key, value in self.path.items() if key not in _PLACES]
        return inside[0] if inside else str(self.body.get("name", ""))

    @property
    def key(self) -> Key:
        """Which resource it is about."""
        return Key(self.project, self.collection, self.scope, self.name)

    @property
    def machine_type(self) -> str:
        """The machine type of an instance that is inserted."""
        return str(self.body.get("machineType", "")).rpartition("/")[2]

    @property
    def request_id(self) -> str:
        """The caller's own identifier of the request, if it gave one."""
        return self.query.get("requestId", "")

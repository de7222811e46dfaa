"""Names, links, identifiers and fingerprints, the way Google writes them."""

import base64
import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

# Links in answers lead to Google whatever endpoint was asked: a client must not follow them.
SITE = "https://www.googleapis.com/compute/v1/"

_IMAGE = re.compile(
    r"(?:(?:.*/)?projects/(?P<project>[^/]+)/)?global/images/(?P<family>family/)?(?P<name>[^/]+)"
)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which resource: names are unique only below all of these.

    Attributes:
        project: Its project.
        collection: Its kind, such as `instances`.
        scope: `zones/Z`, `regions/R` or `global`.
        name: Its name.
    """

    project: str
    collection: str
    scope: str
    name: str

    @property
    def path(self) -> str:
        """Its path below the service's root; zones and regions are scopes themselves."""
        if self.collection in {"zones", "regions"}:
            return f"projects/{self.project}/{self.collection}/{self.name}"
        return f"projects/{self.project}/{self.scope}/{self.collection}/{self.name}"

    @property
    def link(self) -> str:
        """Its `selfLink`."""
        return SITE + self.path

    @property
    def place(self) -> str:
        """The name of its zone or region."""
        return self.scope.partition("/")[2]


def link(project: str, rest: str) -> str:
    """The link of something in a project."""
    return f"{SITE}projects/{project}/{rest}"


def last(path: str) -> str:
    """The name at the end of a link or path."""
    return path.rpartition("/")[2]


def region_of(zone: str) -> str:
    """The region that a zone belongs to."""
    return zone.rpartition("-")[0]


def project_number(project: str) -> str:
    """A project's number, which error messages use; always the same for a name."""
    return str(100_000_000_000 + zlib.crc32(project.encode()))


def fingerprint(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Eight bytes that change with the value, in base64."""
    text = json.dumps(value, sort_keys=True)
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def image_of(url: str, project: str) -> tuple[str, str, bool] | None:
    """Project, name and whether that is a family's, of a `sourceImage`; None if it is none."""
    found = _IMAGE.fullmatch(url)
    if found is None:
        return None
    return found["project"] or project, found["name"], bool(found["family"])

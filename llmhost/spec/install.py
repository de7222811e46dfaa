"""Native installs: how software comes to a host whose vendor has no container for it."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from llmhost.spec.part import Part
from llmhost.spec.sources import Sources

SOFTWARE = "/opt/llmhost/software"
"""Where software lies that llmhost itself installs, a directory per account; it is root's."""

Account = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,30}$")]
Place = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._+-]+)+$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s'\"$`\\]+$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# One version and no range; more than one hash where an index has several files of it.
Requirement = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9.+!-]+"
        r"( --hash=sha256:[0-9a-f]{64})*$"
    ),
]


class _Native(Part):
    """What all native installs have in common."""

    user: Account
    """System account it is installed for and runs as."""
    home: Place
    """Home of that account, where everything lies that it writes."""
    creates: Place
    """Program that exists once it is installed, as an absolute path."""


class _Laid(_Native):
    """Software that llmhost itself lays on the disk: root's, so that it cannot change itself."""

    @property
    def software(self) -> str:
        """The directory that holds it, and nothing else."""
        return f"{SOFTWARE}/{self.user}"

    @property
    def mark(self) -> str:
        """The file that says which one lies there; written last."""
        return f"{self.software}/.llmhost"

    @model_validator(mode="after")
    def _is_below_its_place(self) -> "_Laid":
        if not self.creates.startswith(f"{self.software}/"):
            raise ValueError(f"`creates` has to lie below {self.software}/")
        return self


class Script(_Native):
    """The vendor's installer script, run by bash as the account; it says itself what it fetches."""

    kind: Literal["script"]
    """An installer script."""
    source: str = ""
    """Name of the entry of `sources` that holds its address; or say `url`."""
    url: Url | None = None
    """Address of the installer."""

    @model_validator(mode="after")
    def _has_one_address(self) -> "Script":
        if bool(self.source) == bool(self.url):
            raise ValueError("an installer script has either a `source` or a `url`")
        if self.source and not isinstance(getattr(Sources(), self.source, None), str):
            raise ValueError(f"`source` names `{self.source}`, which is not among `sources`")
        return self

    def address(self, sources: Sources) -> str:
        """Where it comes from, after `sources`."""
        return getattr(sources, self.source) if self.source else sources.download(self.url or "")


class Pip(_Laid):
    """Python packages in a virtual environment of their own, from the index in `sources.pypi`."""

    kind: Literal["pip"]
    """Python packages."""
    requirements: tuple[Requirement, ...] = Field(min_length=1)
    """Each `NAME==VERSION`; with ` --hash=sha256:…` behind every one, pip takes no other files."""
    find_links: Url | None = None
    """Page with links to packages that the index does not have."""

    @property
    def identity(self) -> str:
        """What lies there once it is installed."""
        return "".join(f"{one}\n" for one in self.requirements)


class Archive(_Laid):
    """A tar archive, checked and unpacked."""

    kind: Literal["archive"]
    """An archive."""
    url: Url
    """Its address; `sources.downloads` can replace it."""
    sha256: Sha256
    """Checksum of the archive, in hexadecimal."""
    strip: int = Field(default=0, ge=0, le=9)
    """How many directories at the beginning of each path in it are left out."""

    @property
    def identity(self) -> str:
        """What lies there once it is installed."""
        return f"{self.sha256}\n"


Install: TypeAlias = Annotated[Script | Pip | Archive, Field(discriminator="kind")]

"""From the flags that say where, and a `-f` file, to places."""

import difflib
from collections.abc import Mapping

from llmhost.cli.options import CloudFlags, Where
from llmhost.errors import UsageError
from llmhost.workflows.place import Place

_DEFAULT_CLOUD = "gcp"
_VARIABLE = "LLMHOST_CLOUD"


def said(where: Where) -> tuple[Place, ...]:
    """The places that flags name; empty where none does.

    Raises:
        UsageError: Flags contradict each other, or there is no such cloud.
    """
    flags = {"--cloud": where.cloud, "--host": where.host, "--local": where.local}
    given = [flag for flag, value in flags.items() if value]
    if where.project and not where.cloud:
        given = [*given, "--project"]
    if len(given) > 1:
        raise UsageError(
            f"{' and '.join(given)} exclude each other",
            hint="say where once: a deployment is in one place",
        )
    if where.local:
        return (Place("local"),)
    if where.cloud or where.project:
        return (_cloud(where.cloud or _DEFAULT_CLOUD, where.project or ""),)
    return tuple(Place("host", host=host) for host in dict.fromkeys(where.host or ()))


def settled(where: Where, environ: Mapping[str, str]) -> tuple[Place, ...]:
    """The places for something new: as flags say, else `LLMHOST_CLOUD`, else the default cloud."""
    return said(where) or (_cloud(environ.get(_VARIABLE) or _DEFAULT_CLOUD),)


def looked(where: Where, environ: Mapping[str, str]) -> tuple[Place | None, ...]:
    """The places to look in; a single None looks wherever llmhost has made something."""
    cloud = environ.get(_VARIABLE)
    return said(where) or ((_cloud(cloud) if cloud else None),)


def one(where: Where, environ: Mapping[str, str]) -> Place | None:
    """The one place to look in.

    Raises:
        UsageError: Several hosts are named where one is meant.
    """
    places = looked(where, environ)
    if len(places) > 1:
        raise UsageError("this takes one --host", hint="repeat the command for each host")
    return places[0]


def clouds(where: CloudFlags) -> tuple[str, ...]:
    """The clouds that flags name, as drivers are called; empty for all.

    Raises:
        UsageError: There is no such cloud.
    """
    if not (where.cloud or where.project):
        return ()
    return (_cloud(where.cloud or _DEFAULT_CLOUD, where.project or "").cloud,)


def _cloud(name: str, project: str = "") -> Place:
    from llmhost.cloud.base import DRIVERS

    if name not in DRIVERS:
        close = difflib.get_close_matches(name, DRIVERS, n=1)
        meant = f"did you mean `{close[0]}`? " if close else ""
        raise UsageError(
            f"there is no cloud `{name}`", hint=f"{meant}clouds: {', '.join(sorted(DRIVERS))}"
        )
    return Place("cloud", cloud=f"{name}:{project}" if project else name)

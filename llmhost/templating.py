"""Template sets: which files they come to, and how their text is filled in."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError

from llmhost.errors import ProfileError
from llmhost.once import once

_SUFFIX = ".j2"


class Templates:
    """The templates below some folders.

    Args:
        roots: Folders with a `templates/` in them; a file of an earlier one hides that of a later.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([root / "templates" for root in roots]),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701  configuration files, not HTML
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.filters |= {"compose": _compose, "sh": shlex.quote, "unit": _unit}
        self._compiled: Callable[[str], Template] = once(self._environment.get_template)
        self._names = tuple(
            name for name in self._environment.list_templates() if name.endswith(_SUFFIX)
        )

    def paths(self, sets: Sequence[str], name: str) -> dict[str, str]:
        """Paths on the host and the templates they come from.

        A template's path below its set is the path on the host, with NAME standing for the
        deployment's name; a later set replaces a file of an earlier one.

        Raises:
            ProfileError: There is no such set.
        """
        found: dict[str, str] = {}
        for chosen in sets:
            templates = [one for one in self._names if one.startswith(f"{chosen}/")]
            if not templates:
                raise ProfileError(
                    f"there is no template set `{chosen}`",
                    hint="a set is a folder below `templates/`",
                )
            for template in templates:
                path = template.removeprefix(chosen).removesuffix(_SUFFIX)
                found[path.replace("NAME", name)] = template
        return found

    def text(self, template: str, variables: Mapping[str, Any]) -> str:
        """A template filled in.

        Raises:
            ProfileError: It is wrong, or names something there is not.
        """
        try:
            return self._compiled(template).render(variables)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            where = f"templates/{template}" + (f":{line}" if line else "")
            raise ProfileError(f"{where}: {error.message}") from error


@once
def templates(roots: tuple[Path, ...]) -> Templates:
    """The templates below these folders, compiled once per process."""
    return Templates(roots)


def _compose(value: object) -> str:
    """A string in a compose file: quoted for YAML, and nothing in it interpolated by Compose."""
    return json.dumps(str(value), ensure_ascii=False).replace("$", "$$")


def _unit(value: object) -> str:
    """Text in a systemd unit, where a percent sign starts a specifier."""
    return str(value).replace("%", "%%")

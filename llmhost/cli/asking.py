"""From the flags that say what is wanted, and a `-f` file, to an ask and its sources."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from llmhost.cli.options import Asked, Where
from llmhost.cli.runnerflags import RunnerFlags
from llmhost.cli.termflags import TermFlags
from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask
from llmhost.workflows.order import Order


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line and the file say together.

    Attributes:
        order: What is asked for.
        where: The flags that say where, or what the file says where flags say nothing.
    """

    order: Order
    where: Where


def wish(  # noqa: PLR0913  every group of flags
    environ: Mapping[str, str],
    asked: Asked,
    where: Where,
    terms: TermFlags | None = None,
    runner: RunnerFlags | None = None,
    *,
    force: bool = False,
) -> Wish:
    """Reads the flags, lays them over the file, and says what is still missing.

    Raises:
        UsageError: No provider is named, or a setting has no value.
        ProfileError: The file is wrong; file, line and key are named.
    """
    ask = Ask(
        provider=asked.provider or "",
        name=asked.name,
        gpu=asked.gpu,
        gpus=asked.gpus,
        model=asked.model,
        context=asked.context,
        port=asked.port,
        settings=settings_from(asked.settings or ()),
        accept_licence=asked.accept_licence,
        drop_secrets=tuple(asked.drop_secret or ()),
        force=force,
    )
    flags, runs = terms or TermFlags(), runner or RunnerFlags()
    ask = replace(ask, no_runner=runs.no_runner)
    if asked.file is None:
        ask = replace(ask, terms=flags.over(ask.terms), runner=runs.over(None))
        return Wish(Order(environ, _named(ask)), where)
    from llmhost.spec.deploymentfile import read_file

    file = read_file(asked.file)
    ask = replace(
        file.under(ask),
        provider=ask.provider or file.provider or "",
        terms=flags.over(file.terms()),
        runner=runs.over(file.wanted_runner()),
    )
    if not (where.cloud or where.host or where.local):
        host = [file.host] if file.host else None
        where = replace(where, cloud=file.cloud, host=host, local=file.local)
    return Wish(Order(environ, _named(ask), file.sources_over), where)


def _named(ask: Ask) -> Ask:
    if ask.provider:
        return ask
    from llmhost.spec.catalog import Catalog

    raise UsageError(
        "no provider is named", hint=f"name one of: {', '.join(Catalog.default().names())}"
    )


def settings_from(typed: "list[str] | tuple[str, ...]") -> Mapping[str, str]:
    """Reads what stands after every `--set`.

    Raises:
        UsageError: One of them has no value.
    """
    settings = {}
    for text in typed:
        key, equals, value = text.partition("=")
        if not (key and equals):
            raise UsageError(
                f"--set takes KEY=VALUE, not `{text}`", hint=f"--set {key or 'KEY'}=VALUE"
            )
        settings[key] = value
    return MappingProxyType(settings)

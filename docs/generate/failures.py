"""The page of known failures: from the signatures of steps and of providers."""

from collections.abc import Iterator

from docs.generate.markdown import literal, page, table
from llmhost.spec.assets import packaged_root
from llmhost.spec.catalog import Catalog
from llmhost.steps.failures import SIGNATURES

_INTRODUCTION = """\
When a step or a provider fails, llmhost shows the last lines of the program's own output. Where one
of these patterns (regular expressions) is among them, it says cause and remedy as well. Where the
texts come from stands in `llmhost/steps/failures.py` and in the profiles."""
_HEAD = ("its output says", "cause", "remedy")


def failures_page() -> str:
    """Everything llmhost recognises in the output of programs."""
    return page(
        "Known failures",
        _INTRODUCTION,
        "## Steps on the host",
        table(_HEAD, ((literal(one.pattern), one.why, one.hint) for one in SIGNATURES)),
        *_providers(),
    )


def _providers() -> Iterator[str]:
    catalog = Catalog((packaged_root(),))
    for profile in map(catalog.profile, catalog.names()):
        yield f"## {profile.title}"
        yield table(
            _HEAD, ((literal(one.pattern), one.cause, one.hint) for one in profile.failures)
        )

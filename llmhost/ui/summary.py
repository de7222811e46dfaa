"""Results as Markdown for the summary of a GitHub job.

What a model or a server has said stands in it as text alone: every character that could mean
something in Markdown or HTML is written as a character reference, which can never begin a structure
(https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references).
"""

from typing import TYPE_CHECKING

from llmhost.ui.paint import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llmhost.workflows.proof import Smoked

_SIGNS = {"ok": "✅", "failed": "❌", "skipped": "⏭️"}


def smoked(of: "Smoked") -> str:
    """The checks of `smoke` as a table, below a heading that says how it ended."""
    sign = _SIGNS["ok" if of.passed else "failed"]
    rows = (
        (f"{_SIGNS.get(one.outcome, '')} {one.outcome}", one.name, f"{one.seconds:.1f} s", one.seen)
        for one in of.checks
    )
    heading = f"### {sign} llmhost smoke {text(of.name)}: {text(of.health)}"
    about = f"{text(of.model)} {text(of.host)}: {text(of.why)}"
    simulated = f"\n\nSimulated: {text(of.simulated)}" if of.simulated else ""
    return f"{heading}\n\n{about}{simulated}\n\n{table(('', 'check', 'took', 'seen'), rows)}\n"


def table(header: "Sequence[str]", rows: "Iterable[Sequence[str]]") -> str:
    """A table whose cells are text and nothing else."""
    lines = [header, ["---"] * len(header), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def text(value: str) -> str:
    """A text as Markdown that means nothing but the text."""
    line = " ".join(harmless(value).split())
    return "".join(
        letter if letter.isalnum() or letter == " " or not letter.isascii() else f"&#{ord(letter)};"
        for letter in line
    )


def _cell(value: str) -> str:
    """`code` besides, in which nobody is mentioned and nothing is linked."""
    return f"<code>{text(value)}</code>" if value.strip() else ""

#!/usr/bin/env python3
"""Makes up.svg of up.ansi, which is what a real `up` wrote to its terminal.

FORCE_COLOR=1 llmhost up vllm --gpus 2 --cloud sandbox --name demo --yes >docs/pictures/up.ansi 2>&1
.venv/bin/python docs/pictures/make.py
"""

import io
from pathlib import Path

from rich.console import Console
from rich.text import Text

FOLDER = Path(__file__).parent
COMMAND = "llmhost up vllm --gpus 2 --cloud sandbox --name demo --yes"

console = Console(record=True, width=118, file=io.StringIO(), force_terminal=True)
console.print(Text.assemble(("$ ", "green"), COMMAND))
console.print(Text.from_ansi((FOLDER / "up.ansi").read_text(encoding="utf-8")))
svg = console.export_svg(title="a recorded run, 2026-11-20", unique_id="llmhost-up")
(FOLDER / "up.svg").write_text(svg, encoding="utf-8")

"""`python -m docs.generate`: brings the reference pages up to date."""

import sys

from docs.generate import PAGES, REFERENCE

REFERENCE.mkdir(exist_ok=True)
for name, page in PAGES.items():
    (REFERENCE / name).write_text(page(), encoding="utf-8")
    sys.stdout.write(f"docs/reference/{name}\n")

"""Checks as JUnit XML, as CI systems read it: a suite per file, a case per check.

The elements are those of the schema that Jenkins' xUnit plugin publishes, which GitLab and others
go by: https://github.com/jenkinsci/xunit-plugin, 2026-11-20.
"""

import re
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmhost.workflows.proof import Checked, Smoked

# What XML 1.0 cannot hold in any form (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(of: "Smoked") -> str:
    """The document."""
    root = Element("testsuites", _counts(of.checks), name=f"llmhost smoke {_text(of.name)}")
    for suite, grouped in groupby(of.checks, key=lambda check: check.suite):
        checks = list(grouped)
        element = SubElement(root, "testsuite", _counts(checks), name=_text(suite))
        for check in checks:
            _case(element, check)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _case(suite: Element, check: "Checked") -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=_text(check.suite),
        name=_text(check.name),
        time=f"{check.seconds:.3f}",
    )
    match check.outcome:
        case "failed":
            SubElement(case, "failure", message=_text(check.seen)).text = _text(check.seen)
        case "skipped":
            SubElement(case, "skipped", message=_text(check.seen))
        case _:
            SubElement(case, "system-out").text = _text(check.seen)


def _counts(checks: "Sequence[Checked]") -> dict[str, str]:
    return {
        "tests": str(len(checks)),
        "failures": str(sum(check.outcome == "failed" for check in checks)),
        "skipped": str(sum(check.outcome == "skipped" for check in checks)),
        "errors": "0",
        "time": f"{sum(check.seconds for check in checks):.3f}",
    }


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)

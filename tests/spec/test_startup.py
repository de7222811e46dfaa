"""What a command that only lists names has to load."""

import subprocess
import sys

HEAVY = ("pydantic", "yaml", "jinja2", "paramiko", "rich", "typer")


def loaded(code: str) -> set[str]:
    probe = f"{code}\nimport sys; print(*(name for name in {HEAVY} if name in sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


def test_listing_the_providers_loads_nothing_heavy() -> None:
    assert loaded("from llmhost.spec.catalog import Catalog; Catalog.default().names()") == set()


def test_reading_a_profile_loads_no_template_engine() -> None:
    code = "from llmhost.spec.catalog import Catalog; Catalog.default().profile('vllm')"
    assert loaded(code) == {"pydantic", "yaml"}


def test_the_words_of_a_deployment_load_nothing_heavy() -> None:
    assert loaded("import llmhost.spec.deployment, llmhost.spec.sources") == set()

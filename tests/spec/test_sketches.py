"""The profile's schema carries the engines we know of, also those without templates yet."""

from pathlib import Path

import pytest

from llmhost.errors import ProfileError, UsageError
from llmhost.spec.deployment import Ask
from llmhost.spec.document import read_document
from llmhost.spec.profile import Profile
from llmhost.spec.resolve import resolve
from tests.spec.shared import CATALOG, GPUS

# How they are installed is something llmhost cannot do yet, and the schema says so.
UNBUILT = {"aphrodite": "pip", "mlc": "pip", "textgen": "archive"}
SKETCHES = sorted((Path(__file__).parent / "sketches").glob("*.yaml"))


@pytest.mark.parametrize(
    "path", [path for path in SKETCHES if path.stem not in UNBUILT], ids=lambda path: path.stem
)
def test_a_sketch_validates_and_resolves(path: Path) -> None:
    profile = read_document(path, Profile, name=path.stem)
    deployment = resolve(profile, Ask(path.stem, name="x", accept_licence=True), gpus=GPUS)
    assert deployment.gpus == (profile.gpus.count if profile.gpus else 0)
    assert bool(deployment.image) != deployment.variant.native


@pytest.mark.parametrize(("name", "kind"), UNBUILT.items())
def test_an_installation_that_is_not_built_is_refused_by_its_name(name: str, kind: str) -> None:
    path = next(path for path in SKETCHES if path.stem == name)
    with pytest.raises(ProfileError) as raised:
        read_document(path, Profile, name=name)
    said = (raised.value.message, *raised.value.details)
    assert any(f"install.kind: takes 'script', not `{kind}`" in line for line in said)


def test_there_are_thirteen_engines_in_all() -> None:
    assert len(SKETCHES) + len(CATALOG.names()) == 13


def test_older_drivers_get_older_images() -> None:
    sglang = next(path for path in SKETCHES if path.stem == "sglang")
    profile = read_document(sglang, Profile, name="sglang")
    assert profile.variant_for(gpus=2, driver=580).image.startswith(
        "docker.io/lmsysorg/sglang:v0.5.20@sha256:"
    )
    assert profile.variant_for(gpus=2, driver=570).image.endswith("-cu129")
    assert profile.variant_for(gpus=0, driver=0).image.endswith("-xeon")
    with pytest.raises(UsageError, match="needs NVIDIA driver 525 or newer, and the host has"):
        profile.variant_for(gpus=2, driver=470)

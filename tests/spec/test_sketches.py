"""The profile's schema carries every engine we know of, also those without templates yet."""

from pathlib import Path

import pytest

from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask
from llmhost.spec.document import read_document
from llmhost.spec.profile import Profile
from llmhost.spec.resolve import resolve
from tests.spec.shared import CATALOG, GPUS

SKETCHES = sorted((Path(__file__).parent / "sketches").glob("*.yaml"))


@pytest.mark.parametrize("path", SKETCHES, ids=lambda path: path.stem)
def test_a_sketch_validates_and_resolves(path: Path) -> None:
    profile = read_document(path, Profile, name=path.stem)
    deployment = resolve(profile, Ask(path.stem, name="x", accept_licence=True), gpus=GPUS)
    assert deployment.gpus == (profile.gpus.count if profile.gpus else 0)
    assert bool(deployment.image) != deployment.variant.native


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

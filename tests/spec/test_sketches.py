"""The profile's schema carries the engines we know of, also those without templates yet."""

from pathlib import Path

import pytest

from llmhost.errors import ProfileError, UsageError
from llmhost.spec.deployment import Ask
from llmhost.spec.document import read_document
from llmhost.spec.install import Archive, Pip
from llmhost.spec.profile import Profile
from llmhost.spec.resolve import resolve
from tests.spec.shared import CATALOG, GPUS

SKETCHES = sorted((Path(__file__).parent / "sketches").glob("*.yaml"))


def sketch(name: str) -> Profile:
    path = next(path for path in SKETCHES if path.stem == name)
    return read_document(path, Profile, name=name)


@pytest.mark.parametrize("path", SKETCHES, ids=lambda path: path.stem)
def test_a_sketch_validates_and_resolves(path: Path) -> None:
    profile = read_document(path, Profile, name=path.stem)
    deployment = resolve(profile, Ask(path.stem, name="x", accept_licence=True), gpus=GPUS)
    assert deployment.gpus == (profile.gpus.count if profile.gpus else 0)
    assert bool(deployment.image) != deployment.variant.native


def test_there_are_thirteen_engines_in_all() -> None:
    assert len(SKETCHES) + len(CATALOG.names()) == 13


def test_older_drivers_get_older_images() -> None:
    profile = sketch("sglang")
    assert profile.variant_for(gpus=2, driver=580).image.startswith(
        "docker.io/lmsysorg/sglang:v0.5.20@sha256:"
    )
    assert profile.variant_for(gpus=2, driver=570).image.endswith("-cu129")
    assert profile.variant_for(gpus=0, driver=0).image.endswith("-xeon")
    with pytest.raises(UsageError, match="needs NVIDIA driver 525 or newer, and the host has"):
        profile.variant_for(gpus=2, driver=470)


def test_older_drivers_get_older_python_packages() -> None:
    for driver, build in ((580, "cu130"), (570, "cu128")):
        install = sketch("mlc").variant_for(gpus=1, driver=driver).install
        assert isinstance(install, Pip)
        assert all(build in one for one in install.requirements)


def test_an_archive_serves_gpus_and_cpu_alike() -> None:
    for gpus, driver in ((1, 580), (0, 0)):
        install = sketch("textgen").variant_for(gpus=gpus, driver=driver).install
        assert isinstance(install, Archive)
        assert install.creates.startswith("/opt/llmhost/software/textgen/")


@pytest.mark.parametrize(
    ("name", "right", "wrong", "said"),
    [
        ("mlc", "kind: pip", "kind: deb", "install.kind: takes 'script', 'pip', 'archive', not"),
        ("mlc", "kind: pip", "", "install.kind: this key is missing"),
        ("mlc", "user: mlc", "usr: mlc", "install.usr: unknown key"),
        ("mlc", "[mlc-llm-nightly-cu130==0.20.0, ", "[mlc-llm>=0.20.0, ", "install.requirements.0"),
        ("mlc", "/opt/llmhost/software/mlc/bin", "/usr/bin", "`creates` has to lie below /opt/"),
        ("textgen", 'sha256: "0000', 'sha256: "zz', "install.sha256"),
        ("textgen", "url: https:", "url: ftp:", "install.url"),
    ],
)
def test_a_wrong_install_is_an_error_with_line_and_key(
    tmp_path: Path, name: str, right: str, wrong: str, said: str
) -> None:
    text = next(path for path in SKETCHES if path.stem == name).read_text()
    assert right in text
    file = tmp_path / f"{name}.yaml"
    file.write_text(text.replace(right, wrong, 1))
    with pytest.raises(ProfileError) as raised:
        read_document(file, Profile, name=name)
    lines = (raised.value.message, *raised.value.details)
    assert any(said in line for line in lines), lines


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("source: lmstudio_instaler", "`source` names `lmstudio_instaler`, which is not among"),
        ("url: https://x.example/i.sh, source: pypi", "either a `source` or a `url`"),
        ("", "either a `source` or a `url`"),
        ("source: images", "`source` names `images`, which is not among"),
    ],
)
def test_a_script_has_one_address(tmp_path: Path, written: str, said: str) -> None:
    text = CATALOG.path("lmstudio").read_text()
    file = tmp_path / "mine.yaml"
    lines = "\n      ".join(written.split(", ")) if written else "# nothing"
    wrong = text.replace("      source: lmstudio_installer\n", f"      {lines}\n", 1)
    assert wrong != text
    file.write_text(wrong)
    with pytest.raises(ProfileError, match=said):
        read_document(file, Profile, name="mine")

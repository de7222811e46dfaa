"""A CI runner as it is asked for: by flags, by a file, and as it is recorded."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.cli.runnerflags import RunnerFlags
from llmhost.errors import UsageError
from llmhost.spec.deploymentfile import read_file
from llmhost.spec.runner import Runner, all_labels, deployment_of, read_runner, runner_name


@pytest.mark.parametrize(
    "text",
    [
        "github:acme/models",
        "github:acme",
        "github:a-b/c.d_e",
        "gitlab:acme/models",
        "gitlab:a/b/c.d",
        "gitlab:acme",
    ],
)
def test_a_place_is_read_and_said_alike(text: str) -> None:
    assert str(read_runner(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "github", "github:", "acme/models", "bitbucket:acme/models", "github:a/b/c"),
        *(
            "github:-a/b",
            "github:a--b",
            "github:a b",
            "github:a/b?x=1",
            "github:../x",
            "github:a/..",
        ),
        *("gitlab:/x", "gitlab:a//b", "gitlab:a/../b", "https://github.com/acme/models"),
    ],
)
def test_what_is_no_place_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match="--runner takes a place") as caught:
        read_runner(text)
    assert "github:OWNER/REPO" in caught.value.hint


@pytest.mark.parametrize("label", ["", "a b", "-x", "a,b", "x" * 101, "ä"])
def test_what_is_no_label_is_refused(label: str) -> None:
    with pytest.raises(UsageError, match="cannot be a label"):
        read_runner("github:acme", labels=(label,))


def test_groups_are_of_organisations() -> None:
    assert read_runner("github:acme", "gpu").group == "gpu"
    for place in ("github:acme/models", "gitlab:acme"):
        with pytest.raises(UsageError, match="goes with an organisation"):
            read_runner(place, "gpu")


def test_every_runner_is_found_by_what_it_is_and_by_its_name() -> None:
    runner = Runner("github", "acme", labels=("nightly", "gpu"))
    labels = ("self-hosted", "linux", "gpu", "vllm", "llmhost-x", "nightly")
    assert all_labels(runner, "x", "vllm", gpus=True) == labels
    assert all_labels(runner, "x", "vllm", gpus=False)[2] == "cpu"


@given(name=st.from_regex(r"[a-z]([a-z0-9-]{0,29}[a-z0-9])?", fullmatch=True), home=st.text())
def test_the_name_of_a_runner_tells_its_deployment_and_fits(name: str, home: str) -> None:
    called = runner_name(name, home)
    assert deployment_of(called) == name
    assert len(called) <= 64
    assert called == runner_name(name, home)
    assert called != runner_name(name, f"{home}!")


def test_a_record_holds_the_runner_and_not_the_consent() -> None:
    runner = read_runner("github:acme", "gpu", ("a",), public=True)
    assert Runner.recorded(runner.record()) == read_runner("github:acme", "gpu", ("a",))


# Flags over a file


def file(tmp_path: Path, text: str) -> Runner | None:
    path = tmp_path / "deployment.yaml"
    path.write_text(f"provider: vllm\n{text}\n")
    return read_file(path).wanted_runner()


def test_a_file_says_the_place_or_more(tmp_path: Path) -> None:
    assert file(tmp_path, "") is None
    assert file(tmp_path, "runner: github:acme/models") == Runner("github", "acme/models")
    more = "runner: {at: github:acme, group: gpu, labels: [a, b], public_repository: true}"
    assert file(tmp_path, more) == Runner("github", "acme", "gpu", ("a", "b"), public=True)


def test_flags_are_laid_over_the_file() -> None:
    below = Runner("github", "acme", "gpu", ("a",), public=True)
    assert RunnerFlags().over(below) == below
    assert RunnerFlags(labels="x, y").over(below) == Runner(
        "github", "acme", "gpu", ("x", "y"), public=True
    )
    # Another place: neither its group nor the consent goes along.
    assert RunnerFlags(runner="github:other").over(below) == Runner("github", "other", "", ("a",))
    assert RunnerFlags(no_runner=True).over(below) is None
    assert RunnerFlags().over(None) is None


@pytest.mark.parametrize(
    "flags",
    [
        RunnerFlags(labels="a"),
        RunnerFlags(public_repository=True),
        RunnerFlags(runner_group="x"),
        RunnerFlags(runner="github:acme", no_runner=True),
    ],
)
def test_flags_that_go_with_a_runner_ask_for_one(flags: RunnerFlags) -> None:
    with pytest.raises(UsageError):
        flags.over(None)

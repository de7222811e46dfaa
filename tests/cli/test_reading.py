"""`providers`, `render`, `schema`: commands that contact nothing."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from llmhost.cli.documents import (
    Departed,
    Diagnosis,
    Hosts,
    Logged,
    OnHost,
    Provider,
    Providers,
)
from llmhost.cli.failure import Failure
from llmhost.cli.invocation import Invocation
from llmhost.cli.schemas import DOCUMENTS, NAMES, schema_of
from llmhost.cloud.keeping import Finding, Waste
from llmhost.errors import StepError
from llmhost.events import (
    Event,
    LogLine,
    Notice,
    PhaseFinished,
    PhaseStarted,
    Progress,
    StepFinished,
    StepStarted,
)
from llmhost.fit.capacity import Load
from llmhost.spec.catalog import Catalog
from llmhost.ui.jsonlines import JsonLines
from llmhost.ui.terminal import Terminal
from llmhost.workflows.capacity import Wish, capacity
from llmhost.workflows.fit import Question, fit, tier_table
from llmhost.workflows.rendered import Rendered
from llmhost.workflows.results import Cleared, Examined, Extended
from tests.cli.front import Front, Stream
from tests.cli.samples import GATED, GONE, LISTING, PLANNED, SERVED, SMOKED, STATUS

FAILURE = Failure.of(StepError("no", why="so", hint="do", details=("line",)))
SAMPLES: dict[str, Any] = {
    "served": SERVED,
    "served-hosts": Hosts((OnHost("a", SERVED), OnHost("b", failure=FAILURE))),
    "planned": PLANNED,
    "planned-hosts": Hosts((OnHost("a", PLANNED),)),
    "rendered": Rendered(("out/etc/docker/daemon.json",), ("NVIDIA driver 580",)),
    "listing": LISTING,
    "status": STATUS,
    "status-hosts": Hosts((OnHost("a", STATUS),)),
    "logged": Logged("vllm", ("INFO loading",)),
    "gone": Departed((GONE,), (FAILURE,)),
    "extended": Extended("vllm", "us-east4-a", "2026-11-20T20:00:00Z", 2.0),
    "cleared": Cleared((Waste("disk", "d", "us-east4-a", "no machine uses it"),), 1),
    "diagnosis": Diagnosis((Examined("gcp", (Finding("network", "ok", "default"),)),)),
    "providers": Providers((Provider("vllm", "vLLM", "x", "stable", "m", "2 x l4", cpu=True),)),
    "fit": fit(Question("Qwen/Qwen3-32B", gpu="l4", gpus=2, offline=True), {}),
    "tiers": tier_table({}),
    "capacity": capacity(Wish(Load(100, 500, 5, 2048, 0.5), "Qwen/Qwen3-32B", offline=True), {}),
    "smoked": SMOKED,
    "gated": GATED,
    "failure": FAILURE,
}


def delivered(document: object) -> Any:  # noqa: ANN401  JSON
    """The document as it comes out of the program."""
    stdout = Stream()
    Invocation("", Terminal(Stream(), stdout, Stream(), {}), output="json").deliver(document, ())
    return json.loads(stdout.getvalue())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_what_its_schema_says(name: str) -> None:
    document, schema = delivered(SAMPLES[name]), schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "surprise": 1}, schema)
    for key in document:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({k: v for k, v in document.items() if k != key}, schema)


@pytest.mark.parametrize(
    "event",
    [
        PhaseStarted("machine", "machine"),
        PhaseFinished("machine", 1.5),
        StepStarted("docker"),
        StepFinished("docker", "ok"),
        Progress("image", 1, 2, "pulling"),
        LogLine("vllm", "loading"),
        Notice("slow", warning=True),
    ],
)
@pytest.mark.parametrize("host", ["", "root@a"])
def test_every_event_line_is_what_the_schema_says(event: Event, host: str) -> None:
    stderr = Stream()
    JsonLines(Terminal(Stream(), Stream(), stderr, {})).tell(event, host=host)
    line = json.loads(stderr.getvalue())
    schema = schema_of("event")
    jsonschema.validate(line, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**line, "event": "Surprise"}, schema)


def test_a_failure_as_an_event_is_what_the_schema_says(llmhost: Front) -> None:
    ended = llmhost("up", "vllm", "--events", "--set", "x")
    jsonschema.validate(ended.events[0], schema_of("event"))


def test_schema_prints_one_schema_or_all_by_name(llmhost: Front) -> None:
    assert llmhost("schema", "served").document["title"] == "llmhost served"
    assert list(llmhost("schema").document) == list(NAMES)
    ended = llmhost("schema", "servd")
    assert ended.status == 2
    assert "did you mean `served`?" in ended.stderr


def test_fields_carry_what_their_docstrings_say() -> None:
    assert schema_of("served")["properties"]["endpoint"]["description"] == (
        "Base URL of the API, as seen on the host itself."
    )


def test_profiles_and_the_file_are_what_their_schemas_say() -> None:
    catalog = Catalog.default({})
    for name in catalog.names():
        profile = yaml.safe_load(catalog.path(name).read_text("utf-8"))
        assert set(profile) <= set(schema_of("profile")["properties"])
    jsonschema.validate({"provider": "vllm", "gpus": 2}, schema_of("deployment"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"gpuz": 2}, schema_of("deployment"))


def test_providers_lists_every_profile(llmhost: Front) -> None:
    names = Catalog.default({}).names()
    lines = llmhost("providers").stdout.splitlines()
    assert [text.split()[0] for text in lines] == ["NAME", *names]
    document = llmhost("providers", "list", "-o", "json").document
    assert [one["name"] for one in document["providers"]] == list(names)


def test_providers_show_prints_the_profile_with_its_comments(llmhost: Front) -> None:
    ended = llmhost("providers", "show", "vllm")
    assert ended.stdout.splitlines() == [
        text.rstrip() for text in Catalog.default({}).path("vllm").read_text("utf-8").splitlines()
    ]
    assert llmhost("providers", "show", "vllm", "-o", "json").document["name"] == "vllm"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("show",), "show takes the name of a provider"),
        (("list", "vllm"), "list takes no name"),
        (("show", "vlm"), "`vlm`"),
    ],
)
def test_providers_says_what_is_missing(
    llmhost: Front, args: tuple[str, ...], message: str
) -> None:
    ended = llmhost("providers", *args)
    assert ended.status == 2
    assert message in ended.stderr


def test_render_writes_the_files_and_lists_them(llmhost: Front, tmp_path: Path) -> None:
    ended = llmhost("render", "vllm", "--gpus", "2", "--out", str(tmp_path))
    files = ended.stdout.splitlines()
    assert ended.status == 0
    assert f"{tmp_path}/etc/docker/daemon.json" in files
    assert all(Path(file).is_file() for file in files)
    document = llmhost("render", "vllm", "--out", str(tmp_path), "-o", "json").document
    assert document["files"] == files
    assert "no host was asked" in ended.stderr
    assert document["assumed"][0] in ended.stderr


@pytest.mark.parametrize(
    ("words", "file", "digest"),
    [
        (("--cloud", "sandbox"), "", False),
        (("--cloud", "gcp"), "", True),
        (("--host", "root@192.0.2.1"), "", True),
        (("--local",), "", True),
        ((), "cloud: sandbox", False),
        ((), "host: root@192.0.2.1", True),
        (("--cloud", "gcp"), "cloud: sandbox", True),
    ],
)
def test_render_takes_the_sources_of_the_place_that_up_would_go_to(
    llmhost: Front, tmp_path: Path, words: tuple[str, ...], file: str, *, digest: bool
) -> None:
    (tmp_path / "x.yaml").write_text(f"{file}\n")
    words = (*words, "-f", str(tmp_path / "x.yaml"), "--out", str(tmp_path / "out"))
    ended = llmhost("render", "vllm", "--gpus", "2", *words)
    assert ended.status == 0, ended.stderr
    compose = (tmp_path / "out/etc/llmhost/vllm/compose.yaml").read_text()
    assert ("@sha256:" in compose) == digest


def test_render_refuses_a_place_as_up_does(llmhost: Front, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path))
    assert "did you mean `sandbox`?" in llmhost("render", "vllm", "--cloud", "sandbx", *out).stderr
    both = llmhost("render", "vllm", "--local", "--cloud", "gcp", *out)
    assert "exclude each other" in both.stderr

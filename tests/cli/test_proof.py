"""`smoke` and `gate`: what they show, the files they write, and what their exit status says."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmhost.cli.schemas import schema_of
from llmhost.events import Outcome
from llmhost.workflows import endpoint
from llmhost.workflows.proof import Checked, Smoked
from tests.cli.front import Front
from tests.smoke.badserver import KEY, Server, serving

Workflow = Callable[[str, Callable[..., Any]], None]

# What a model may say to whoever shows it: commands of CI runners, a terminal's, Markdown, HTML.
NASTY = (
    "::set-output name=a::b\n##[set-env name=PATH]x\r\n::error::\x1b[31mred\x1b[0m\x07 "
    "| a | `b` </code><img src=x onerror=alert(1)> [link](https://evil.test) @octocat ]]>\x00"
)


def smoked(outcome: Outcome = "ok", seen: str = "fine") -> Smoked:
    checks = (
        Checked("observed", "ready", "ok", "200"),
        Checked("openai", "chat", outcome, seen, 0.2),
    )
    health = "failing" if outcome == "failed" else "serving"
    return Smoked("vllm", "vllm", "m", "http://127.0.0.1:8000/v1", "h", health, seen, checks)  # type: ignore[arg-type]  # a word of Health


@pytest.fixture
def good() -> Iterator[str]:
    with serving(Server(key=KEY)) as url:
        yield url


def test_smoke_is_a_table_and_a_verdict(llmhost: Front, workflow: Workflow) -> None:
    workflow("smoke.smoke", lambda *_: smoked())
    ended = llmhost("smoke", "vllm")
    assert ended.status == 0
    assert ended.stdout == (
        "observed\n  ok  ready        200\n"
        "openai\n  ok  chat   0.2s  fine\n"
        "vllm with m: passed: fine\n"
    )


def test_smoke_fails_when_one_check_fails(llmhost: Front, workflow: Workflow) -> None:
    workflow("smoke.smoke", lambda *_: smoked("failed", "`id` is missing"))
    ended = llmhost("smoke", "vllm")
    assert ended.status == 1
    assert "  failed  chat   0.2s  `id` is missing\n" in ended.stdout
    assert llmhost("smoke", "vllm", "-o", "json").document["health"] == "failing"


def test_smoke_of_a_url_needs_no_host(llmhost: Front, good: str) -> None:
    llmhost.environ["OPENAI_API_KEY"] = KEY
    ended = llmhost("smoke", "--url", good, "-o", "json")
    told = (
        "  ...      load: waiting for a first answer, up to 300 s, while its model loads\n"
        "  ...      smoke: models\n"
    )
    assert (ended.status, ended.stderr) == (0, told)
    assert {check["outcome"] for check in ended.document["checks"]} == {"ok"}
    assert KEY not in ended.stdout


def test_without_the_key_the_reason_is_said(llmhost: Front, good: str) -> None:
    ended = llmhost("smoke", "--url", good)
    assert ended.status == 5
    assert "lists no model: answered 401" in ended.stdout
    assert "OPENAI_API_KEY" in ended.stderr
    gated = llmhost("gate", "--url", good)
    assert (gated.status, gated.stdout) == (5, "")
    assert "lists no model" in gated.stderr


@pytest.mark.parametrize("model", [(), ("--model", "m")])
def test_what_cannot_be_asked_is_told_in_every_file_and_by_a_status_of_its_own(
    llmhost: Front, tmp_path: Path, model: tuple[str, ...]
) -> None:
    junit, summary = tmp_path / "junit.xml", tmp_path / "summary.md"
    with serving(Server()) as url:
        pass
    words = ("--url", url, *model)
    files = ("--junit", str(junit), "--summary", str(summary))
    ended = llmhost("smoke", *words, *files, "-o", "json")
    assert (ended.status, ended.document["health"]) == (5, "unknown")
    root = ET.fromstring(junit.read_bytes())  # noqa: S314  our own
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    case = root.find("testsuite/testcase")
    assert case is not None
    assert case.get("name") == "models"
    failure = case.find("failure")
    assert failure is not None
    assert "cannot be asked: connection refused" in failure.get("message", "")
    assert "models" in summary.read_text()
    gated = llmhost("gate", *words, "-o", "json")
    assert gated.status == 5
    assert gated.document["error"] == f"{url} cannot be asked"


@pytest.mark.parametrize("verb", ["smoke", "gate"])
def test_what_hangs_is_waited_for_once_and_by_word(
    llmhost: Front, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(endpoint, "_LOADING_SECONDS", 0.2)
    server = Server("hang")
    with serving(server) as url:
        ended = llmhost(verb, "--url", url)
    assert ended.status == 5
    assert "waiting for a first answer, up to 0.2 s" in ended.stderr
    assert "gives no first answer" in ended.stdout + ended.stderr
    assert "no answer within 0.2 s" in ended.stdout + ended.stderr
    assert [path for path, _ in server.asked] == ["/models", "/chat/completions"]


@pytest.mark.parametrize("verb", ["smoke", "gate"])
@pytest.mark.parametrize("words", [[], ["vllm", "--url", "http://127.0.0.1:1/v1"]])
def test_one_thing_is_asked_at_a_time(llmhost: Front, verb: str, words: list[str]) -> None:
    ended = llmhost(verb, *words)
    assert ended.status == 2
    assert "either the name of a deployment or --url" in ended.stderr


def test_what_a_model_says_is_never_a_command_markup_or_a_control_character(
    llmhost: Front, workflow: Workflow, tmp_path: Path
) -> None:
    workflow("smoke.smoke", lambda *_: smoked("failed", NASTY))
    summary, junit = tmp_path / "summary.md", tmp_path / "junit.xml"
    llmhost.environ["GITHUB_STEP_SUMMARY"] = str(summary)
    shown = llmhost("smoke", "vllm", "--junit", str(junit))
    printed = llmhost("smoke", "vllm", "-o", "json")
    told = llmhost("smoke", "vllm", "--events", "-o", "json")
    for text in (shown.stdout, printed.stdout, shown.stderr, told.stderr):
        assert not [line for line in text.split("\n") if line.strip().startswith("::")]
        assert "##[" not in text
        assert not {letter for letter in text if ord(letter) < 32} - {"\n"}
    assert printed.document["checks"][1]["seen"] == NASTY
    markdown = summary.read_text().split("### ")[1]
    for ours in ("<code>", "</code>", "&#"):
        markdown = markdown.replace(ours, "")
    assert not set(markdown) & set("<>`[]()*_#@\\~!")
    case = ET.fromstring(junit.read_bytes()).find("testsuite[@name='openai']/testcase")  # noqa: S314  our own
    assert case is not None
    failure = case.find("failure")
    assert failure is not None
    assert "set-output" in (failure.text or "")


def test_junit_counts_what_it_lists(llmhost: Front, workflow: Workflow, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    workflow("smoke.smoke", lambda *_: smoked("skipped", "no key is set"))
    assert llmhost("smoke", "vllm", "--junit", str(file)).status == 0
    root = ET.fromstring(file.read_bytes())  # noqa: S314  our own
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("2", "0", "1")
    assert [suite.get("name") for suite in root] == ["observed", "openai"]


def test_a_summary_is_added_to_what_other_steps_wrote(
    llmhost: Front, workflow: Workflow, tmp_path: Path
) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    workflow("smoke.smoke", lambda *_: smoked())
    llmhost("smoke", "vllm", "--summary", str(file))
    assert file.read_text().startswith("before\n### ✅ llmhost smoke vllm: serving\n")


def test_a_file_that_cannot_be_written_is_said(llmhost: Front, workflow: Workflow) -> None:
    workflow("smoke.smoke", lambda *_: smoked())
    ended = llmhost("smoke", "vllm", "--junit", "/no/such/folder/junit.xml")
    assert ended.status == 2
    assert "/no/such/folder/junit.xml cannot be written" in ended.stderr


@pytest.mark.parametrize(
    ("server", "flags", "status", "verdict"),
    [
        (Server(), ("--requests", "300"), 0, "pass"),
        (Server(), ("--requests", "15"), 4, "not enough data"),
        (Server(fails_every=2), (), 1, "fail"),
    ],
)
def test_gate_has_three_verdicts(
    llmhost: Front, server: Server, flags: tuple[str, ...], status: int, verdict: str
) -> None:
    with serving(server) as url:
        ended = llmhost("gate", "--url", url, *flags, "-o", "json")
    assert (ended.status, ended.document["verdict"]) == (status, verdict)


def test_gate_shows_numbers_a_plot_and_each_limit(llmhost: Front, tmp_path: Path) -> None:
    file = tmp_path / "gate.yaml"
    file.write_text(
        "requests: 60\nconcurrency: 4\nprompt_words: 3\n"
        "limits: {error_rate: null, e2e_p95: 5, ttft_p95: 5, tokens_per_second: 1}\n"
    )
    with serving(Server(pace=0.002)) as url:
        ended = llmhost("gate", "--url", url, "-f", str(file))
    assert ended.status == 0
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("60 requests in ")
    assert [line.split()[0] for line in lines[2:6]] == ["end", "first", "between", "per"]
    assert any("####" in line for line in lines)
    judged = [line.split()[1:3] for line in lines if line.startswith("  pass")]
    assert judged == [["e2e", "p95"], ["ttft", "p95"], ["tokens", "per"]]
    assert lines[-1].endswith("with tiny: pass")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("limits: {e2e_p90: 3}", "limits.e2e_p90: unknown key"),
        ("limits: {error_rate: 1.5}", "limits.error_rate"),
        ("requests: 0", "requests"),
        ("judge: {model: m}", "judge.url: this key is missing"),
        ("limits: {error_rate: null, e2e_p95: null}", "nothing is demanded"),
        ("limits: {e2e_p95: .inf}", "limits.e2e_p95: Input should be a finite number"),
        ("limits: {error_rate: .nan}", "limits.error_rate"),
        ("seconds: .inf", "seconds: Input should be a finite number"),
    ],
)
def test_a_gate_file_that_is_wrong_names_the_key(
    llmhost: Front, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "gate.yaml"
    file.write_text(text)
    ended = llmhost("gate", "vllm", "-f", str(file))
    assert ended.status == 2
    assert said in ended.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--concurrency", "200000"), "--concurrency takes a number less than or equal to 1024"),
        (("--requests", "2000000"), "--requests takes a number less than or equal to 1000000"),
        (("--requests", "0"), "--requests takes a number greater than or equal to 1"),
    ],
)
def test_a_flag_has_the_bounds_of_its_key(
    llmhost: Front, flags: tuple[str, ...], said: str
) -> None:
    ended = llmhost("gate", "vllm", *flags)
    assert ended.status == 2
    assert said in ended.stderr


def test_a_load_of_which_nothing_succeeds_fails_whatever_the_file_demands(
    llmhost: Front, tmp_path: Path
) -> None:
    file = tmp_path / "gate.yaml"
    scores = '{"relevance": 5, "coherence": 5, "correctness": 5, "helpfulness": 5}'
    with serving(Server("no streams")) as url, serving(Server(says=scores, model="j")) as judge:
        file.write_text(
            "requests: 3\nlimits: {error_rate: null, e2e_p95: null}\n"
            f"judge: {{url: '{judge}', model: j, votes: 1, least_cases: 1}}\n"
        )
        ended = llmhost("gate", "--url", url, "-f", str(file))
    assert ended.status == 1
    assert "  fail  successes" in ended.stdout
    assert "none of 3 requests succeeded; answered 500" in ended.stdout


def test_what_is_printed_is_what_the_schemas_say(llmhost: Front, good: str) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  for this test alone

    llmhost.environ["OPENAI_API_KEY"] = KEY
    for name, words in {"smoked": ("smoke",), "gated": ("gate", "--requests", "20")}.items():
        document = json.loads(llmhost(*words, "--url", good, "-o", "json").stdout)
        Draft202012Validator(schema_of(name)).validate(document)

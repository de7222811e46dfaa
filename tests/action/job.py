"""A job of GitHub's, as far as a composite action can tell: inputs, files, shell, signals."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.docs.prose import ROOT

ACTION = ROOT / "action"
_EXPRESSION = re.compile(r"\$\{\{ *(?P<what>[\w.-]+) *\}\}")


@dataclass
class Job:
    """A job on a machine of its own: nothing is left there by another job.

    Attributes:
        home: Its home directory and files, empty at first.
        environ: What the job finds besides what GitHub sets.
        run_id: Number of the workflow's run.
        attempt: Which attempt of it this is.
        said: Everything its steps printed.
    """

    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    run_id: str = "12345678901"
    attempt: int = 1
    said: str = ""

    def use(
        self,
        action: str,
        inputs: Mapping[str, str],
        *,
        began: Callable[[subprocess.Popen[str], str], None] = lambda *_: None,
    ) -> dict[str, str] | None:
        """Runs an action; answers with its outputs, or None when a step failed.

        Args:
            action: Folder below `action/`.
            inputs: What stands after `with:`.
            began: Told of each step's process, and of its script.
        """
        folder = ACTION / action
        said = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
        known = self._inputs(said["inputs"], inputs)
        for step in said["runs"]["steps"]:
            status = self._step(folder, step, known, began)
            if status:
                return None
        outputs = said.get("outputs", {})
        return {name: self._filled(one["value"], known) for name, one in outputs.items()}

    def _inputs(self, described: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
        assert set(given) <= set(described), "no such input"
        values = {name: str(one.get("default", "")) for name, one in described.items()}
        return {f"inputs.{name}": value for name, value in (values | dict(given)).items()}

    def _step(
        self,
        folder: Path,
        step: Mapping[str, Any],
        known: dict[str, str],
        began: Callable[[subprocess.Popen[str], str], None],
    ) -> int:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an input is never part of a script"
        files = {name: self.home / name for name in ("output", "path", "summary")}
        for file in files.values():
            file.write_text("")
        script = self.home / "step.sh"
        script.write_text(step["run"])
        environ = {
            **self._environ(folder, files),
            **{name: self._filled(text, known) for name, text in step.get("env", {}).items()},
        }
        with subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env=environ,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            began(process, step["run"])
            try:
                self.said += process.communicate(timeout=300)[0]
            finally:
                end(process)
        if "id" in step:
            for line in files["output"].read_text().splitlines():
                name, _, value = line.partition("=")
                known[f"steps.{step['id']}.outputs.{name}"] = value
        return process.returncode

    def _environ(self, folder: Path, files: Mapping[str, Path]) -> dict[str, str]:
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "RUNNER_TEMP": str(self.home),
            "GITHUB_ACTION_PATH": str(folder),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_PATH": str(files["path"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_REPOSITORY": "acme/models",
            "GITHUB_RUN_ID": self.run_id,
            "GITHUB_RUN_ATTEMPT": str(self.attempt),
            **self.environ,
        }

    def _filled(self, text: object, known: Mapping[str, str]) -> str:
        # What a step never said is empty, as GitHub has it.
        return _EXPRESSION.sub(lambda met: known.get(met["what"], ""), str(text))


def cancel(process: subprocess.Popen[str]) -> None:
    """What GitHub does to a step that is cancelled: SIGINT, 7.5 s, SIGTERM, 2.5 s, the end."""
    for number, seconds in ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5)):
        process.send_signal(number)  # to the process alone, not to its children
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Ends a step with all that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return

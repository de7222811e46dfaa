"""A machine in memory with a CI runner, and what its tests ask for."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from llmhost.spec.deployment import Ask
from llmhost.spec.runner import read_runner, runner_name
from tests.fake_github import FakeGitHub
from tests.fake_github.world import Runner
from tests.workflows.machine import ABSENT, Entry, Machine, Unit

TOKEN = "github_pat_planted0token1of2this3run"  # noqa: S105  to be looked for where it may not be
PLACE = read_runner("github:acme/models")
OLLAMA = Ask("ollama", gpus=0, runner=PLACE)
UNIT = "llmhost-runner@ollama.service"
UNIT_FILE = f"/etc/systemd/system/{UNIT}"
IN_SANDBOX = runner_name("ollama", "sandbox")


@dataclass
class RunnerMachine(Machine):
    """A machine whose runner connects to the double, unless something is in its way.

    Attributes:
        github: Where it connects to.
        connects: Whether it does.
        said: What it says.
        begins: What happens besides when its program starts.
    """

    github: FakeGitHub = field(default_factory=FakeGitHub)
    connects: bool = True
    said: str = ""
    begins: Callable[[Runner], None] = lambda _: None

    def ask(self, argv: tuple[str, ...]) -> tuple[int, str]:
        match argv:
            case ("file_state", "/etc/machine-id"):
                return 0, "regular file|444|root:root|0\n4b40ae0b45c3403e\n"
            case ("unit_said", *_):
                return 0, self.said
            case ("stat", "--dereference", _, path) if path.endswith("/run.sh"):
                return (0, "100\n") if path in self.files else ABSENT
            case ("unit_state", name) if name == UNIT and UNIT_FILE in self.files:
                text = self.files[UNIT_FILE].content
                title = text.partition("Description=")[2].partition("\n")[0]
                code, told = super().ask(argv)
                return code, told.replace(f"Description={name}", f"Description={title}")
            case _:
                return super().ask(argv)

    def do(self, argv: tuple[str, ...]) -> None:
        match argv:
            case ("runner_program", version, *_):
                self.files[f"/var/lib/llmhost/runner-software/{version}/run.sh"] = Entry("x")
            case ("runner_start", name, _, user):
                assert user in self.accounts
                self._begin(self.files.pop(f"/run/llmhost/{name}.runner").content)
            case ("runner_remove", _, user):
                self.files.pop(UNIT_FILE, None)
                self.units.pop(UNIT, None)
                self.accounts.pop(user, None)
                for runner in self.github.world.runners:
                    runner.online = False
            case _:
                super().do(argv)

    def _begin(self, credential: str) -> None:
        config = json.loads(base64.b64decode(credential))
        key = json.loads(base64.b64decode(config[".credentials"]))["data"]["key"]
        runner = self.github.world.by_key(key)
        assert runner
        runner.online = self.connects
        self.units[UNIT] = Unit("active" if self.connects else "inactive", since=self.now)
        self.begins(runner)

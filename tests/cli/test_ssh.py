"""`ssh` and `forward`: the process becomes the system's ssh."""

from collections.abc import Callable, Sequence
from typing import Any

from llmhost.workflows.place import Place
from llmhost.workflows.session import Session
from tests.cli.front import Front

Workflow = Callable[[str, Callable[..., Any]], None]


def ssh(
    _session: Session, _place: Place | None, name: str, command: Sequence[str]
) -> tuple[str, ...]:
    return ("ssh", f"debian@{name}", *command)


def test_ssh_becomes_the_systems_ssh(llmhost: Front, workflow: Workflow) -> None:
    workflow("ssh.ssh", ssh)
    ended = llmhost("ssh", "vllm", "--cloud", "sandbox")
    assert ended.became == ("ssh", "debian@vllm")
    assert (ended.status, ended.stdout, ended.stderr) == (0, "", "")


def test_what_stands_behind_two_dashes_is_the_command(llmhost: Front, workflow: Workflow) -> None:
    workflow("ssh.ssh", ssh)
    ended = llmhost("ssh", "vllm", "--", "nvidia-smi", "-L", "--cloud")
    assert ended.became == ("ssh", "debian@vllm", "nvidia-smi", "-L", "--cloud")


def test_forward_becomes_ssh_and_leaves_it_to_say_where_the_endpoint_is(
    llmhost: Front, workflow: Workflow
) -> None:
    def forward(
        _session: Session, _place: Place | None, _name: str, port: int | None
    ) -> tuple[str, ...]:
        return ("ssh", "-N", str(port))

    workflow("ssh.forward", forward)
    ended = llmhost("forward", "vllm", "--port", "9000")
    assert ended.became == ("ssh", "-N", "9000")
    assert (ended.stdout, ended.stderr) == ("", "until Ctrl-C the endpoint is at\n")

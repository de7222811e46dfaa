"""The way in for people is OpenSSH's, with the same address and the same pinned key."""

from pathlib import Path

import pytest

from llmhost.errors import UsageError
from llmhost.workflows.place import Place
from llmhost.workflows.ssh import forward, ssh
from tests.workflows.world import HOST, SANDBOX, VLLM, World


def test_a_shell_is_opened_with_the_clouds_pinned_key(world: World) -> None:
    world.up(VLLM, SANDBOX)
    argv = ssh(world.session, SANDBOX, "vllm", ("nvidia-smi", "-L"))
    assert argv[0] == "ssh"
    assert "192.0.2.7" in " ".join(argv)
    assert argv[-1].endswith("nvidia-smi -L") or argv[-2:] == ("nvidia-smi", "-L")
    (known,) = (Path(word.partition("=")[2]) for word in argv if "UserKnownHostsFile" in word)
    assert known.read_text().rstrip().endswith("ssh-ed25519 AAAA")
    known.unlink()


def test_on_a_host_of_ones_own_ones_own_keys_are_taken(world: World) -> None:
    argv = ssh(world.session, HOST, "vllm")
    assert not [word for word in argv if "UserKnownHostsFile" in word]
    assert not world.logins


def test_this_machine_needs_no_ssh(world: World) -> None:
    with pytest.raises(UsageError, match="needs no ssh"):
        ssh(world.session, Place("local"), "vllm")


@pytest.mark.parametrize(("local_port", "here"), [(None, 8000), (18000, 18000)])
def test_the_endpoint_is_forwarded_to_this_computer(
    world: World, local_port: int | None, here: int
) -> None:
    world.up(VLLM)
    argv, endpoint = forward(world.session, HOST, "vllm", local_port)
    assert endpoint == f"http://127.0.0.1:{here}/v1"
    assert f"127.0.0.1:{here}:127.0.0.1:8000" in " ".join(argv)


@pytest.mark.parametrize(
    ("place", "flags"),
    [(SANDBOX, "--cloud sandbox"), (HOST, "--host debian@192.0.2.7"), (Place("local"), "--local")],
)
def test_a_place_says_its_flags(place: Place, flags: str) -> None:
    assert place.flags == flags

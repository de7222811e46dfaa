"""The way in for people is OpenSSH's, with the same address and the same pinned key."""

from dataclasses import replace
from pathlib import Path

import pytest

from llmhost.errors import CloudError, UsageError
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
    assert known.is_relative_to(world.home)


def test_nobody_connects_for_a_shell_but_ssh_itself(world: World) -> None:
    world.up(VLLM, SANDBOX)
    world.logins.clear()
    for place in (SANDBOX, None):
        ssh(world.session, place, "vllm")
    assert not world.logins


def test_the_pinned_key_is_kept_once_for_all_logins(world: World) -> None:
    world.up(VLLM, SANDBOX)
    first, second = ssh(world.session, SANDBOX, "vllm"), forward(world.session, SANDBOX, "vllm")
    (kept,) = (world.home / "state" / "llmhost" / "known_hosts").iterdir()
    assert f"UserKnownHostsFile={kept}" in first
    assert f"UserKnownHostsFile={kept}" in second


def test_a_machine_without_an_address_has_no_shell_yet(world: World) -> None:
    world.up(VLLM, SANDBOX)
    cloud = world.clouds["sandbox"]
    cloud.there = [replace(cloud.there[0], address=None, state="creating")]
    with pytest.raises(CloudError, match="has no address yet"):
        ssh(world.session, SANDBOX, "vllm")


def test_on_a_host_of_ones_own_ones_own_keys_are_taken(world: World) -> None:
    argv = ssh(world.session, HOST, "vllm")
    assert not [word for word in argv if "UserKnownHostsFile" in word]
    assert not world.logins


def test_this_machine_needs_no_ssh(world: World) -> None:
    with pytest.raises(UsageError, match="needs no ssh"):
        ssh(world.session, Place("local"), "vllm")


@pytest.mark.parametrize("place", [HOST, SANDBOX])
@pytest.mark.parametrize(("local_port", "here"), [(None, 8000), (18000, 18000)])
def test_the_endpoint_is_forwarded_to_this_computer_after_one_login(
    world: World, local_port: int | None, here: int, place: Place
) -> None:
    world.up(VLLM, place)
    world.logins.clear()
    argv = forward(world.session, place, "vllm", local_port)
    assert f"127.0.0.1:{here}:127.0.0.1:8000" in argv
    assert f"LocalCommand=echo http://127.0.0.1:{here}/v1" in argv
    assert len(world.logins) == 1


@pytest.mark.parametrize(
    ("place", "flags"),
    [(SANDBOX, "--cloud sandbox"), (HOST, "--host debian@192.0.2.7"), (Place("local"), "--local")],
)
def test_a_place_says_its_flags(place: Place, flags: str) -> None:
    assert place.flags == flags

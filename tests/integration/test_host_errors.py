"""Hosts and places that refuse or fail: what is said, and that the next `up` goes on."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmhost.cloud.sandbox.infra.faults import fail_repository, refuse_image, serve_image
from llmhost.transport.base import Address
from tests.integration.bench import CUT, GATED, Bench
from tests.integration.command import Llmhost
from tests.integration.outside import completion, hold_apt, introduce
from tests.integration.own import Own

pytestmark = pytest.mark.sandbox

NAME = "errors"
FILE = f"""
provider: vllm
gpus: 2
name: {NAME}
env: {{STANDIN_LOAD_SECONDS: "1"}}
sources:
  images:
    docker.io: docker.io
"""
ACCESS_LOG = "/var/log/nginx/access.log"
SIZE = 90_000_000  # bytes of a file that takes more than one piece to download
TOKEN = "hf_granted"  # noqa: S105  the bench's hub grants what it is told to


@pytest.fixture(scope="module")
def own(pair: tuple[Own, Own], bench: Bench) -> Iterator[Own]:
    """A bare host, which the tests bring up on their way; its sshd is itself again at the end."""
    keys = "/etc/ssh/ssh_host_ed25519_key"
    bench.inside(pair[0].machine.name, f"cp {keys} /root/key && cp {keys}.pub /root/key.pub")
    yield pair[0]
    bench.inside(
        pair[0].machine.name,
        f"cp /root/key {keys} && cp /root/key.pub {keys}.pub && systemctl restart ssh",
    )
    pair[0].llmhost("down", "--yes", NAME, *pair[0].where).good()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `-f` file of this module."""
    file = tmp_path_factory.mktemp("errors") / "deployment.yaml"
    file.write_text(FILE)
    return file


def somebody(home: Path, address: Address) -> Llmhost:
    """The command line of somebody else, who was introduced as that address says."""
    introduce(home, address)
    return Llmhost(home)


def fresh_key(folder: Path) -> Path:
    key = folder / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    return key


def test_the_host_begins_as_bare_as_can_be(own: Own) -> None:
    for program in ("python3", "docker", "nvidia-ctk", "containerd"):
        assert not own.host.exists(program), program
    assert own.host.exists("nvidia-smi"), "the driver belongs to the machine's image"


def test_a_host_where_nothing_listens_is_said_not_to_be_reached(own: Own, file: Path) -> None:
    failed = own.llmhost.fails("plan", "-f", str(file), "--host", "debian@127.0.0.1:9")
    assert failed.exit_status == 1
    assert failed.error == "debian@127.0.0.1:9 cannot be reached"
    assert failed.why == "nothing listens on TCP port 9 there"
    assert "USER@ADDRESS:PORT" in failed.hint


def test_a_name_that_nobody_knows_is_said_not_to_resolve(own: Own, file: Path) -> None:
    failed = own.llmhost.fails("plan", "-f", str(file), "--host", "root@nowhere.invalid")
    assert failed.error == "root@nowhere.invalid cannot be reached"
    assert failed.why == "the name cannot be resolved"


def test_a_host_with_another_key_than_it_had_is_not_talked_to(
    own: Own, file: Path, tmp_path: Path
) -> None:
    public = fresh_key(tmp_path).with_suffix(".pub").read_text()
    other = replace(own.address, host_key=" ".join(public.split()[:2]))
    failed = somebody(tmp_path, other).fails("plan", "-f", str(file), *own.where)
    assert failed.error == f"the host key of {own.address} has changed"
    assert [line.split()[0] for line in failed.details] == ["known", "offered"]
    assert all("SHA256:" in line for line in failed.details)
    assert f"ssh-keygen -R '{own.address.host}'" in failed.hint


def test_a_host_nobody_has_vouched_for_is_not_talked_to_unless_that_is_said(
    own: Own, file: Path, tmp_path: Path
) -> None:
    user = somebody(tmp_path, own.address)
    (tmp_path / ".ssh" / "known_hosts").unlink()
    failed = user.fails("plan", "-f", str(file), *own.where)
    assert "is not known" in failed.error
    assert "ssh-keyscan" in failed.hint
    assert user("plan", "-f", str(file), *own.where, "--trust-host-key").good()
    assert user("plan", "-f", str(file), *own.where).good()


def test_a_login_with_a_key_the_host_does_not_know_is_refused(
    own: Own, file: Path, tmp_path: Path
) -> None:
    stranger = somebody(tmp_path, replace(own.address, key=fresh_key(tmp_path)))
    failed = stranger.fails("plan", "-f", str(file), *own.where)
    assert "refuses the login" in failed.error
    assert str(tmp_path / "id_ed25519") in failed.why
    assert "ssh-copy-id" in failed.hint


def test_a_user_without_sudo_is_told_how_to_get_it(own: Own, file: Path) -> None:
    own.host.check_output(
        "useradd --create-home walter && cp -r /home/debian/.ssh /home/walter/ "
        "&& chown -R walter: /home/walter/.ssh"
    )
    walter = str(replace(own.address, user="walter"))
    failed = own.llmhost.fails("plan", "-f", str(file), "--host", walter)
    assert "walter cannot become root" in failed.error
    assert "/etc/sudoers.d/llmhost" in failed.hint


def test_an_operating_system_that_vendors_do_not_serve_is_refused(own: Own, file: Path) -> None:
    other = 'ID=fedora\\nVERSION_ID=43\\nPRETTY_NAME="Fedora Linux 43"\\n'
    with own.having(
        f"printf '{other}' >/root/other && mount --bind /root/other /usr/lib/os-release",
        "umount /usr/lib/os-release",
    ):
        failed = own.plan(file)
    assert "Fedora Linux 43" in failed.error
    assert "Debian 13" in failed.hint


def test_a_disk_that_is_too_small_is_refused_before_anything_is_touched(
    own: Own, file: Path
) -> None:
    with own.having(
        "mkdir -p /var/lib/llmhost && mount -t tmpfs -o size=900m tmpfs /var/lib/llmhost",
        "umount /var/lib/llmhost && rmdir /var/lib/llmhost",
    ):
        failed = own.plan(file)
    assert "0.9 GB free" in failed.error
    assert "larger disk" in failed.hint


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rm /run/llmhost-gpu/driver", "does not run"),
        ("rm -r /run/llmhost-gpu/1", "has 1 GPU(s), and 2 are asked for"),
        ("echo '470.256.02 11.4' >/run/llmhost-gpu/driver", "driver"),
        ("mv /usr/bin/nvidia-smi /usr/bin/nvidia-smi.gone", "has no NVIDIA driver"),
    ],
    ids=["a driver that does not run", "a GPU that is gone", "an old driver", "no driver"],
)
def test_a_host_is_refused_for(own: Own, file: Path, fault: str, error: str) -> None:
    heal = (
        "[ ! -e /usr/bin/nvidia-smi.gone ] || mv /usr/bin/nvidia-smi.gone /usr/bin/nvidia-smi; "
        "/usr/lib/llmhost-gpu/load"
    )
    with own.having(fault, heal):
        failed = own.plan(file)
    assert error in failed.error


def test_an_apt_lock_that_is_never_freed_is_given_up_with_its_holder(own: Own, file: Path) -> None:
    with (
        own.having(hold_apt(600), "systemctl stop holder"),
        own.having(
            "systemctl set-environment LLMHOST_APT_LOCK_SECONDS=3",
            "systemctl unset-environment LLMHOST_APT_LOCK_SECONDS",
        ),
    ):
        failed = own.up(file)
    assert "packages" in failed.error
    assert "held the lock of apt all the time" in failed.why
    assert any("perl" in line for line in failed.details), "the holder is named"


def test_an_apt_lock_that_is_freed_is_waited_for_and_a_missing_image_ends_the_way(
    own: Own, tmp_path: Path
) -> None:
    own.host.check_output(hold_apt(6))
    file = tmp_path / "deployment.yaml"
    file.write_text(FILE + "    docker.io/vllm/vllm-openai: docker.io/vllm/vllm-openai:v0\n")
    with own.llmhost.start("up", "-f", str(file), *own.where, "--yes") as running:
        running.until(lambda event: "to release the apt lock" in event.get("text", ""))
        assert running.ended().status == 1
    failed = running.heard[-1]
    assert failed["error"] == "image docker.io/vllm/vllm-openai:v0: failed"
    assert failed["why"] == "the registry has no such image or tag"
    assert "sources.images" in failed["hint"]


def test_a_registry_that_refuses_is_told_from_one_that_has_nothing(
    own: Own, bench: Bench, tmp_path: Path
) -> None:
    image = "quay.io/llmhost-tests/refused"
    file = tmp_path / "deployment.yaml"
    file.write_text(FILE + f"    docker.io/vllm/vllm-openai: {image}:v1\n")
    refuse_image(bench.engine, image, 401)
    try:
        failed = own.llmhost.fails("up", "-f", str(file), *own.where, "--yes")
    finally:
        serve_image(bench.engine, image)
    assert failed.error == f"image {image}:v1: failed"
    assert "refuses this image without a login" in failed.why
    assert "docker login" in failed.hint


def test_a_model_that_nobody_has_is_said_not_to_be_there(own: Own, file: Path) -> None:
    failed = own.up(file, "--model", "llmhost-tests/no-such-model")
    assert failed.error == "weights llmhost-tests/no-such-model: failed"
    assert "knows no model of that name, or it is private" in failed.why
    assert "HF_TOKEN" in failed.hint


def test_a_gated_model_asks_for_terms_and_token_and_comes_with_them(
    own: Own, file: Path, bench: Bench
) -> None:
    fail_repository(bench.engine, GATED, {"gated": [TOKEN]})
    try:
        for token in ("", "hf_somebody_else"):
            user = own.llmhost.knowing(HF_TOKEN=token)
            failed = user.fails("up", "-f", str(file), *own.where, "--yes", "--model", GATED)
            assert failed.error == f"weights {GATED}: failed"
            assert "the model is gated" in failed.why
            assert "HF_TOKEN" in failed.hint
            assert not token or token not in str(failed)
        granted = own.llmhost.knowing(HF_TOKEN=TOKEN)
        assert granted("up", "-f", str(file), *own.where, "--yes", "--model", GATED).good()
    finally:
        fail_repository(bench.engine, GATED, {})
    assert '"assistant"' in completion(own.host, NAME, 8000, GATED)


def test_a_download_that_was_cut_goes_on_where_it_stopped(
    own: Own, file: Path, bench: Bench
) -> None:
    # The hub's client keeps pieces of 10 MiB, and resumes by itself as long as it gets further.
    bench.infra(f"truncate -s {SIZE} /srv/hub/{CUT}/large.safetensors")
    fail_repository(bench.engine, CUT, {"cut": {"after": 11_000_000}})
    try:
        with own.llmhost.start(
            "up", "-f", str(file), *own.where, "--yes", "--model", CUT
        ) as running:
            running.until(lambda event: event.get("done", 0) > 20_000_000)
            fail_repository(bench.engine, CUT, {"cut": {"after": 1000}})
            assert running.ended().status == 1
    finally:
        fail_repository(bench.engine, CUT, {})
    failed = running.heard[-1]
    assert failed["error"] == f"weights {CUT}: failed"
    assert "connection to that place broke" in failed["why"]
    assert "goes on where this one stopped" in failed["hint"]
    asked = f"grep -c 'llmhost-tests/cut/.*large.safetensors.* 200 ' {ACCESS_LOG} || true"
    before = bench.infra(asked)
    assert own.llmhost("up", "-f", str(file), *own.where, "--yes", "--model", CUT).good()
    assert bench.infra(asked) == before, "it was not fetched from its beginning again"
    folder = f"/var/lib/llmhost/models/{CUT.replace('/', '--')}"
    assert own.host.file(f"{folder}/large.safetensors").size == SIZE
    assert '"assistant"' in completion(own.host, NAME, 8000, CUT)


def test_a_daemon_json_that_is_no_json_is_not_thrown_away(own: Own, file: Path) -> None:
    daemon = "/etc/docker/daemon.json"
    with own.having(f"cp {daemon} /root/kept; echo '{{oops' >{daemon}", f"cp /root/kept {daemon}"):
        failed = own.plan(file)
    assert f"{daemon} on the host is not valid JSON" in failed.error
    assert "line 1" in failed.why


def test_a_machine_with_another_key_than_its_cloud_pinned_is_not_talked_to(
    own: Own, file: Path
) -> None:
    own.host.check_output(
        "cd /etc/ssh && echo y | ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key && "
        "systemctl restart ssh"
    )
    failed = own.llmhost.fails("status", own.machine.name, "--cloud", "sandbox")
    assert failed.error == f"the host key of {own.address} has changed"
    assert "llmhost down" in failed.hint
    assert "has changed" in own.plan(file).error

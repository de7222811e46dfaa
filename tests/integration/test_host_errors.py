"""Hosts and places that refuse or fail: what is said, and that the next `up` goes on."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from llmhost.cloud.base import Machine
from llmhost.cloud.sandbox.infra.faults import fail_repository, refuse_image, serve_image
from llmhost.transport.base import Address
from tests.integration.bench import VLLM_IMAGE, VLLM_MODEL, Bench
from tests.integration.command import Failed, Llmhost
from tests.integration.outside import Host, completion, hold_apt, introduce

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
GATED, CUT = "llmhost-tests/gated", "llmhost-tests/cut"
SIZE = 90_000_000  # bytes of a file that takes more than one piece to download
TOKEN = "hf_granted"  # noqa: S105  the bench's hub grants what it is told to


@dataclass(frozen=True, slots=True)
class Site:
    """A host that is made to fail.

    Attributes:
        llmhost: The command line of somebody it knows.
        machine: The machine.
        host: The same, seen from outside.
        file: The `-f` file.
    """

    llmhost: Llmhost
    machine: Machine
    host: Host
    file: Path

    @property
    def address(self) -> Address:
        """Where it is."""
        assert self.machine.address
        return self.machine.address

    @property
    def words(self) -> tuple[str, ...]:
        """What stands after `up` and `plan`."""
        return ("-f", str(self.file), "--host", str(self.address))

    def plan(self, *more: str) -> Failed:
        """What a plan says that fails."""
        return self.llmhost.fails("plan", *self.words, *more)

    def up(self, *more: str) -> Failed:
        """What an `up` says that fails."""
        return self.llmhost.fails("up", *self.words, "--yes", *more)

    @contextmanager
    def having(self, script: str, undo: str) -> Iterator[None]:
        """The host as a script leaves it, until the block ends."""
        self.host.check_output(script)
        try:
            yield
        finally:
            self.host.check_output(undo)


@pytest.fixture(scope="module")
def site(
    bench: Bench,
    llmhost: Llmhost,
    look: Callable[[Machine], Host],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """A bare machine, which the tests bring up on their way."""
    machine = bench.bare(NAME, images=[VLLM_IMAGE], models=[VLLM_MODEL, GATED, CUT])
    file = tmp_path_factory.mktemp("site") / "deployment.yaml"
    file.write_text(FILE)
    yield Site(llmhost, machine, look(machine), file)
    bench.remove(machine.name)


def somebody(home: Path, address: Address) -> Llmhost:
    """The command line of somebody else, who was introduced as that address says."""
    introduce(home, address)
    return Llmhost(home)


def fresh_key(folder: Path) -> Path:
    key = folder / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    return key


def test_a_host_where_nothing_listens_is_said_not_to_be_reached(site: Site) -> None:
    failed = site.llmhost.fails("plan", "-f", str(site.file), "--host", "debian@127.0.0.1:9")
    assert failed.exit_status == 1
    assert failed.error == "debian@127.0.0.1:9 cannot be reached"
    assert failed.why == "nothing listens on TCP port 9 there"
    assert "USER@ADDRESS:PORT" in failed.hint


def test_a_name_that_nobody_knows_is_said_not_to_resolve(site: Site) -> None:
    failed = site.llmhost.fails("plan", "-f", str(site.file), "--host", "root@nowhere.invalid")
    assert failed.error == "root@nowhere.invalid cannot be reached"
    assert failed.why == "the name cannot be resolved"


def test_a_host_with_another_key_than_it_had_is_not_talked_to(site: Site, tmp_path: Path) -> None:
    public = fresh_key(tmp_path).with_suffix(".pub").read_text()
    other = replace(site.address, host_key=" ".join(public.split()[:2]))
    failed = somebody(tmp_path, other).fails("plan", *site.words)
    assert failed.error == f"the host key of {site.address} has changed"
    assert [line.split()[0] for line in failed.details] == ["known", "offered"]
    assert all("SHA256:" in line for line in failed.details)
    assert f"ssh-keygen -R '{site.address.host}'" in failed.hint


def test_a_host_nobody_has_vouched_for_is_not_talked_to_unless_that_is_said(
    site: Site, tmp_path: Path
) -> None:
    user = somebody(tmp_path, site.address)
    (tmp_path / ".ssh" / "known_hosts").unlink()
    failed = user.fails("plan", *site.words)
    assert "is not known" in failed.error
    assert "ssh-keyscan" in failed.hint
    assert user("plan", *site.words, "--trust-host-key").good()
    assert user("plan", *site.words).good()


def test_a_login_with_a_key_the_host_does_not_know_is_refused(site: Site, tmp_path: Path) -> None:
    stranger = somebody(tmp_path, replace(site.address, key=fresh_key(tmp_path)))
    failed = stranger.fails("plan", *site.words)
    assert "refuses the login" in failed.error
    assert str(tmp_path / "id_ed25519") in failed.why
    assert "ssh-copy-id" in failed.hint


def test_a_user_without_sudo_is_told_how_to_get_it(site: Site) -> None:
    site.host.check_output(
        "useradd --create-home walter && cp -r /home/debian/.ssh /home/walter/ "
        "&& chown -R walter: /home/walter/.ssh"
    )
    walter = str(replace(site.address, user="walter"))
    failed = site.llmhost.fails("plan", "-f", str(site.file), "--host", walter)
    assert "walter cannot become root" in failed.error
    assert "/etc/sudoers.d/llmhost" in failed.hint


def test_an_operating_system_that_vendors_do_not_serve_is_refused(site: Site) -> None:
    other = 'ID=fedora\\nVERSION_ID=43\\nPRETTY_NAME="Fedora Linux 43"\\n'
    with site.having(
        f"printf '{other}' >/root/other && mount --bind /root/other /usr/lib/os-release",
        "umount /usr/lib/os-release",
    ):
        failed = site.plan()
    assert "Fedora Linux 43" in failed.error
    assert "Debian 13" in failed.hint


def test_a_disk_that_is_too_small_is_refused_before_anything_is_touched(site: Site) -> None:
    with site.having(
        "mkdir -p /var/lib/llmhost && mount -t tmpfs -o size=900m tmpfs /var/lib/llmhost",
        "umount /var/lib/llmhost && rmdir /var/lib/llmhost",
    ):
        failed = site.plan()
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
def test_a_host_is_refused_for(site: Site, fault: str, error: str) -> None:
    heal = (
        "[ ! -e /usr/bin/nvidia-smi.gone ] || mv /usr/bin/nvidia-smi.gone /usr/bin/nvidia-smi; "
        "/usr/lib/llmhost-gpu/load"
    )
    with site.having(fault, heal):
        failed = site.plan()
    assert error in failed.error


def test_an_apt_lock_that_is_never_freed_is_given_up_with_its_holder(site: Site) -> None:
    with (
        site.having(hold_apt(600), "systemctl stop holder"),
        site.having(
            "systemctl set-environment LLMHOST_APT_LOCK_SECONDS=3",
            "systemctl unset-environment LLMHOST_APT_LOCK_SECONDS",
        ),
    ):
        failed = site.up()
    assert "packages" in failed.error
    assert "held the lock of apt all the time" in failed.why
    assert any("perl" in line for line in failed.details), "the holder is named"


def test_an_apt_lock_that_is_freed_is_waited_for_and_a_missing_image_ends_the_way(
    site: Site, tmp_path: Path
) -> None:
    site.host.check_output(hold_apt(6))
    file = tmp_path / "deployment.yaml"
    file.write_text(FILE + "    docker.io/vllm/vllm-openai: docker.io/vllm/vllm-openai:v0\n")
    with site.llmhost.start("up", "-f", str(file), *site.words[2:], "--yes") as running:
        running.until(lambda event: "to release the apt lock" in event.get("text", ""))
        assert running.ended().status == 1
    failed = running.heard[-1]
    assert failed["error"] == "image docker.io/vllm/vllm-openai:v0: failed"
    assert failed["why"] == "the registry has no such image or tag"
    assert "sources.images" in failed["hint"]


def test_a_registry_that_refuses_is_told_from_one_that_has_nothing(
    site: Site, bench: Bench, tmp_path: Path
) -> None:
    image = "quay.io/llmhost-tests/refused"
    file = tmp_path / "deployment.yaml"
    file.write_text(FILE + f"    docker.io/vllm/vllm-openai: {image}:v1\n")
    refuse_image(bench.engine, image, 401)
    try:
        failed = site.llmhost.fails("up", "-f", str(file), *site.words[2:], "--yes")
    finally:
        serve_image(bench.engine, image)
    assert failed.error == f"image {image}:v1: failed"
    assert "refuses this image without a login" in failed.why
    assert "docker login" in failed.hint


def test_a_model_that_nobody_has_is_said_not_to_be_there(site: Site) -> None:
    failed = site.up("--model", "llmhost-tests/no-such-model")
    assert failed.error == "weights llmhost-tests/no-such-model: failed"
    assert "knows no model of that name, or it is private" in failed.why
    assert "HF_TOKEN" in failed.hint


def test_a_gated_model_asks_for_terms_and_token_and_comes_with_them(
    site: Site, bench: Bench
) -> None:
    fail_repository(bench.engine, GATED, {"gated": [TOKEN]})
    try:
        for token in ("", "hf_somebody_else"):
            user = site.llmhost.knowing(HF_TOKEN=token)
            failed = user.fails("up", *site.words, "--yes", "--model", GATED)
            assert failed.error == f"weights {GATED}: failed"
            assert "the model is gated" in failed.why
            assert "HF_TOKEN" in failed.hint
            assert not token or token not in str(failed)
        granted = site.llmhost.knowing(HF_TOKEN=TOKEN)
        assert granted("up", *site.words, "--yes", "--model", GATED).good()
    finally:
        fail_repository(bench.engine, GATED, {})
    assert '"assistant"' in completion(site.host, NAME, 8000, GATED)


def test_a_download_that_was_cut_goes_on_where_it_stopped(site: Site, bench: Bench) -> None:
    # The hub's client keeps pieces of 10 MiB, and resumes by itself as long as it gets further.
    bench.infra(f"truncate -s {SIZE} /srv/hub/{CUT}/large.safetensors")
    fail_repository(bench.engine, CUT, {"cut": {"after": 11_000_000}})
    try:
        with site.llmhost.start("up", *site.words, "--yes", "--model", CUT) as running:
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
    assert site.llmhost("up", *site.words, "--yes", "--model", CUT).good()
    assert bench.infra(asked) == before, "it was not fetched from its beginning again"
    folder = f"/var/lib/llmhost/models/{CUT.replace('/', '--')}"
    assert site.host.file(f"{folder}/large.safetensors").size == SIZE
    assert '"assistant"' in completion(site.host, NAME, 8000, CUT)


def test_a_daemon_json_that_is_no_json_is_not_thrown_away(site: Site) -> None:
    daemon = "/etc/docker/daemon.json"
    with site.having(f"cp {daemon} /root/kept; echo '{{oops' >{daemon}", f"cp /root/kept {daemon}"):
        failed = site.plan()
    assert f"{daemon} on the host is not valid JSON" in failed.error
    assert "line 1" in failed.why


def test_a_machine_with_another_key_than_its_cloud_pinned_is_not_talked_to(site: Site) -> None:
    site.host.check_output(
        "cd /etc/ssh && echo y | ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key && "
        "systemctl restart ssh"
    )
    failed = site.llmhost.fails("status", site.machine.name, "--cloud", "sandbox")
    assert failed.error == f"the host key of {site.address} has changed"
    assert "llmhost down" in failed.hint
    assert "has changed" in site.plan().error

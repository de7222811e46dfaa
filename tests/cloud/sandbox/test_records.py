"""What the labels of a container say about a machine, and what the base image is made of."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from llmhost.cloud.base import MachineRequest
from llmhost.cloud.sandbox.base import digest
from llmhost.cloud.sandbox.driver import SandboxDriver
from llmhost.cloud.sandbox.gpu.models import MODELS, driver_files, gpu_model
from llmhost.cloud.sandbox.keys import authority, issue, login_key
from llmhost.cloud.sandbox.packages import is_debian_like
from llmhost.cloud.sandbox.recorded import record, recorded
from llmhost.cloud.sandbox.records import container_of, labels_of, machine_of
from llmhost.errors import UsageError
from llmhost.events import ignore
from tests.deployments import PROVIDERS, deployment

REQUEST = MachineRequest("vllm", gpu="l4", gpus=2, labels={"deployment": '{"name": "vllm"}'})


def container(status: str) -> dict[str, object]:
    labels = labels_of(REQUEST, ("127.0.1.12", 22), "ssh-ed25519 AAAA", "simulated: GPUs")
    return {
        "Id": "4f0c9a6f7f0e1d2c3b4a",
        "Created": "2026-11-20T10:57:06.123456789Z",
        "State": {"Status": status},
        "Config": {"Labels": {"llmhost": "1", **labels}},
    }


def test_a_machine_comes_back_from_its_labels_as_it_was_asked_for() -> None:
    machine = machine_of(container("running"), Path("/key"))
    assert (machine.name, machine.gpu, machine.gpus) == ("vllm", "l4", 2)
    assert machine.labels == REQUEST.labels
    assert machine.created == "2026-11-20T10:57:06Z"
    assert machine.simulated == "simulated: GPUs"
    assert machine.address is not None
    assert str(machine.address) == "debian@127.0.1.12"
    assert machine.address.host_key == "ssh-ed25519 AAAA"


def test_a_machine_with_other_labels_than_ours_is_listed_without_what_they_do_not_say() -> None:
    foreign = container("running") | {"Config": {"Labels": {"llmhost-name": "old"}}}
    machine = machine_of(foreign, Path("/key"))
    assert (machine.name, machine.address, machine.gpus) == ("old", None, 0)


def test_what_a_machine_carries_since_is_told_instead_of_what_its_container_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    asked = container("running")
    machine = machine_of(asked, Path("/key"), recorded())
    assert machine.labels == REQUEST.labels
    record(machine.id, {"provider": "ollama"}, {machine.id})
    again = machine_of(asked, Path("/key"), recorded())
    assert again == replace(machine, labels={"provider": "ollama"})
    (file,) = (tmp_path / "llmhost/sandbox").glob("recorded.json")
    assert file.stat().st_mode & 0o777 == 0o600


def test_another_machine_of_that_name_begins_with_its_own_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    record("4f0c9a6f7f0e", {"provider": "ollama"}, {"4f0c9a6f7f0e"})
    other = container("running") | {"Id": "000000000000aaaa"}
    assert machine_of(other, Path("/key"), recorded()).labels == REQUEST.labels
    record("000000000000", {"provider": "llamacpp"}, {"000000000000"})
    assert set(recorded()) == {"000000000000"}


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_file_that_says_nothing_hides_no_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    record("4f0c9a6f7f0e", {"provider": "ollama"}, {"4f0c9a6f7f0e"})
    (tmp_path / "llmhost/sandbox/recorded.json").write_text(text)
    assert machine_of(container("running"), Path("/key"), recorded()).labels == REQUEST.labels


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_machine_is_called_like_the_engine_of_a_deployment(provider: str) -> None:
    wanted = deployment(provider)
    assert container_of(wanted.name) != wanted.container


def test_no_machine_is_called_like_the_one_that_serves_all_others() -> None:
    driver = SandboxDriver()
    for ask in (driver.offers, lambda request: driver.create(request, ignore)):
        with pytest.raises(UsageError, match="cannot be called `infra`"):
            ask(MachineRequest("infra"))


def test_what_is_offered_says_what_of_it_is_not_real() -> None:
    (offer,) = SandboxDriver().offers(REQUEST)
    assert "2 x NVIDIA L4" in offer.simulated
    assert "stand-ins" in offer.simulated


@pytest.mark.parametrize(
    ("status", "state"),
    [("created", "creating"), ("running", "running"), ("exited", "stopped"), ("dead", "stopped")],
)
def test_dockers_states_are_told_in_our_words(status: str, state: str) -> None:
    assert machine_of(container(status), Path("/key")).state == state


def test_a_changed_byte_or_name_in_the_recipe_is_another_image() -> None:
    tags = {
        digest(files)
        for files in ({"a": b"1"}, {"a": b"2"}, {"b": b"1"}, {"a": b"", "1": b""}, {"a1": b""})
    }
    assert len(tags) == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ID=debian\nVERSION_ID="12"', True),
        ("ID=ubuntu\nID_LIKE=debian", True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"', True),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"', False),
        ("", False),
    ],
)
def test_packages_are_only_installed_on_debian_and_its_children(text: str, expected: bool) -> None:  # noqa: FBT001  a table of cases
    assert is_debian_like(text) is expected


def test_the_authority_stays_the_same_and_signs_for_every_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    issuer = x509.load_pem_x509_certificate(authority().certificate)
    certificate = x509.load_pem_x509_certificate(issue(("ghcr.io", "docker.io"))[0])
    certificate.verify_directly_issued_by(issuer)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["ghcr.io", "docker.io"]
    assert authority().certificate == authority().certificate


def test_private_keys_are_readable_by_their_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path, public = login_key()
    authority()
    assert public.startswith("ssh-ed25519 ")
    assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "llmhost/sandbox/ca.key").stat().st_mode & 0o777 == 0o600


def test_each_gpu_of_each_machine_has_an_identifier_of_its_own() -> None:
    lines = [
        line
        for name in ("one", "two")
        for file in driver_files(name, MODELS["l4"], 2)
        if file.path.endswith("/gpus")
        for line in file.data.decode().splitlines()
    ]
    assert len({line.split("|")[0] for line in lines}) == 4
    assert lines[0].endswith("|23034|8.9|NVIDIA L4")


def test_an_unknown_gpu_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        gpu_model("rtx-9090")
    assert "h200" in caught.value.hint

import getpass
from pathlib import Path

import pytest

from llmhost.errors import UsageError
from llmhost.transport.address import parse_host
from llmhost.transport.base import Address


@pytest.fixture
def no_config(tmp_path: Path) -> Path:
    return tmp_path / "missing"


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("ann@gpu", "gpu", 22),
        ("ann@192.0.2.7:2222", "192.0.2.7", 2222),
        ("ann@[2001:db8::7]", "2001:db8::7", 22),
        ("ann@[fe80::1%eth0]:2222", "fe80::1%eth0", 2222),
        ("ann@gpu-1.lab.example:65535", "gpu-1.lab.example", 65535),
    ],
)
def test_a_host_is_user_address_and_port(no_config: Path, text: str, host: str, port: int) -> None:
    assert parse_host(text, no_config) == Address(host, port, "ann")


def test_without_a_user_it_is_me(no_config: Path) -> None:
    assert parse_host("gpu", no_config) == Address("gpu", 22, getpass.getuser())
    assert parse_host("2001:db8::7", no_config).host == "2001:db8::7"


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_a_user_without_a_name_goes_by_the_number(
    no_config: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """As in a container that is run with `--user 4711`."""

    def nameless() -> str:
        raise error("uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 4711)
    assert parse_host("192.0.2.7", no_config).user == "4711"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@gpu",
        "ann@",
        "a b@gpu",
        "gpu:",
        "gpu:0",
        "gpu:65536",
        "gpu:ssh",
        "ann@[gpu]:22",
        "-oProxyCommand=x",
        "ann@-x",
        "ssh://gpu",
        "a@b@c",
        "gpu/x",
        "gpu:22:22",
        "[::1",
    ],
)
def test_nonsense_is_refused_with_the_form_it_should_have(no_config: Path, text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_host(text, no_config)
    assert "USER@ADDRESS" in refusal.value.why


def test_the_ssh_configuration_is_honoured(tmp_path: Path) -> None:
    key = tmp_path / "gpu_key"
    key.touch()
    (tmp_path / "more").write_text("Host gpu*\n  Port 2222\n")
    config = tmp_path / "config"
    config.write_text(
        f"Include {tmp_path}/more\nHost gpu1\n  HostName 192.0.2.7\n  User ann\n"
        f"  IdentityFile {key}\n"
    )
    assert parse_host("gpu1", config) == Address("192.0.2.7", 2222, "ann", key)
    assert parse_host("bob@gpu1:22", config) == Address("192.0.2.7", 22, "bob", key)
    assert parse_host("other", config).key is None


@pytest.mark.parametrize(
    "line", ["ProxyJump ann@bastion", "ProxyCommand nc %h %p", "HostKeyAlias gpu.internal"]
)
def test_a_detour_of_the_ssh_configuration_is_refused_and_not_passed_by(
    tmp_path: Path, line: str
) -> None:
    config = tmp_path / "config"
    config.write_text(f"Host gpu1\n  {line}\nHost gpu2\n  ProxyJump none\n")
    with pytest.raises(UsageError) as refusal:
        parse_host("gpu1", config)
    assert line in refusal.value.why
    assert "ssh -N -L 2222:localhost:22 gpu1" in refusal.value.hint
    assert parse_host("ann@gpu2", config) == Address("gpu2", 22, "ann")


def test_a_broken_ssh_configuration_is_named(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Nonsense yes\n")
    with pytest.raises(UsageError) as refusal:
        parse_host("gpu1", config)
    assert str(config) in refusal.value.hint

"""What a user types after `--host`, made into an address.

`~/.ssh/config` is asked through `ssh -G`: the system's own client reads its configuration exactly
(Include, Match, tokens), answers in some 10 ms, and no import delays the connection.
"""

import ipaddress
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from llmhost.errors import UsageError
from llmhost.once import once
from llmhost.transport.base import Address
from llmhost.transport.hostkeys import SSH_PORT
from llmhost.transport.user import user_name

USER_CONFIG = Path("~/.ssh/config")

# As `ssh -G` prints them, and as they are written (ssh_config(5)).
_DETOURS = {
    "proxyjump": "ProxyJump",
    "proxycommand": "ProxyCommand",
    "hostkeyalias": "HostKeyAlias",
}

_FORM = re.compile(
    r"(?:(?P<user>[^@\s:/]+)@)?"
    r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+(?:%\w+)?)\]|(?P<name>[^\[\]@:\s/-][^\[\]@:\s/]*))"
    r"(?::(?P<port>[0-9]+))?"
)


def parse_host(text: str, config: Path = USER_CONFIG) -> Address:
    """Reads `[USER@]HOST[:PORT]`; HOST is a name, an address, `[IPv6]`, or one of the ssh config.

    Raises:
        UsageError: It is none of these, or the configuration leads there by a detour.
    """
    if _is_ipv6(text):
        text = f"[{text}]"
    form = _FORM.fullmatch(text)
    port = int(form["port"]) if form and form["port"] else None
    if not form or (port is not None and not 0 < port < 1 << 16):
        raise UsageError(
            f"`{text}` does not name a host",
            why="a host is written USER@ADDRESS, with :PORT where it is not 22",
            hint="for example: --host debian@192.0.2.7 or --host root@[2001:db8::7]:2222",
        )
    name = form["bracketed"] or form["name"]
    config = config.expanduser()
    told = _ask_config(name, config) if config.is_file() else {}
    _refuse_detour(name, told)
    return Address(
        host=told.get("hostname", name),
        port=port or int(told.get("port", SSH_PORT)),
        user=form["user"] or told.get("user") or user_name(),
        key=_identity(config, told),
    )


def _is_ipv6(text: str) -> bool:
    try:
        return isinstance(ipaddress.ip_address(text), ipaddress.IPv6Address)
    except ValueError:
        return False


@once
def _ask_config(name: str, config: Path) -> Mapping[str, str]:
    """The settings for a host, by keyword; the first of several wins, as in ssh itself."""
    if not shutil.which("ssh"):
        return {}
    argv = ("ssh", "-F", str(config), "-G", "--", name)
    done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
    if done.returncode:
        raise UsageError(
            f"ssh cannot read its configuration for {name}",
            why=done.stderr.strip(),
            hint=f"mend {config}",
        )
    told: dict[str, str] = {}
    for line in done.stdout.splitlines():
        keyword, _, value = line.partition(" ")
        told.setdefault(keyword, value)
    return told


def _refuse_detour(name: str, told: Mapping[str, str]) -> None:
    """Refuses what ssh would honour and llmhost does not: to dial past it fails less plainly."""
    for keyword, written in _DETOURS.items():
        if value := told.get(keyword):
            raise UsageError(
                f"the ssh configuration reaches {name} by {written}, which llmhost does not",
                why=f"it says: {written} {value}",
                hint="forward a port yourself, as `ssh -N -L 2222:localhost:22 "
                f"{name}`, and say --host USER@127.0.0.1:2222; or name the host by an address "
                f"that `Host {name}` does not match",
            )


def _identity(config: Path, told: Mapping[str, str]) -> Path | None:
    """The key file the configuration names; ssh lists its defaults where it names none."""
    value = told.get("identityfile", "")
    names_one = "identityfile" in config.read_text(errors="replace").lower() if told else False
    file = Path(value).expanduser()
    return file if names_one and value and file.is_file() else None

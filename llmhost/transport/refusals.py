"""Why a host did not do as asked: each refusal as an error with its cause and a way out."""

import errno
import socket

from llmhost.errors import HostError
from llmhost.transport.base import Address
from llmhost.transport.hostkeys import KnownKey, entry_name, fingerprint

_NO_PASSWORD = "password is required"  # noqa: S105  what sudo says, not a password
_NO_TTY = ("terminal is required", "must have a tty")
_NO_RIGHT = ("not in the sudoers file", "may not run sudo", "is not allowed to execute")
_FORCED_USER = "Please login as the user"  # what cloud images answer root with (cloud-init)
_NOT_FOUND = 127  # bash(1), EXIT STATUS


class UnansweredError(HostError):
    """Nobody answered who could be talked to, so nothing was run; a little later may be better."""


class BarredError(HostError):
    """The way to the host is closed to this user, and waiting opens it for nobody."""


def unreachable(address: Address, error: OSError) -> HostError:
    """No TCP connection came about; only what a boot can end is an `UnansweredError`."""
    host, port = address.host, address.port
    why = error.strerror or str(error)
    hint = f"check the address, and that the machine is running: ping {host}"
    match error:
        case socket.gaierror():
            why, hint = "the name cannot be resolved", f"check the name: getent hosts {host}"
        case ConnectionRefusedError():
            why = f"nothing listens on TCP port {port} there"
            hint = "wait until the machine has booted, or name sshd's port: USER@ADDRESS:PORT"
        case TimeoutError():
            why = "no answer; a firewall may drop the packets, or the machine is off"
            hint = f"check that TCP port {port} is open from here: nc -vz {host} {port}"
        case OSError(errno=errno.EHOSTUNREACH | errno.ENETUNREACH):
            why = "there is no route to it from here"
            hint = f"check network and VPN: ip route get {host}"
    kind = HostError if isinstance(error, socket.gaierror) else UnansweredError
    return kind(f"{address} cannot be reached", why=why, hint=hint)


def no_handshake(address: Address, why: str) -> HostError:
    """Something answered, but no SSH session came about."""
    return UnansweredError(
        f"{address} accepts connections but SSH does not come about",
        why=why,
        hint=f"see what the client says: ssh -v -p {address.port} {address.user}@{address.host}",
    )


def no_stream(address: Address, port: int, said: str) -> HostError:
    """The login is good, but sshd opens no stream to a port."""
    return HostError(
        f"{address} opens no way to its port {port}",
        why=f"sshd there forbids it: {said or 'administratively prohibited'}",
        hint="allow it in its sshd_config: AllowTcpForwarding local",
    )


def key_changed(address: Address, offered: str, known: KnownKey) -> HostError:
    """The host shows another key than the one it is known by."""
    name = entry_name(address.host, address.port)
    pinned = (
        "if the machine was made anew by hand, take it down and up again: llmhost down, llmhost up"
    )
    forget = f"if you know why it changed, forget the old key: ssh-keygen -R '{name}'"
    return HostError(
        f"the host key of {address} has changed",
        why="the machine was made anew, or another machine answers in its place",
        hint=pinned if address.host_key else forget,
        details=(
            f"known   {fingerprint(known.key)} {known.key.split()[0]} ({known.where})",
            f"offered {fingerprint(offered)} {offered.split(maxsplit=1)[0]}",
        ),
    )


def key_revoked(address: Address, known: KnownKey) -> HostError:
    """The host shows a key that must never be accepted."""
    return HostError(
        f"the host key of {address} is revoked",
        why=f"{known.where} marks {fingerprint(known.key)} as @revoked",
        hint="do not use this machine before its owner has explained it",
    )


def key_unknown(address: Address, offered: str) -> HostError:
    """Nobody has vouched for the key the host shows."""
    kind = offered.split(maxsplit=1)[0]
    return HostError(
        f"the host key of {address} is not known",
        why=f"it shows {fingerprint(offered)} ({kind}), which is not in ~/.ssh/known_hosts",
        hint="compare it with the machine's own, as its console or its owner tells it, then: "
        f"ssh-keyscan -p {address.port} {address.host} >> ~/.ssh/known_hosts",
    )


def login_refused(address: Address, tried: tuple[str, ...], detail: str = "") -> HostError:
    """The host accepts none of the keys."""
    shown = ", ".join(tried) if tried else "no key: neither an agent's nor a file in ~/.ssh"
    key = address.key or "~/.ssh/id_ed25519"
    return HostError(
        f"{address} refuses the login",
        why=f"{detail or 'no key was accepted'}; tried {shown}",
        hint=f"check the user's name, or add the key there: ssh-copy-id -i {key} "
        f"-p {address.port} {address.user}@{address.host}",
    )


def broken(name: str, why: str) -> HostError:
    """The connection ended before the script did."""
    return HostError(
        f"the connection to {name} broke while a script was running",
        why=why,
        hint="run the same command again: work that had begun goes on there, and is picked up",
    )


def not_started(name: str, user: str, status: int, noise: str, stderr: str) -> HostError | None:
    """Why bash never ran the script's first line as root; None where bash could not parse it."""
    if "syntax error" in stderr:
        return None
    said = tuple(line for line in (noise + "\n" + stderr).splitlines() if line.strip())
    why = said[-1] if said else f"exit status {status} and no word"
    if _FORCED_USER in noise:
        hint = "log in as the user it names: --host USER@ADDRESS"
        return HostError(f"{name} does not let {user} log in", why=noise.strip(), hint=hint)
    if _NO_PASSWORD in stderr or any(text in stderr for text in (*_NO_TTY, *_NO_RIGHT)):
        grant = f"echo '{user} ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/llmhost"
        return HostError(
            f"{user} cannot become root on {name} without a password",
            why=why,
            hint=f"allow it there: {grant} -- or log in as root",
        )
    if status == _NOT_FOUND and "sudo" in stderr:
        hint = "install it there (apt-get install sudo), or log in as root"
        return HostError(f"there is no sudo on {name}, and {user} is not root", why=why, hint=hint)
    if status == _NOT_FOUND and "bash" in stderr:
        hint = "install it there: apt-get install bash"
        return HostError(f"there is no bash on {name}", why=why, hint=hint)
    return HostError(
        f"no script can be run on {name}",
        why=why,
        hint=f"check that {user}'s login shell runs commands: ssh {user}@… bash -c true",
        details=said,
    )

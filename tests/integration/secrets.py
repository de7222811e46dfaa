"""A search for secrets on a machine: wherever a process, a file or a log could hold them."""

from collections.abc import Sequence

# What lives on a machine between two commands: root's and everybody's files, those in memory, and
# what programs were told. Images and layers of containers were made elsewhere.
FOLDERS = "/etc /run /var /opt /home /root /srv /tmp /dev/shm /usr/local"
_PLANTED = "/dev/shm/planted"  # noqa: S108  on the machine

_SEARCH = r"""
has() { grep -laF -f <(printf '%s\n' "${secrets[@]}") "$@" 2>/dev/null; }
has /proc/[0-9]*/cmdline /proc/[0-9]*/environ
has <(journalctl --no-pager -o export) <(systemctl show '*')
"""
_FILES = "has -r --devices=skip {folders} --exclude-dir=docker --exclude-dir=containerd\n"


def search(secrets: Sequence[str], folders: str = FOLDERS) -> str:
    """Bash that prints where any of them is; none of them stands in it, nor in an argument.

    Each stands there in two halves: neither the script nor a program that searches holds it.
    """
    said = " ".join("".join(_halves(secret)) for secret in secrets)
    return f"secrets=({said}){_SEARCH}{_FILES.format(folders=folders)}true\n"


def planted(secret: str, file: str = _PLANTED) -> tuple[str, str]:
    """Bash that hides a secret in a file, and its path: what a search has to find."""
    return f"printf '%s%s' {' '.join(_halves(secret))} >{file}\n", file


def _halves(secret: str) -> tuple[str, str]:
    half = len(secret) // 2
    return f"'{secret[:half]}'", f"'{secret[half:]}'"


def of_key(pem: str) -> tuple[str, ...]:
    """The lines of a private key that are its own; each of them is enough to tell it by."""
    lines = [line for line in pem.splitlines() if line and not line.startswith("-----")]
    return tuple(lines[1:-1])  # the first says which kind of key it is, the last may be short

"""What a machine's container may do: what systemd, sshd and a Docker inside need, and no more.

`--privileged` would hand over the computer's devices, clock and consoles, and is refused where the
engine itself lacks a capability. So every machine gets a list, less what is not there to be given.
"""

from pathlib import Path

# Names by bit, from <linux/capability.h>, Linux 6.12. Those from 38 on are unknown to Docker 20.10,
# which Debian 12 has; CAP_SYS_ADMIN covers them.
_NAMES = """
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
    NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO
    SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
    SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
    WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
"""

# A machine must not set the computer's clock, load modules into its kernel, reach its raw memory,
# keep it awake, change its security modules or read its kernel log.
_WITHHELD = frozenset(
    {"SYS_TIME", "SYS_MODULE", "SYS_RAWIO", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND"}
)


def machine_capabilities(status: str) -> tuple[str, ...]:
    """The capabilities a machine gets, given what the engine's computer has.

    Args:
        status: Text of `/proc/self/status`; empty where there is none, as on macOS, whose engine
            runs in a virtual machine of its own and has them all.
    """
    bounding = (int(line.split()[1], 16) for line in status.splitlines() if line[:7] == "CapBnd:")
    available = next(bounding, -1)
    held = (name for bit, name in enumerate(_NAMES.split()) if available >> bit & 1)
    return tuple(name for name in held if name not in _WITHHELD)


def own_capabilities() -> tuple[str, ...]:
    """The same, for the computer this runs on."""
    try:
        return machine_capabilities(Path("/proc/self/status").read_text(encoding="utf-8"))
    except OSError:
        return machine_capabilities("")

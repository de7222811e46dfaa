"""32 hosts at once against one, as whole processes that find nothing to do.

There is one computer here, not 33: a real machine is recorded, and an sshd behind 32 wires gives
its answers after its time (`replay.bash`). The logins are real, and all of their cost, on both
sides, falls on this computer's processors.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import unchanged
from benchmarks.target import at_distance
from benchmarks.timing import Comparison, take_turns
from tests.transport.sshd import Sshd

HOSTS = 32
AT_MOST = 1.5


def compare(recorded: Path, rtts: list[int], runs: int, folder: Path) -> Iterator[Comparison]:
    """One process for 32 hosts against one process for one."""
    script = Path(__file__).with_name("replay.bash")
    options = {
        "ForceCommand": f"bash {script} {recorded}",
        # as on a host: from a file, without a process for each login
        "AuthorizedKeysFile": str(folder / "authorized_keys"),
        "AuthorizedKeysCommand": "none",
        # What sshd does with these it does in OpenSSL; its own arithmetic for the usual ones takes
        # 5 ms more of a login, which 32 hosts would not take from one computer (OpenSSH 9.2).
        "KexAlgorithms": "ecdh-sha2-nistp256",
    }
    with Sshd(folder, kind="ecdsa", **options) as sshd:
        for rtt in rtts:
            with at_distance(sshd.address(), rtt, folder, HOSTS) as target:
                one, many = (unchanged.up(target, hosts) for hosts in (1, HOSTS))
                yardstick, subject = take_turns((one, many), runs)
                yield Comparison(f"{HOSTS} hosts", rtt, subject, yardstick, AT_MOST)

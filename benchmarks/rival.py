"""pyinfra and Ansible, installed for the occasion, with a workload like an unchanged `up`."""

import subprocess
import sys
from pathlib import Path

from benchmarks.target import Target
from benchmarks.timing import Contender

HERE = Path(__file__).parent
VENV = HERE / ".venv"

# Newest releases of 2026-11-20 that run on Python 3.11; perf baselines are tied to a version.
PACKAGES = ("pyinfra==3.10.0", "ansible-core==2.19.14")


def install() -> None:
    """Makes the environment of the rivals, once."""
    if not (VENV / "bin/ansible-playbook").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin/pip", "install", "-q", *PACKAGES], check=True)


def pyinfra(target: Target) -> Contender:
    """pyinfra, as root through sudo."""
    address = target.address
    data = (f"ssh_user={address.user}", f"ssh_port={address.port}", f"ssh_key={address.key}")
    options = [word for item in data for word in ("--data", item)]
    argv = (str(VENV / "bin/pyinfra"), "-y", "--sudo", *options, address.host)
    return Contender("pyinfra", (*argv, str(HERE / "rivals/workload.py")), environ=target.environ)


def ansible(target: Target) -> Contender:
    """Ansible with pipelining; its control connection outlives a run, which favours the next."""
    address = target.address
    host = f"{address.host}:{address.port}"
    argv = (str(VENV / "bin/ansible-playbook"), "-i", f"{host},", "-u", address.user)
    environ = dict(target.environ) | {
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_SSH_ARGS": f"-F {target.home}/.ssh/config -o ControlMaster=auto "
        "-o ControlPersist=60s",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
    }
    playbook = str(HERE / "rivals/workload.yaml")
    return Contender("ansible", (*argv, playbook), environ=environ)

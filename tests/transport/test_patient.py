"""A machine that boots: nobody listens, then somebody who is no sshd, then sshd."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from llmhost.errors import HostError
from llmhost.events import Notice
from llmhost.transport.base import Address
from llmhost.transport.patient import PatientTransport
from llmhost.transport.refusals import UnansweredError
from llmhost.transport.ssh import SshTransport
from tests.fakes import Listener
from tests.transport.sshd import Sshd


@pytest.fixture
def late(sshd: Sshd) -> Iterator[Address]:
    """Where Docker's proxy accepts and hangs up once, then nobody listens, then sshd does."""
    sshd.stop()
    address = sshd.address()

    def boot() -> None:
        with socket.create_server((address.host, address.port)) as proxy:
            proxy.accept()[0].close()
        time.sleep(0.3)
        sshd.start()

    booting = threading.Thread(target=boot)
    booting.start()
    yield address
    booting.join()


def test_an_sshd_that_comes_late_is_waited_for_and_told_of_once(late: Address) -> None:
    heard = Listener()
    transport = PatientTransport(SshTransport(late), heard, patience=20, pause=0.05)
    try:
        assert transport.run("echo here").stdout == "here\n"
    finally:
        transport.close()
    (notice,) = heard.of(Notice)
    assert "it may be booting" in str(notice)


def test_patience_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = Address("127.0.0.1", taken.getsockname()[1])
    transport = PatientTransport(SshTransport(nobody), Listener(), patience=0.3, pause=0.1)
    with pytest.raises(UnansweredError, match="cannot be reached"):
        transport.run("true")


def test_a_name_that_does_not_exist_is_no_matter_of_patience() -> None:
    nowhere = SshTransport(Address("no-such-host.invalid"))
    transport = PatientTransport(nowhere, Listener(), patience=60)
    with pytest.raises(HostError) as raised:
        transport.run("true")
    assert "resolved" in raised.value.why

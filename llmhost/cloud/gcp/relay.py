"""The language of Identity-Aware Proxy's relay: bytes of one TCP connection in WebSocket messages.

Google documents it nowhere. The facts are those of two clients of its own, read on 2026-11-20:
gcloud's (googlecloudsdk/api_lib/compute/iap_tunnel_websocket*.py, in the mirror
google-cloud-sdk-unofficial/google-cloud-sdk at 01f043c), for address, frames and acknowledgements,
and IAP Desktop's (GoogleCloudPlatform/iap-desktop, Google.Solutions.Iap/Protocol), for the codes a
tunnel is closed with. Pure: bytes in, values out.
"""

import struct
from dataclasses import asdict, dataclass
from typing import TypeAlias
from urllib.parse import urlencode

ENDPOINT = "wss://tunnel.cloudproxy.app/v4"
SUBPROTOCOL = "relay.tunnel.cloudproxy.app"
ORIGIN = "bot:iap-tunneler"

MOST = 16384
"""Bytes one data frame carries at most."""
_ACK_AFTER = 2 * MOST  # bytes received since the last one; gcloud waits for as many

# One frame is one message, its tag first; all numbers are big-endian.
_SESSION, _DATA, _ACK = 1, 4, 7
_TAG = struct.Struct(">H")
_BLOCK = struct.Struct(">HI")  # the tag, and the length of what follows
_COUNT = struct.Struct(">HQ")  # the tag, and how many bytes have come since the beginning


class BrokenRelayError(Exception):
    """What the relay sent is not its language."""


@dataclass(frozen=True, slots=True)
class Target:
    """A TCP port of a network interface of an instance."""

    project: str
    zone: str
    instance: str
    interface: str
    port: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The relay has connected to the machine. `session` could resume a tunnel that broke."""

    session: bytes


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes from the machine."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """How many bytes the relay has had from us, since the beginning."""

    count: int


Frame: TypeAlias = Connected | Data | Received


def connect_url(endpoint: str, target: Target) -> str:
    """Where a tunnel to a target begins."""
    return f"{endpoint}/connect?{urlencode({**asdict(target), 'newWebsocket': True})}"


def data_frame(data: bytes) -> bytes:
    """Bytes for the machine, `MOST` at most."""
    return _BLOCK.pack(_DATA, len(data)) + data


def received_frame(count: int) -> bytes:
    """Says how many bytes have come from the machine since the beginning."""
    return _COUNT.pack(_ACK, count)


def read(message: bytes) -> Frame | None:
    """The frame in a message; None for one of a kind that says nothing to us, as gcloud has it.

    Bytes behind a frame are none of it.

    Raises:
        BrokenRelayError: The message is shorter than it says.
    """
    try:
        (tag,) = _TAG.unpack_from(message)
        if tag == _ACK:
            return Received(_COUNT.unpack_from(message)[1])
        if tag not in {_SESSION, _DATA}:
            return None
        length = _BLOCK.unpack_from(message)[1]
    except struct.error as error:
        raise BrokenRelayError(f"a message of {len(message)} bytes") from error
    body = message[_BLOCK.size : _BLOCK.size + length]
    if len(body) < length:
        raise BrokenRelayError(f"{len(body)} of {length} bytes")
    return Data(body) if tag == _DATA else Connected(body)


@dataclass(slots=True)
class Ledger:
    """What went each way, and what each side has told the other of it; all in bytes.

    Attributes:
        sent: To the machine.
        confirmed: How many of these the relay says it has.
        received: From the machine, and handed on.
        told: How many of these the relay knows we have.
    """

    sent: int = 0
    confirmed: int = 0
    received: int = 0
    told: int = 0

    def take(self, number: int) -> int | None:
        """Notes bytes that were handed on; answers with the count to tell, once that is due."""
        self.received += number
        if self.received - self.told <= _ACK_AFTER:
            return None
        self.told = self.received
        return self.received

    def confirm(self, count: int) -> None:
        """Notes what the relay has.

        Raises:
            BrokenRelayError: It goes back, or says it has more than was sent.
        """
        if not self.confirmed <= count <= self.sent:
            raise BrokenRelayError(
                f"{count} bytes confirmed after {self.confirmed}, of {self.sent} sent"
            )
        self.confirmed = count

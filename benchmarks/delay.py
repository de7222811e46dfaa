"""A longer wire: a TCP proxy on loopback that makes every byte take half a round trip.

Neither a kernel module nor root is needed. The handshake of TCP is counted as well: the far end is
connected to after one and a half round trips, and nothing of the near end leaves before one, as if
SYN and its answer had travelled. Not modelled: slow start (the two loopback connections have
windows of their own, so a large script arrives earlier than on a real long wire), loss, jitter,
bandwidth.
"""

import argparse
import asyncio
import contextlib
import socket
from collections.abc import Sequence

_CHUNK = 64 << 10  # bytes read at a time
_BACKLOG = 256  # connections that may wait to be accepted: 32 hosts come at once


async def serve(ports: Sequence[int], target: tuple[str, int], rtt: float) -> None:
    """Forwards connections on ports of 127.0.0.1 to `target`, `rtt` seconds away."""
    alive: set[asyncio.Task[None] | None] = set()  # the loop itself holds tasks only weakly

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        alive.add(asyncio.current_task())
        with contextlib.suppress(OSError):
            await _carry(reader, writer, target, rtt)
        writer.close()
        alive.discard(asyncio.current_task())

    async with contextlib.AsyncExitStack() as open_servers:
        for port in ports:
            server = await asyncio.start_server(connected, "127.0.0.1", port, backlog=_BACKLOG)
            await open_servers.enter_async_context(server)
        await asyncio.Event().wait()


async def _carry(
    near_in: asyncio.StreamReader,
    near_out: asyncio.StreamWriter,
    target: tuple[str, int],
    rtt: float,
) -> None:
    established = asyncio.get_running_loop().time() + rtt
    _at_once(near_out)
    outgoing: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    reading = asyncio.create_task(_collect(near_in, outgoing, rtt / 2, established))
    await asyncio.sleep(rtt * 1.5)
    far_in, far_out = await asyncio.open_connection(*target)
    _at_once(far_out)
    incoming: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    answering = asyncio.create_task(_collect(far_in, incoming, rtt / 2, established))
    await asyncio.gather(_deliver(outgoing, far_out), _deliver(incoming, near_out))
    await asyncio.gather(reading, answering)
    far_out.close()


async def _collect(
    stream: asyncio.StreamReader,
    queue: asyncio.Queue[tuple[float, bytes]],
    delay: float,
    not_before: float,
) -> None:
    """Notes when each piece is due at the other end; an empty piece is the end of the stream."""
    clock = asyncio.get_running_loop().time
    chunk = b"-"
    while chunk:
        try:
            chunk = await stream.read(_CHUNK)
        except OSError:
            chunk = b""
        queue.put_nowait((max(clock(), not_before) + delay, chunk))


async def _deliver(queue: asyncio.Queue[tuple[float, bytes]], stream: asyncio.StreamWriter) -> None:
    clock = asyncio.get_running_loop().time
    chunk = b"-"
    while chunk:
        due, chunk = await queue.get()
        await asyncio.sleep(max(0.0, due - clock()))
        with contextlib.suppress(OSError):
            if chunk:
                stream.write(chunk)
            else:
                stream.write_eof()


def _at_once(stream: asyncio.StreamWriter) -> None:
    sock: socket.socket = stream.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def main() -> None:
    """The command line: `delay.py TARGET_HOST TARGET_PORT RTT_MS PORT…`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host")
    parser.add_argument("target", type=int)
    parser.add_argument("rtt_ms", type=float)
    parser.add_argument("port", type=int, nargs="+")
    args = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(args.port, (args.host, args.target), args.rtt_ms / 1000))


if __name__ == "__main__":
    main()

"""This machine as a host: what a bootstrap script runs on the GPU machine itself."""

import os
import socket
import subprocess
import threading
from typing import IO, Self

from llmhost.errors import HostError
from llmhost.transport.base import Answer, LineHandler, Stream
from llmhost.transport.envelope import ENVIRONMENT, ROOT_ARGV, SUDO_ARGV, seal
from llmhost.transport.output import Stderr, Stdout
from llmhost.transport.refusals import not_started
from llmhost.transport.user import user_name

_CHUNK = 64 << 10  # bytes asked of a pipe at a time: what a Linux pipe holds
_CONNECT_SECONDS = 10.0  # a port of this machine answers at once, or its program hangs


class LocalTransport:
    """Runs scripts on this machine, as root directly or through `sudo -n`.

    Attributes:
        name: How messages call it.
        logins: Always 0; there is nothing to log in to.
        execs: How many scripts were run.
    """

    def __init__(self) -> None:
        self.name = "this machine"
        self.logins = 0
        self.execs = 0

    def start(self) -> None:
        """Nothing needs to be begun ahead of the first script."""

    def run(self, script: str, /, on_line: LineHandler | None = None) -> Answer:
        """Runs `script` with bash as root and waits for its end; see `Transport.run`."""
        self.execs += 1
        argv = ROOT_ARGV if os.geteuid() == 0 else SUDO_ARGV
        stdout, stderr = Stdout(on_line), Stderr()
        try:
            status = _exchange(argv, seal(script), stdout, stderr)
        except FileNotFoundError as error:
            status = 127  # as a shell would say it
            stderr.feed(f"{error.filename}: not found".encode())
        answer = Answer(status, stdout.finish(), stderr.finish())
        if not stdout.started and (
            refusal := not_started(self.name, user_name(), status, stdout.noise, answer.stderr)
        ):
            raise refusal
        return answer

    def stream(self, port: int, /) -> Stream:
        """Opens a stream to a port on 127.0.0.1; see `Transport.stream`."""
        return socket.create_connection(("127.0.0.1", port), timeout=_CONNECT_SECONDS)

    def close(self) -> None:
        """Nothing is held open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _exchange(argv: tuple[str, ...], sealed: bytes, stdout: Stdout, stderr: Stderr) -> int:
    """Runs a program with its three streams served at the same time; answers its exit status."""
    pipe = subprocess.PIPE
    environment = os.environ | ENVIRONMENT
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018  for mypy
        servants = (
            threading.Thread(target=_write, args=(process.stdin, sealed)),
            threading.Thread(target=_read, args=(process.stderr, stderr)),
        )
        for servant in servants:
            servant.start()
        try:
            _read(process.stdout, stdout)
        except BaseException:
            process.terminate()
            raise
        finally:
            for servant in servants:
                servant.join()
    if process.returncode < 0:
        why = f"it was killed by signal {-process.returncode}"
        raise HostError("the script on this machine did not end by itself", why=why)
    return process.returncode


def _write(stream: IO[bytes], data: bytes) -> None:
    try:
        with stream:
            stream.write(data)
    except BrokenPipeError:
        pass  # it ended without reading; its exit status and stderr say why


def _read(stream: IO[bytes], sink: Stdout | Stderr) -> None:
    while chunk := os.read(stream.fileno(), _CHUNK):
        sink.feed(chunk)

"""The same promises, kept by every transport."""

import contextlib
import os
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmhost.transport.base import Transport
from llmhost.transport.local import LocalTransport
from llmhost.transport.output import LINE_LIMIT, STDERR_LIMIT
from llmhost.transport.ssh import SshTransport
from llmhost.transport.wire import AHEAD_LIMIT, Wire
from tests.transport.sshd import free_port

MEGABYTE = 1_000_000


@pytest.fixture(params=["local", "ssh", "ssh, step by step"])
def host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Transport]:
    transport: Transport
    if request.param == "local":
        if os.geteuid():
            pytest.skip("needs root")
        transport = LocalTransport()
    else:
        if request.param != "ssh":
            monkeypatch.setattr(Wire, "takes_ahead", False)
        transport = SshTransport(request.getfixturevalue("sshd").address())
    yield transport
    transport.close()


def test_a_script_runs_as_root_and_its_streams_and_status_come_back(host: Transport) -> None:
    answer = host.run("id -u; echo grüße >&2; exit 7")
    assert (answer.exit_status, answer.stdout, answer.stderr) == (7, "0\n", "grüße\n")


def test_the_status_is_that_of_the_last_command(host: Transport) -> None:
    assert host.run("true\nfalse").exit_status == 1
    assert host.run("(exit 255)").exit_status == 255


def test_scripts_follow_each_other_and_share_nothing(host: Transport) -> None:
    assert host.run("left=over; cd /; echo one").stdout == "one\n"
    assert host.run('echo "${left-}two"').stdout == "two\n"
    assert host.run("echo three").stdout == "three\n"


def test_lines_are_handed_on_while_the_script_runs(host: Transport) -> None:
    seen: list[tuple[str, float]] = []
    answer = host.run(
        "echo first; sleep 0.5; printf last", lambda line: seen.append((line, time.monotonic()))
    )
    assert [line for line, _ in seen] == ["first", "last"]
    assert seen[1][1] - seen[0][1] > 0.3
    assert answer.stdout == ""


def test_what_the_listener_raises_comes_out_as_it_is(host: Transport) -> None:
    """A closed pipe at this end is none of the host's business."""

    def closed(_line: str) -> None:
        raise BrokenPipeError("stdout is gone")

    with pytest.raises(BrokenPipeError, match="stdout is gone"):
        host.run("echo one; echo two", closed)


def test_programs_in_a_script_cannot_swallow_the_rest_of_it(host: Transport) -> None:
    assert host.run("cat\necho after").stdout == "after\n"


def test_output_that_is_not_utf8_is_shown_with_replacements(host: Transport) -> None:
    assert host.run(r"printf 'a\xffb\n'").stdout == "a\ufffdb\n"


def test_output_without_a_last_newline_is_kept_as_it_is(host: Transport) -> None:
    assert host.run("printf 'x\\ny'").stdout == "x\ny"


def test_much_on_both_streams_at_once_does_not_block(host: Transport) -> None:
    chatter = "yes 0123456789 | head -c 6000000"
    answer = host.run(f"{chatter} >&2 & {chatter}; wait; echo end >&2")
    assert len(answer.stdout) == 6 * MEGABYTE
    assert len(answer.stderr) == STDERR_LIMIT
    assert answer.stderr.endswith("end\n")


def test_an_endless_line_comes_in_pieces(host: Transport) -> None:
    pieces: list[str] = []
    host.run(f"head -c {2 * LINE_LIMIT + 5} /dev/zero | tr '\\0' x; echo; echo y", pieces.append)
    assert [len(piece) for piece in pieces] == [LINE_LIMIT, LINE_LIMIT, 5, 1]


def test_a_script_larger_than_any_window_arrives_whole(host: Transport) -> None:
    line = f"w={'x' * 1000}; n=$((n + ${{#w}}))\n"
    count = 4 * AHEAD_LIMIT // len(line)
    assert host.run(f"n=0\n{line * count}echo $n").stdout == f"{count * 1000}\n"


def test_a_secret_is_in_no_argument_list(host: Transport) -> None:
    script = "secret=xyzzy-plugh\ncat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"
    assert "xyzzy-plugh" not in host.run(script).stdout


def test_a_script_with_a_syntax_error_runs_not_at_all(host: Transport, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    answer = host.run(f"touch {trace}\nif true; then")
    assert answer.exit_status != 0
    assert "syntax error" in answer.stderr
    assert not trace.exists()


def test_messages_of_programs_are_in_english(host: Transport) -> None:
    assert "No such file or directory" in host.run("ls /nowhere").stderr


def test_closing_twice_and_closing_what_never_ran_are_harmless(host: Transport) -> None:
    host.close()
    host.close()


def test_streams_reach_a_port_of_the_host_side_by_side(host: Transport) -> None:
    with echoing() as port:
        streams = [host.stream(port) for _ in range(8)]
        for number, stream in enumerate(streams):
            stream.settimeout(10)
            stream.sendall(b"%d" % number)
        heard = [stream.recv(100) for stream in reversed(streams)]
        for stream in streams:
            stream.close()
    assert heard == [b"%d" % number for number in reversed(range(8))]


def test_a_stream_works_before_and_after_a_script(host: Transport) -> None:
    with echoing() as port:
        for _ in range(2):
            stream = host.stream(port)
            stream.settimeout(10)
            stream.sendall(b"one")
            assert stream.recv(100) == b"one"
            stream.close()
            assert host.run("echo two").stdout == "two\n"


def test_a_stream_that_is_silent_ends_when_its_time_is_up(host: Transport) -> None:
    with echoing() as port:
        stream = host.stream(port)
        stream.settimeout(0.1)
        with pytest.raises(TimeoutError):
            stream.recv(100)
        stream.close()


def test_a_port_that_nobody_listens_on_refuses_a_stream(host: Transport) -> None:
    port = free_port()
    with pytest.raises(ConnectionRefusedError):
        host.stream(port)


@contextlib.contextmanager
def echoing() -> Iterator[int]:
    """The port of a server that sends back what it is sent."""

    class Echo(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while data := self.request.recv(100):
                self.request.sendall(data)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()

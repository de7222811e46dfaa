from hypothesis import given
from hypothesis import strategies as st

from llmhost.transport.envelope import STARTED
from llmhost.transport.output import STDERR_LIMIT, Stderr, Stdout


@given(st.lists(st.binary(max_size=20)))
def test_lines_are_the_same_however_the_bytes_are_cut(chunks: list[bytes]) -> None:
    whole = f"{STARTED}\n".encode() + b"".join(chunks)
    lines: list[str] = []
    cut = Stdout(lines.append)
    cut.feed(whole[: len(STARTED) + 1])
    for chunk in chunks:
        cut.feed(chunk)
    cut.finish()
    kept = Stdout()
    kept.feed(whole)
    text = kept.finish()
    assert text == b"".join(chunks).decode(errors="replace")
    assert lines == (text.removesuffix("\n").split("\n") if text else [])


def test_what_comes_before_the_script_is_noise() -> None:
    out = Stdout()
    out.feed(b"motd\n")
    assert not out.started
    out.feed(f"{STARTED}\nmine\n".encode())
    assert (out.started, out.noise, out.finish()) == (True, "motd\n", "mine\n")


def test_of_standard_error_the_end_is_kept() -> None:
    err = Stderr()
    for _ in range(3):
        err.feed(b"x" * STDERR_LIMIT)
    err.feed(b"end")
    assert len(err.finish()) == STDERR_LIMIT
    assert err.finish().endswith("end")

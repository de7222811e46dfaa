"""Scripts carry any text there and back as it is."""

import shlex
import subprocess

from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmhost.host import script
from llmhost.host.script import Job
from llmhost.transport.base import Answer

MARK = "0123456789abcdef" * 2
# Whatever is awkward for a shell, a line, or the frame around an answer. NUL cannot be an argument.
awkward = [
    "\n",
    "\t",
    "'",
    '"',
    "\\",
    "$(id)",
    "`id`",
    "${x}",
    "!",
    "*",
    "é",
    "\u2028",
    "\x01",
    "\r",
    "-n",
    "EOF",
]
alike = (f"\n{MARK[:-1]} 0\n", f"{'f' * 32} 0", " 0\n", "end\t0")
pieces = st.sampled_from((*awkward, *alike)) | st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), max_size=5
)
texts = st.lists(pieces, max_size=6).map("".join)


def bash(source: str) -> str:
    done = subprocess.run(["bash"], input=source.encode(), capture_output=True, check=True)
    return done.stdout.decode()


@given(st.lists(texts, min_size=1, max_size=20))
@example(["", "\n", "\n\n", f"\n{MARK}", f"{MARK} 0\n"])
@settings(max_examples=40, deadline=None)
def test_answers_come_back_as_they_were_given(texts: list[str]) -> None:
    questions = [("printf", "%s", text) for text in texts]
    output = bash(script.gather(questions, MARK))
    assert script.answers(output, MARK) == tuple(Answer(0, text, "") for text in texts)


@given(st.lists(texts, min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_each_word_of_a_call_arrives_as_one_word(words: list[str]) -> None:
    output = bash(script.call(["printf", "%s\\0", *words]) + "\n")
    assert output.split("\0")[:-1] == words


def test_a_question_that_fails_ends_nothing_and_a_missing_program_is_127() -> None:
    questions = [("false",), ("no-such-program",), ("bash", "-c", "echo words; exit 3"), ("true",)]
    output = bash(script.gather(questions, MARK))
    assert [(one.exit_status, one.stdout) for one in script.answers(output, MARK)] == [
        (1, ""),
        (127, ""),
        (3, "words\n"),
        (0, ""),
    ]


def test_a_question_cannot_read_the_rest_of_the_script() -> None:
    output = bash(script.gather([("cat",), ("echo", "here")], MARK))
    assert [one.stdout for one in script.answers(output, MARK)] == ["", "here\n"]


def test_a_script_that_ends_early_gives_fewer_answers() -> None:
    source = script.gather(
        [("echo", "one"), ("kill_me",)], MARK, extra="kill_me() { kill -9 $$; }\n"
    )
    done = subprocess.run(["bash"], input=source.encode(), capture_output=True, check=False)
    assert len(script.answers(done.stdout.decode(), MARK)) == 1


def test_definitions_that_questions_rely_on_are_at_hand() -> None:
    output = bash(script.gather([("said",)], MARK, extra="word=hello\nsaid() { echo $word; }\n"))
    assert script.answers(output, MARK)[0].stdout == "hello\n"


def test_comments_stay_at_home() -> None:
    for name in ("facts", "effects", "apply", "follow", "observe"):
        assert not [line for line in script.library(name).splitlines() if line.startswith("#")]


def test_the_path_of_the_host_is_the_same_for_every_user() -> None:
    assert bash(script.gather([("bash", "-c", "echo $PATH $LC_ALL")], MARK)).startswith(
        "/usr/local/"
    )


def test_jobs_without_a_lane_wait_for_everything_before_them() -> None:
    jobs = [
        Job(0, "a", "", (("true",),)),
        Job(1, "b", "image", (("true",),)),
        Job(2, "c", "weights", (("true",),)),
        Job(3, "d", "image", (("true",), ("false",))),
        Job(4, "e", "", ()),
    ]
    source = script.apply(jobs, "me")
    assert source.splitlines()[-6:] == [
        "step 0 job_0 || finish $?",
        "lane_image() { step 1 job_1 && step 3 job_3; }",
        "lane_weights() { step 2 job_2; }",
        "lanes lane_image lane_weights || finish $?",
        "step 4 job_4 || finish $?",
        "finish 0",
    ]
    assert "job_3() {\n  true &&\n  false\n}\n" in source
    assert "job_4() {\n  true\n}\n" in source


def test_steps_of_one_lane_alone_need_no_lane() -> None:
    source = script.apply([Job(0, "a", "image", ()), Job(1, "b", "image", ())], "me")
    assert source.splitlines()[-3:-1] == ["step 0 job_0 || finish $?", "step 1 job_1 || finish $?"]


def test_a_launched_script_is_one_word_whatever_it_holds() -> None:
    source = script.launch("echo 'it is'\n", "llmhost up it's")
    assert shlex.quote("echo 'it is'\n") in source
    assert source.rstrip().endswith("follow || exit")


def test_a_follower_brings_no_work_of_its_own() -> None:
    assert "systemd-run" not in script.follow().rpartition("}")[2]

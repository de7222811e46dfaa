"""An apply is started once, and whoever wants may follow it from its first word."""

import subprocess
import threading
import time

from llmhost.host import script
from llmhost.host.script import Job
from tests.host.shell import Shell, await_file

# systemd as far as `launch` and `follow` know it: one unit, running or not.
SYSTEMD = """
systemd-run() {
  [[ -z ${refuses:-} ]] || { echo "Failed to start transient service unit" >&2; return 1; }
  setsid bash "${@: -1}" </dev/null >/dev/null 2>&1 9>&- &
  echo $! >/run/llmhost/pid
}
systemctl() {
  local pid=none state=Z
  [[ -e /run/llmhost/pid ]] && read -r pid </run/llmhost/pid
  [[ -e /proc/$pid/stat ]] && read -r _ _ state _ <"/proc/$pid/stat"
  [[ $state == Z ]] && state=inactive || state=active
  echo "$state"
}
"""


def launched(shell: Shell, job: Job, more: str = "") -> subprocess.CompletedProcess[str]:
    source = script.launch(script.apply([job], "me@laptop"), "llmhost up x")
    return shell.run(SYSTEMD + more + source + "echo what comes after\n")


def test_an_apply_is_followed_to_its_end_and_the_script_goes_on(shell: Shell) -> None:
    done = launched(shell, Job(0, "a", "", (("sleep", "0.3"),)))
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "title\t0\ta"
    assert lines[-2:] == ["end\t0", "what comes after"]


def test_after_a_failure_nothing_of_the_script_is_run(shell: Shell) -> None:
    done = launched(shell, Job(0, "a", "", (("false",),)))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "end\t1"


def test_a_second_apply_is_refused_and_told_who_works(shell: Shell) -> None:
    first = threading.Thread(target=launched, args=(shell, Job(0, "a", "", (("sleep", "1"),))))
    first.start()
    await_file(shell.path("/run/llmhost/apply/holder"))
    second = launched(shell, Job(0, "b", "", (("true",),)))
    first.join()
    assert second.returncode == 75
    assert second.stdout == "busy\tme@laptop\n"


def test_a_follower_that_comes_late_hears_everything(shell: Shell) -> None:
    first = threading.Thread(target=launched, args=(shell, Job(0, "a", "", (("sleep", "0.5"),))))
    first.start()
    await_file(shell.path("/run/llmhost/apply/holder"))
    second = shell.run(SYSTEMD + script.follow())
    first.join()
    assert second.stdout.splitlines()[0] == "title\t0\ta"
    assert second.stdout.splitlines()[-1] == "end\t0"


def test_a_host_that_starts_no_unit_says_why_where_it_is_heard(shell: Shell) -> None:
    done = launched(shell, Job(0, "a", "", ()), "refuses=yes\n")
    assert done.returncode == 1
    assert "Failed to start transient service unit" in done.stderr
    assert "what comes after" not in done.stdout


def test_work_that_ends_without_a_word_is_lost(shell: Shell) -> None:
    events = shell.path("/run/llmhost/apply/events")
    events.write_text("title\t0\ta\n")
    done = shell.run(f"{SYSTEMD}sleep() {{ :; }}\n{script.follow()}")
    assert (done.returncode, done.stdout) == (1, "title\t0\ta\nlost\n")


def test_nothing_to_follow_is_no_error(shell: Shell) -> None:
    assert shell.run(SYSTEMD + script.follow()).returncode == 0


def test_a_line_that_is_written_in_pieces_is_told_in_one(shell: Shell) -> None:
    events = shell.path("/run/llmhost/apply/events")
    events.touch()
    running = "systemctl() { return 0; }\n"
    with subprocess.Popen(
        ["bash", "-c", shell.moved(running + script.follow())], stdout=subprocess.PIPE, text=True
    ) as follower:
        with events.open("a") as file:
            for piece in ("step\t0", "\tstart", "ed\nend", "\t4\n"):
                file.write(piece)
                file.flush()
                time.sleep(0.15)
        told, _ = follower.communicate(timeout=10)
    assert told == "step\t0\tstarted\nend\t4\n"
    assert follower.returncode == 4


def test_nobody_but_root_may_read_what_is_to_be_done(shell: Shell) -> None:
    mode = "stat -c %a /run/llmhost/apply/script >/run/llmhost/seen"
    launched(shell, Job(0, "a", "", (("true",),)), f"systemd-run() {{ {mode}; return 1; }}\n")
    assert shell.path("/run/llmhost/seen").read_text() == "600\n"


def test_the_script_with_its_secrets_is_gone_before_the_first_step(shell: Shell) -> None:
    gone = ("test", "!", "-e", "/run/llmhost/apply/script")
    done = launched(shell, Job(0, "a", "", (gone,)))
    assert done.stdout.splitlines()[-2:] == ["end\t0", "what comes after"]


def test_a_script_that_was_never_started_does_not_stay(shell: Shell) -> None:
    launched(shell, Job(0, "a", "", ()), "refuses=yes\n")
    assert not shell.path("/run/llmhost/apply/script").exists()


ENDING = """
systemctl() {
  cat /run/llmhost/apply/events >>/run/llmhost/seen
  (($(wc -l </run/llmhost/seen) < 6)) || { echo inactive; return; }
  echo deactivating
}
sleep() { command sleep 0.01; }
"""


def test_an_apply_that_is_being_ended_is_waited_out(shell: Shell) -> None:
    """Its lock is still held, though it is not active any more; its events stay until then."""
    shell.path("/run/llmhost/apply/events").write_text("of the one before\n")
    done = launched(shell, Job(0, "a", "", (("true",),)), ENDING)
    assert done.stdout.splitlines()[-1] == "what comes after"
    assert shell.path("/run/llmhost/seen").read_text().startswith("of the one before\n" * 6)


def test_an_apply_that_is_being_ended_is_followed_until_it_is_gone(shell: Shell) -> None:
    """It finishes the step in hand, and what is on the host is in flux until then."""
    shell.path("/run/llmhost/apply/events").write_text("title\t0\ta\n")
    done = shell.run(ENDING + script.follow())
    assert done.stdout == "title\t0\ta\nlost\n"
    assert len(shell.path("/run/llmhost/seen").read_text().splitlines()) > 5


def test_a_step_that_ends_as_a_taken_lock_does_is_a_failure_of_its_own(shell: Shell) -> None:
    done = launched(shell, Job(0, "a", "", (("bash", "-c", "exit 75"),)))
    assert done.returncode == 75
    assert "busy" not in done.stdout


def test_an_apply_has_the_environment_that_a_login_on_the_host_has(shell: Shell) -> None:
    """Its proxies above all, which systemd gives no unit by itself."""
    seen = 'before=$(declare -f systemd-run)\neval "${before/systemd-run/start}"\n'
    seen += 'systemd-run() { printf "%s\\n" "$@" >/run/llmhost/seen; start "$@"; }\n'
    launched(shell, Job(0, "a", "", (("true",),)), seen)
    asked = shell.path("/run/llmhost/seen").read_text().split("\n")
    assert "--property=EnvironmentFile=-/etc/environment" in asked

"""What runners themselves talk to: they connect, wait for a job, and tell how it ended.

GitHub's own protocol between runner and service is not described anywhere; this one is ours, and
so is the program that speaks it.
"""

import gzip
import io
import tarfile
from typing import Any

from tests.fake_github.gate import Answer
from tests.fake_github.world import World

# A stand-in for actions/runner: it takes its configuration as that one does, in the environment.
RUN = r"""#!/bin/bash
set -u
if [[ -z ${ACTIONS_RUNNER_INPUT_JITCONFIG:-} ]]; then
  echo "Not configured. Run config.(sh/cmd) to configure the runner."
  exit 0
fi
config=$(base64 -d <<<"$ACTIONS_RUNNER_INPUT_JITCONFIG")
unset ACTIONS_RUNNER_INPUT_JITCONFIG
field() { sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p"; }
for file in .runner .credentials; do
  field "$file" <<<"$config" | base64 -d >"$file" || exit 1
done
server=$(field serverUrl <.runner) key=$(field key <.credentials)
ask() { curl -sS --noproxy '*' -m 20 -H @<(echo "Authorization: Bearer $key") "$@"; }
said=$(ask -X POST -d "$(cat version)" "$server/connect") || { echo "$said"; exit 0; }
[[ $said == welcome ]] || { echo "$said"; exit 0; }
echo "√ Connected to GitHub"
echo "$(date -u '+%F %TZ'): Listening for Jobs"
trap 'exit 0' TERM INT
until job=$(ask "$server/job") && [[ -n $job ]]; do sleep 0.3; done
echo "Running job"
mkdir -p _work _diag
export GITHUB_RUN_ID=4242 GITHUB_JOB=test
if "$ACTIONS_RUNNER_HOOK_JOB_STARTED" >_work/log 2>&1; then
  (cd _work && bash -c "$job") >>_work/log 2>&1
  status=$?
else
  status=99
fi
ask -X POST --data-binary @_work/log "$server/done/$status" >/dev/null
echo "Job completed with result: $status"
"""

# What the real one does with apt, counted.
INSTALL = r"""#!/bin/bash
echo "installed as $(id -un)" >>/var/tmp/installdependencies
"""


def program(version: str) -> bytes:
    """The archive of the runner, the same bytes for the same version."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for name, text in (
            ("run.sh", RUN),
            ("bin/installdependencies.sh", INSTALL),
            ("version", version),
        ):
            content = text.encode()
            entry = tarfile.TarInfo(f"./{name}")
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def served(world: World, path: str, key: str, body: bytes) -> Answer:  # noqa: PLR0911  a table
    """Answers a runner."""
    runner = world.by_key(key.removeprefix("Bearer "))
    if runner is None:
        return Answer(401, "The runner registration has been deleted from the server")
    what, _, rest = path.partition("/")
    match what:
        case "connect" if world.refuse_connect:
            return Answer(200, world.refuse_connect)
        case "connect" if runner.online:
            return Answer(200, "A session for this runner already exists.")
        case "connect":
            runner.online, runner.version = True, body.decode()
            return Answer(200, "welcome")
        case "job":
            job = world.work_for(runner)
            return Answer(200, job.script if job else "")
        case "done":
            _ended(world, runner, int(rest), body)
            return Answer(200, "")
        case _:
            return Answer(404, "")


def _ended(world: World, runner: Any, status: int, body: bytes) -> None:  # noqa: ANN401
    if runner.job:
        runner.job.status, runner.job.output = status, body.decode(errors="replace")
    if runner in world.runners:
        world.runners.remove(runner)  # it was for one job

#!/usr/bin/env bash
# Brings the deployment up. Cancelled, it begins to take it away in the seconds that are left; the job with `down`, and
# the machine's own end, are for the rest.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=action/naming.bash
source "$here/naming.bash"

# arguments: the command line, from the inputs.
arguments() {
  local input flag value
  argv=(up "${INPUT_PROVIDER:?}" --name "$name" --ttl "${INPUT_TTL:-2h}" --yes --output json)
  for input in model gpus gpu cloud project zone labels file; do
    flag=INPUT_${input^^} value=''
    value=${!flag:-}
    [[ -z $value ]] || argv+=("--$input" "$value")
  done
  [[ -z $at ]] || argv+=(--runner "$at")
  [[ ${INPUT_RUNNER_GROUP:-} == '' ]] || argv+=(--runner-group "$INPUT_RUNNER_GROUP")
  [[ ${INPUT_PUBLIC_REPOSITORY:-} != true ]] || argv+=(--public-repository)
  # Words between blanks; nothing in them is a pattern or a command.
  read -ra more <<<"${INPUT_ARGS:-}"
  argv+=("${more[@]}")
}

# cancelled: GitHub waits 7.5 s after SIGINT and 2.5 s after SIGTERM, then ends everything.
cancelled() {
  local child=${!:-}
  trap '' INT TERM
  printf '::warning title=llmhost::cancelled: taking %s away\n' "$name"
  # It is over before anything is taken away, so that it makes nothing meanwhile; perhaps it has ended already.
  kill -TERM "$child" 2>/dev/null || true
  (sleep 2 && kill -KILL "$child") >/dev/null 2>&1 &
  wait "$child" || true
  "$here/down.sh" || true
  exit 130
}

name=$(name_of "${GITHUB_RUN_ATTEMPT:?}")
at=$(place)
arguments
result=$(mktemp)
trap 'rm -f "$result"' EXIT
trap cancelled INT TERM

(
  credentials
  exec llmhost "${argv[@]}" >"$result"
) &
wait "$!"

python3 - "$result" <<'PYTHON' >>"${GITHUB_OUTPUT:?}"
import json, sys

with open(sys.argv[1], encoding="utf-8") as file:
    served = json.load(file)
runner = served.get("runner") or {}
known = {key: served.get(key) or "" for key in ("endpoint", "provider", "model", "expires", "machine_type", "place")}
for key, value in {**known, "runner": runner.get("name", "")}.items():
    print(f"{key.replace('_', '-')}={' '.join(str(value).split())}")
PYTHON
printf '%s is up\n' "$name"

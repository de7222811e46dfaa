#!/usr/bin/env bash
# Has `llmhost` on PATH: the one that is there, or else the one this action is part of.
set -euo pipefail

if [[ -z ${INPUT_LLMHOST:-} ]] && command -v llmhost >/dev/null; then
  llmhost --version
  exit
fi

home=${RUNNER_TEMP:?}/llmhost
[[ -x $home/bin/python ]] || python3 -m venv "$home"
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$home/bin/pip" install --quiet --disable-pip-version-check "${INPUT_LLMHOST:-${source}[gcp]}"
printf '%s\n' "$home/bin" >>"${GITHUB_PATH:?}"
"$home/bin/llmhost" --version

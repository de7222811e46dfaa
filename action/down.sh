#!/usr/bin/env bash
# Takes away what this run has made, in this attempt and in those before it. It needs no output of any other job: all
# follows from inputs, run and attempt. What is gone already is no failure.
set -euo pipefail
# shellcheck source=action/naming.bash
source "$(dirname "${BASH_SOURCE[0]}")/naming.bash"

flags=(--yes) status=0
at=$(place)
[[ -z $at ]] || flags+=(--runner "$at")
[[ -z ${INPUT_CLOUD:-} ]] || flags+=(--cloud "$INPUT_CLOUD")
[[ -z ${INPUT_PROJECT:-} ]] || flags+=(--project "$INPUT_PROJECT")

for ((attempt = ${GITHUB_RUN_ATTEMPT:?}; attempt >= 1; attempt--)); do
  name=$(name_of "$attempt")
  (
    credentials
    exec llmhost down "$name" "${flags[@]}"
  ) || status=1
done
((status == 0)) || printf '::error title=llmhost::not everything is gone; it ends by itself at its time to live\n'
exit "$status"

#!/usr/bin/env bash
# The outputs that are known before anything is made, so that they are there whenever the job is cancelled.
set -euo pipefail
# shellcheck source=action/naming.bash
source "$(dirname "${BASH_SOURCE[0]}")/naming.bash"

name=$(name_of "${GITHUB_RUN_ATTEMPT:?}")
output name "$name"
output label "llmhost-$name"
output labels "[\"self-hosted\", \"llmhost-$name\"]"
printf 'the deployment is called %s\n' "$name"

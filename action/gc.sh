#!/usr/bin/env bash
# Sweeps what neither `down` nor a time to live could take away. Nobody waits for it, so it fails where something is left.
set -euo pipefail
# shellcheck source=action/naming.bash
source "$(dirname "${BASH_SOURCE[0]}")/naming.bash"

argv=(gc --yes)
at=$(place)
[[ -z $at ]] || argv+=(--runner "$at")
[[ -z ${INPUT_CLOUD:-} ]] || argv+=(--cloud "$INPUT_CLOUD")
[[ -z ${INPUT_PROJECT:-} ]] || argv+=(--project "$INPUT_PROJECT")

credentials
exec llmhost "${argv[@]}"

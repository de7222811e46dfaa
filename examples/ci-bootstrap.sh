#!/usr/bin/env bash
# For a CI job on a GPU runner: brings a provider up on this very machine and leaves its endpoint in the environment.
# Run as root, or as a user with passwordless sudo. A machine that is thrown away afterwards needs no `down`.
#
#   examples/ci-bootstrap.sh PROVIDER [FLAG...]
#   examples/ci-bootstrap.sh ollama --model qwen2.5:7b
#
# LLMHOST says what to install: a wheel, a checkout, or git+https://…@COMMIT; by default the checkout this file is in. A
# name alone would take whatever an index calls so. GPUs are those the machine has.
set -euo pipefail

python3 -m venv ~/.llmhost 2>/dev/null || {
  sudo=()
  ((EUID == 0)) || sudo=(sudo)
  "${sudo[@]}" apt-get -qq update
  "${sudo[@]}" apt-get -qq install --yes python3-venv >/dev/null
  python3 -m venv ~/.llmhost
}
~/.llmhost/bin/pip install --quiet --disable-pip-version-check "${LLMHOST:-$(dirname "${BASH_SOURCE[0]}")/..}"

gpus=$(nvidia-smi -L 2>/dev/null | wc -l || true)
endpoint=$(~/.llmhost/bin/llmhost up "$@" --gpus "$gpus" --local --yes)

# stdout of `up` is the endpoint and nothing else. GitHub's name for the file of variables is the default.
echo "OPENAI_BASE_URL=$endpoint" >>"${GITHUB_ENV:-/dev/stdout}"

#!/usr/bin/env bash
# An afternoon with a model on this computer: up, one question, down whatever happens in between.
#
#   examples/laptop.sh [QUESTION]
#
# It runs llama.cpp on the CPU of a sandbox machine. For a machine with GPUs of your own, say `--gpus 2 --host you@it`
# in the place of `--gpus 0 --cloud sandbox`, and leave out the last line of `finish`: `down` would end what may serve
# others, too.
set -euo pipefail

readonly name=${NAME:-afternoon} port=${PORT:-9000} question=${1:-Why is the sky blue?}

finish() {
  [[ -z ${tunnel:-} ]] || kill "$tunnel" 2>/dev/null || true
  llmhost down "$name" --cloud sandbox --yes
}
trap finish EXIT

llmhost up llamacpp --gpus 0 --cloud sandbox --name "$name" --yes

# The endpoint listens on the machine's own 127.0.0.1; the tunnel makes it this computer's.
llmhost forward "$name" --cloud sandbox --port "$port" &
tunnel=$!

# Any OpenAI client does the same: OpenAI(base_url="http://127.0.0.1:9000/v1", api_key="none").
curl --silent --fail --retry 20 --retry-delay 1 --retry-connrefused \
  --header 'Content-Type: application/json' \
  --data "{\"messages\": [{\"role\": \"user\", \"content\": \"$question\"}], \"max_tokens\": 64}" \
  "http://127.0.0.1:$port/v1/chat/completions"
echo

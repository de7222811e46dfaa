#!/usr/bin/env bash
# An afternoon with a model on two L4s of Google Cloud: the price first, then up, one question, down whatever happens.
#
#   examples/gcp/laptop.sh [QUESTION]
#
# Needs credentials (`gcloud auth application-default login`) and a project (`gcloud config set project ...`);
# `llmhost doctor` says what else is missing. Should this computer die, Google deletes the machine after two hours.
set -euo pipefail

readonly name=${NAME:-afternoon} port=${PORT:-9000} question=${1:-Why is the sky blue?}
readonly what=(vllm --gpus 2 --cloud gcp --name "$name" --ttl 2h --max-price "${MAX_PRICE:-2.50}")

finish() {
  [[ -z ${tunnel:-} ]] || kill "$tunnel" 2>/dev/null || true
  llmhost down "$name" --cloud gcp --yes
}

llmhost plan "${what[@]}"
trap finish EXIT
llmhost up "${what[@]}" --yes

llmhost forward "$name" --cloud gcp --port "$port" &
tunnel=$!
curl --silent --fail --retry 20 --retry-delay 1 --retry-connrefused \
  --header 'Content-Type: application/json' \
  --data "{\"model\": \"Qwen/Qwen3-32B-AWQ\", \"messages\": [{\"role\": \"user\", \"content\": \"$question\"}]}" \
  "http://127.0.0.1:$port/v1/chat/completions"
echo

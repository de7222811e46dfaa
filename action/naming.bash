# What the steps of both actions have in common. A name is known before anything is made, and again after everything is
# lost: it follows from the inputs, the run and the attempt alone.

fail() {
  printf '::error title=llmhost::%s\n' "$1" >&2
  exit 2
}

# name_of ATTEMPT: what the deployment of an attempt of this run is called.
name_of() {
  local prefix=${INPUT_NAME:-${INPUT_PROVIDER:-}} name
  [[ $prefix =~ ^[a-z][a-z0-9-]*$ ]] ||
    fail "name (or provider) has to be small letters, digits and hyphens, a letter first: \`$prefix\`"
  name=$prefix-${GITHUB_RUN_ID:?}-$1
  ((${#name} <= 31)) || fail "name is too long: $name has ${#name} characters, and 31 is the most"
  printf '%s' "$name"
}

# place: where jobs come from, and so where the runner is registered; nothing for a host without a runner.
place() {
  [[ $INPUT_RUNNER == none ]] || printf '%s' "${INPUT_RUNNER:-github:${GITHUB_REPOSITORY:?}}"
}

# output NAME VALUE: an output of the step, on one line whatever is in it.
output() { printf '%s=%s\n' "$1" "${2//[$'\r\n']/ }" >>"${GITHUB_OUTPUT:?}"; }

# credentials: from inputs into the names llmhost knows; nothing is printed, nothing becomes an argument.
credentials() {
  [[ -z ${INPUT_APP_ID:-} ]] || export LLMHOST_GITHUB_APP_ID=$INPUT_APP_ID LLMHOST_GITHUB_APP_KEY=${INPUT_APP_KEY:-}
  [[ -z ${INPUT_TOKEN:-} ]] || export LLMHOST_GITHUB_TOKEN=$INPUT_TOKEN
  unset INPUT_APP_KEY INPUT_TOKEN
}

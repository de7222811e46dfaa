# Runs steps inside the unit llmhost-apply.service, and lets anybody follow from outside.
#
# The unit is the lock: systemd starts no second one of that name. What happens is told as lines in the file
# `events`, which followers read from the start; a follower that goes away disturbs nothing.

readonly apply_root=/run/llmhost/apply

# event FIELD...: one line for the followers, fields separated by tabs, whatever is in them.
event() {
  local field line=''
  for field in "$@"; do line+=${field//[$'\t\n']/ }$'\t'; done
  printf '%s\n' "${line%$'\t'}" >&3
}

# progress JOB DONE TOTAL TEXT: how far long work has come, in bytes.
progress() { event progress "$1" "$2" "$3" "$4"; }

# step NUMBER FUNCTION: runs one step; its output is kept, and its last lines are told when it fails.
step() {
  local number=$1 output=$apply_root/step.$1 status begun=${EPOCHREALTIME/[^0-9]/}
  event step "$number" started
  "$2" >"$output" 2>&1 </dev/null
  status=$?
  if ((status)); then
    local line
    while IFS= read -r line; do event evidence "$number" "$line"; done \
      < <(tail -n 20 "$output" | tr '\r' '\n' | grep -v '^[[:space:]]*$')
    event step "$number" failed "$status"
  else
    event step "$number" changed $(((${EPOCHREALTIME/[^0-9]/} - begun) / 1000))
  fi
  return "$status"
}

# lanes FUNCTION...: runs lanes of steps side by side; the first that fails ends the others.
lanes() {
  local -A running=()
  local lane pid status=0
  for lane in "$@"; do
    # A process group of its own, so that ending a lane ends what it started.
    set -m
    "$lane" &
    set +m
    running[$!]=1
  done
  while ((${#running[@]})); do
    wait -n -p pid "${!running[@]}" || {
      status=$?
      unset "running[$pid]"
      for pid in "${!running[@]}"; do kill -TERM -- "-$pid" 2>/dev/null; done
      wait
      return "$status"
    }
    unset "running[$pid]"
  done
}

# begin HOLDER: the first thing an apply does.
begin() {
  printf '%s\n' "$1" >"$apply_root/holder"
  exec 3>>"$apply_root/events"
  export LC_ALL=C.UTF-8 HOME=/root
}

# finish STATUS: the last thing an apply does.
finish() {
  event end "$1"
  rm -f "$apply_root/holder" "$apply_root/script"
  exit "$1"
}

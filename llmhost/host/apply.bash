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

# step NUMBER FUNCTION: runs one step; its output is kept, and its last lines are told when it fails. After a failure
# none is begun any more, and a download that was ended for it says nothing.
step() {
  local number=$1 output=$apply_root/step.$1 status begun=${EPOCHREALTIME/[^0-9]/}
  [[ ! -e $apply_root/failed ]] || return 1
  event step "$number" started
  "$2" >"$output" 2>&1 </dev/null
  status=$?
  if ((status == 143)) && [[ -e $apply_root/failed ]]; then
    return "$status"
  elif ((status)); then
    : >"$apply_root/failed"
    local line
    while IFS= read -r line; do event evidence "$number" "$line"; done \
      < <(tail -n 20 "$output" | tr '\r' '\n' | grep -v '^[[:space:]]*$')
    event step "$number" failed "$status"
  else
    event step "$number" changed $(((${EPOCHREALTIME/[^0-9]/} - begun) / 1000))
  fi
  return "$status"
}

# lanes FUNCTION...: runs lanes of steps side by side. After a failure each other lane finishes the step in hand, for
# packages that are cut off half-way leave the host broken; only a download is ended.
lanes() {
  local -A running=()
  local lane pid status=0
  for lane in "$@"; do
    # A process group of its own, so that a signal reaches all that a lane has started.
    set -m
    { trap '' TERM && "$lane"; } &
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

# interruptible COMMAND...: a download, which the failure of another lane ends; it goes on from there the next time.
interruptible() { (trap - TERM && "$@"); }

# begin HOLDER: the first thing an apply does.
begin() {
  printf '%s\n' "$1" >"$apply_root/holder"
  exec 3>>"$apply_root/events"
  # It holds secrets. This bash has it open and reads on; whoever ends this, nothing of it stays.
  rm -f "$apply_root/script"
  # Stopped from outside: lanes finish the step in hand, and begin none.
  trap ': >"$apply_root/failed"; exit 143' TERM
  export LC_ALL=C.UTF-8 HOME=/root
}

# finish STATUS: the last thing an apply does.
finish() {
  event end "$1"
  rm -f "$apply_root/holder"
  exit "$1"
}

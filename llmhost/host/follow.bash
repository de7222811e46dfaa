# Starts an apply on the host and follows one that runs; the listener may go away at any time.

readonly apply_root=/run/llmhost/apply

# launch TITLE SCRIPT: gives the script to systemd; fails when another apply runs.
launch() {
  local title=$1 script=$2
  umask 077
  mkdir -p /run/llmhost && exec 9>/run/llmhost/launch.lock && flock 9
  if systemctl is-active --quiet llmhost-apply.service; then
    printf 'busy\t%s\n' "$(cat "$apply_root/holder" 2>/dev/null)"
    return 75
  fi
  rm -rf "$apply_root" && mkdir -p "$apply_root" && : >"$apply_root/events"
  printf '%s' "$script" >"$apply_root/script"
  systemd-run --quiet --collect --unit=llmhost-apply --description="$title" \
    --property=KillMode=control-group --property=TimeoutStopSec=20 \
    /bin/bash "$apply_root/script" </dev/null 9>&-
  local status=$?
  exec 9>&-
  return "$status"
}

# follow: tells the events of the apply from its first one, until it ends.
follow() {
  local line rest='' idle=0
  exec 4<"$apply_root/events" || return 0
  while :; do
    if IFS= read -r -u 4 line; then
      line=$rest$line rest='' idle=0
      printf '%s\n' "$line"
      [[ $line != end$'\t'* ]] || return "${line##*$'\t'}"
    else
      rest+=$line
      sleep 0.1
      # Once a second: has it ended without a word? The events are read once more before that is believed.
      if ((++idle % 10 == 0)) && ! systemctl is-active --quiet llmhost-apply.service; then
        ((idle < 30)) || { printf 'lost\n'; return 1; }
      fi
    fi
  done
}

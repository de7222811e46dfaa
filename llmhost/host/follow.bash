# Starts an apply on the host and follows one that runs; the listener may go away at any time.

readonly apply_root=/run/llmhost/apply

# unit_is STATE...: whether the apply's unit is in one of these states.
unit_is() {
  local state
  state=$(systemctl is-active llmhost-apply.service)
  [[ " $* " == *" $state "* ]]
}

# launch TITLE SCRIPT: gives the script to systemd; fails when another apply runs.
launch() {
  local title=$1 script=$2
  umask 077
  mkdir -p /run/llmhost && exec 9>/run/llmhost/launch.lock && flock 9
  # One that somebody ended is not gone before its last process is.
  while unit_is deactivating; do sleep 0.2; done
  if unit_is active activating; then
    printf 'busy\t%s\n' "$(cat "$apply_root/holder" 2>/dev/null)"
    return 75
  fi
  rm -rf "$apply_root" && mkdir -p "$apply_root" && : >"$apply_root/events"
  printf '%s' "$script" >"$apply_root/script"
  # Long enough, when it is stopped, for the packages that are being installed. The environment is what a login here
  # has, a unit otherwise not: the host's proxies, if any.
  systemd-run --quiet --collect --unit=llmhost-apply --description="$title" \
    --property=KillMode=control-group --property=TimeoutStopSec=2min --property=EnvironmentFile=-/etc/environment \
    /bin/bash "$apply_root/script" </dev/null 9>&-
  local status=$?
  # An apply takes its script away as it begins; this one never did.
  ((status == 0)) || rm -f "$apply_root/script"
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
      if ((++idle % 10 == 0)) && ! unit_is active activating deactivating; then
        ((idle < 30)) || { printf 'lost\n'; return 1; }
      fi
    fi
  done
}

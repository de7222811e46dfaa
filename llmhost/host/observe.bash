# Looks at a running service once, or again and again, and only reports; llmhost judges what is seen.
#
# The caller sets: name, unit, container (its name, empty for a native service), port, gpus,
# liveness, readiness, models, resident (URL paths, empty where the provider has none), body (the
# completion to ask for), completion (its URL path), api_key_name (empty where there is no such thing).

: "${name:=}" "${unit:=}" "${container:=}" "${port:=}" "${gpus:=0}" "${liveness:=}" "${readiness:=}"
: "${models:=}" "${resident:=}" "${completion:=}" "${body:=}" "${api_key_name:=}"

# api_key: the key that clients send, from the service's own environment file; it never leaves the host.
api_key() {
  local line
  [[ -n $api_key_name && -r /etc/llmhost/$name/engine.env ]] || return 0
  while IFS= read -r line; do
    [[ $line != "$api_key_name='"* ]] || { line=${line#*"'"} && printf '%s' "${line%"'"}"; }
  done <"/etc/llmhost/$name/engine.env"
}

# http PATH [BODY]: HTTP status, 000 without an answer, then the body.
http() {
  local -a options=(--silent --max-time "${http_seconds:-10}" --write-out '\n%{http_code}')
  [[ -z $(api_key) ]] || options+=(--header @<(printf 'Authorization: Bearer %s\n' "$(api_key)"))
  [[ $# -lt 2 ]] || options+=(--header 'Content-Type: application/json' --data-binary "$2")
  local answer
  answer=$(curl "${options[@]}" "http://127.0.0.1:$port$1" 2>/dev/null)
  local status=${answer##*$'\n'}
  printf '%s %s\n' "${status:-000}" "$(head -c 65536 <<<"${answer%$'\n'*}" | tr '\n' ' ')"
}

# container_state: status, restarts, exit code, out-of-memory flag.
container_state() {
  [[ -n $container ]] || return 0
  docker container inspect --format \
    '{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}} {{.State.OOMKilled}}' "$container" 2>/dev/null
}

# new_logs: what the service has written since the last look.
new_logs() {
  local since=${seen_until:-0}
  seen_until=$(date +%s.%N)
  if [[ -n $container ]]; then
    docker logs --since "$since" --tail "${log_lines:-40}" "$container" 2>&1
  else
    journalctl --quiet --no-pager --output=cat --lines="${log_lines:-40}" --since="@${since%.*}" --unit="$unit"
  fi
}

# report KEY VALUE: one line of an observation.
report() { printf '%s\t%s\n' "$1" "$2"; }

# observe: one observation, a line per thing seen, ended by a line that says so.
observe() {
  local line ready=200
  report unit "$(systemctl show --value --property=ActiveState --property=SubState --property=Result "$unit" | tr '\n' ' ')"
  [[ -z $container ]] || report container "$(container_state)"
  [[ -z $liveness ]] || report alive "$(http "$liveness")"
  if [[ -n $readiness ]]; then
    line=$(http "$readiness") ready=${line%% *}
    report ready "$line"
  fi
  if [[ $ready == 200 ]]; then
    report models "$(http "$models")"
    [[ -z $resident ]] || report resident "$(http "$resident")"
    line=$(http_seconds=120 http "$completion" "$body")
    report completion "$line"
    if ((gpus)); then
      while IFS= read -r line; do report gpu "$line"; done < <(gpus 2>/dev/null)
      [[ -z $container ]] || while IFS= read -r line; do report inside "$line"; done \
        < <(docker exec "$container" nvidia-smi -L 2>&1)
    fi
  fi
  while IFS= read -r line; do report log "${line:0:2000}"; done < <(new_logs)
  report end "$(date +%s)"
}

# watch SECONDS: observes until the deadline; the listener ends it earlier by hanging up.
watch() {
  local deadline=$((SECONDS + $1))
  while ((SECONDS < deadline)); do
    observe
    sleep 1
  done
}

# Looks at a running service once, or again and again, and only reports; llmhost judges what is seen.
#
# The caller sets: name, unit, container (its name, empty for a native service), port, gpus,
# liveness, readiness, models, resident (URL paths, empty where the provider has none), body (the
# completion to ask for), completion (its URL path), api_key_name (empty where there is no such thing),
# store (where the provider keeps what it fetches itself, or empty), seconds_per_gb (of weights to load).

: "${name:=}" "${unit:=}" "${container:=}" "${port:=}" "${gpus:=0}" "${liveness:=}" "${readiness:=}"
: "${models:=}" "${resident:=}" "${completion:=}" "${body:=}" "${api_key_name:=}"
: "${store:=}" "${seconds_per_gb:=0}"

# api_key: the key that clients send, from the service's own environment file. Only smoke and gate take it
# along, through the connection and in memory alone: they ask in a client's place.
api_key() {
  local line
  [[ -n $api_key_name && -r /etc/llmhost/$name/engine.env ]] || return 0
  while IFS= read -r line; do
    [[ $line != "$api_key_name='"* ]] || { line=${line#*"'"} && printf '%s' "${line%"'"}"; }
  done <"/etc/llmhost/$name/engine.env"
}

# authorization: the header that holds the key; nothing where there is none.
authorization() {
  local key
  key=$(api_key)
  [[ -z $key ]] || printf 'Authorization: Bearer %s\n' "$key"
}

# http PATH [BODY]: HTTP status, 000 without an answer, then the body.
http() {
  local -a options=(--silent --noproxy '*' --max-time "${http_seconds:-10}" --write-out '\n%{http_code}')
  [[ $# -lt 2 ]] || options+=(--header 'Content-Type: application/json' --data-binary "$2")
  local answer
  # The key comes through a pipe, which lives for this one command: in arguments everybody could read it.
  answer=$(curl "${options[@]}" --header @<(authorization) "http://127.0.0.1:$port$1" 2>/dev/null)
  local status=${answer##*$'\n'}
  printf '%s %s\n' "${status:-000}" "$(head -c 65536 <<<"${answer%$'\n'*}" | tr '\n' ' ')"
}

# container_state: status, restarts, exit code, out-of-memory flag; nothing without a container.
container_state() {
  local document
  document=$(docker_api "/containers/$container/json") || return
  [[ $document =~ \"Status\":\"([a-z]+)\" ]] || return
  local status=${BASH_REMATCH[1]}
  [[ $document =~ \"RestartCount\":([0-9]+) ]] && local restarts=${BASH_REMATCH[1]}
  [[ $document =~ \"ExitCode\":([0-9]+) ]] && local code=${BASH_REMATCH[1]}
  [[ $document =~ \"OOMKilled\":([a-z]+) ]] && local memory=${BASH_REMATCH[1]}
  printf '%s %s %s %s\n' "$status" "${restarts:-0}" "${code:-0}" "${memory:-false}"
}

# As many as llmhost keeps: an engine's traceback is long, and the cause stands at its beginning.
readonly log_lines=400

# logs SINCE UNTIL: the last lines the service wrote between two times, in seconds since the epoch.
logs() {
  if [[ -n $container ]]; then
    docker logs --since "$1" --until "$2" --tail "$log_lines" "$container" 2>&1
  else
    journalctl --quiet --no-pager --output=cat --lines="$log_lines" --since="@$1" --until="@$2" --unit="$unit"
  fi
}

# report KEY VALUE: one line of an observation.
report() { printf '%s\t%s\n' "$1" "$2"; }

# report_lines KEY: the lines of standard input, each as one of an observation.
report_lines() {
  local line
  while IFS= read -r line; do report "$1" "${line:0:2000}"; done
}

# observe: one observation, a line per thing seen, ended by a line that says so.
observe() {
  local line state since ready=200
  state=$(unit_state "$unit")
  report_lines unit <<<"$state"
  if [[ -n ${watching:-} && -d $store ]]; then
    # What is really on the disk: a file being fetched may have its full length from the start.
    stored=$(du --summarize --block-size=1 "$store" 2>/dev/null) stored=${stored%%[!0-9]*}
    report stored "${stored:-0}"
  fi
  [[ -z $container ]] || report container "$(container_state)"
  [[ -z $liveness || $liveness == "$readiness" ]] || report alive "$(http "$liveness")"
  if [[ -n $readiness ]]; then
    line=$(http "$readiness") ready=${line%% *}
    report ready "$line"
  fi
  if [[ $ready == 200 ]]; then
    observe_service
  fi
  if [[ $ready != 200 || -n ${watching:-} ]]; then
    # At first what was logged since the unit was started, then what is new.
    [[ $state =~ ActiveEnterTimestamp=@([0-9]+) ]] && since=${BASH_REMATCH[1]}
    since=${seen_until:-${since:-0}} seen_until=$EPOCHREALTIME
    report_lines log < <(logs "$since" "$seen_until")
  fi
  report end "$EPOCHSECONDS"
}

# observe_service: what only a service that says it is ready can show; the GPUs are asked meanwhile.
observe_service() {
  if ((gpus)); then
    exec 5< <(gpus 2>/dev/null)
    [[ -z $container ]] || exec 6< <(docker exec "$container" nvidia-smi -L 2>&1)
  fi
  report models "$(http "$models")"
  [[ -z $resident ]] || report resident "$(http "$resident")"
  report completion "$(http_seconds=120 http "$completion" "$body")"
  if ((gpus)); then
    report_lines gpu <&5
    [[ -z $container ]] || report_lines inside <&6
  fi
}

# watch SECONDS: observes until the deadline; the listener ends it earlier by hanging up.
#
# Where the provider fetches the model itself, the clock stands still while bytes come in, and what they come to is
# given its time to load.
watch() {
  local watching=yes waited=0 begun before stored=0
  while ((waited < $1 + stored * seconds_per_gb / 1000000000)); do
    begun=$SECONDS before=$stored
    observe
    sleep 1
    ((before && stored > before)) || ((waited += SECONDS - begun))
  done
}

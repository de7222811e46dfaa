# Read-only questions to a host. Each function prints its answer; nothing here changes anything.
# Needs bash, coreutils and systemd; whatever else is missing makes a question come back with status 127.

# What the host is: /etc/os-release, then what the kernel and systemd say, one KEY=VALUE a line.
os() {
  cat /etc/os-release
  printf 'LLMHOST_ARCH=%s\n' "$(uname -m)"
  printf 'LLMHOST_BOOT_ID=%s\n' "$(</proc/sys/kernel/random/boot_id)"
  local key value _
  while read -r key value _; do
    [[ $key == MemTotal: ]] && printf 'LLMHOST_MEMORY_KB=%s\n' "$value"
  done </proc/meminfo
  [[ -d /run/systemd/system ]] && printf 'LLMHOST_SYSTEMD=1\n'
  if [[ -e /run/cloud-init/enabled && ! -e /var/lib/cloud/instance/boot-finished ]]; then
    printf 'LLMHOST_FIRST_BOOT=running\n'
  fi
}

# MTU of the interface that holds the default route; nothing without one.
route_mtu() {
  local interface destination _
  while read -r interface destination _; do
    [[ $destination == 00000000 && -r /sys/class/net/$interface/mtu ]] || continue
    cat "/sys/class/net/$interface/mtu"
    return
  done </proc/net/route
}

# file_state PATH: type, mode, owner and group on one line, then the content. Nothing when absent. A link to a
# directory is that directory; a link to a file is none, since writing would put a file in its place.
file_state() {
  local -a link=()
  [[ ! -d $1 ]] || link=(--dereference)
  stat "${link[@]}" -c '%F|%a|%U:%G|%Y' -- "$1" 2>/dev/null || return 1
  [[ ! -f $1 ]] || cat -- "$1"
}

# secret_state PATH: the same with the content's SHA-256 in its place, since the content stays here.
secret_state() {
  stat -c '%F|%a|%U:%G|%Y' -- "$1" 2>/dev/null || return 1
  sha256sum <"$1"
}

# disk_free PATH: free bytes where PATH is or would be.
disk_free() {
  local path=$1
  while [[ ! -e $path ]]; do path=${path%/*} path=${path:-/}; done
  df --block-size=1 --output=avail -- "$path" | tail -n 1
}

# unit_state UNIT: what systemd knows of a unit, KEY=VALUE a line; its time as @SECONDS since the epoch.
unit_state() {
  local said line
  # Written out in UTC, which date reads without doubt: only systemd 251 and later count the seconds themselves.
  said=$(TZ=UTC systemctl show --property=LoadState,ActiveState,SubState,Result,UnitFileState \
    --property=NeedDaemonReload,ActiveEnterTimestamp,Description "$1") || return
  while IFS= read -r line; do
    [[ $line != ActiveEnterTimestamp=?* ]] || line="${line%%=*}=@$(date --date="${line#*=}" +%s)"
    printf '%s\n' "$line"
  done <<<"$said"
}

# logged UNIT CONTAINER PATTERN: the last lines that a service wrote since it was started and that match, such as what
# its engine took of the GPUs' memory; nothing without a pattern.
logged() {
  local state since=0
  [[ -n $3 ]] || return 0
  state=$(unit_state "$1") || return
  [[ $state =~ ActiveEnterTimestamp=@([0-9]+) ]] && since=${BASH_REMATCH[1]}
  if [[ -n $2 ]]; then
    docker logs --since "$since" "$2" 2>&1
  else
    journalctl --quiet --no-pager --output=cat --since="@$since" --unit="$1"
  fi | grep --perl-regexp --regexp="$3" | tail --lines=100
}

# docker_api PATH: an answer of the Docker Engine API, its HTTP status on the last line.
docker_api() {
  [[ -S /run/docker.sock ]] || return 1
  curl --silent --noproxy '*' --max-time 20 --write-out '\n%{http_code}' --unix-socket /run/docker.sock \
    "http://docker$1"
}

# gpus: one line per GPU, as CSV: index, name, UUID, driver, total and used memory in MiB, compute capability.
gpus() {
  local fields=index,name,uuid,driver_version,memory.total,memory.used said status
  said=$(nvidia-smi --query-gpu="$fields,compute_cap" --format=csv,noheader,nounits) && status=0 || status=$?
  # Drivers of the 470 branch do not know the last field (github.com/huggingface/candle/issues/733, 2023-09-11).
  if [[ $said == *"not a valid field"* ]]; then
    nvidia-smi --query-gpu="$fields" --format=csv,noheader,nounits
    return
  fi
  [[ -z $said ]] || printf '%s\n' "$said"
  return "$status"
}

# The apply that runs now: the unit's state, and who started it as one more KEY=VALUE.
applying() {
  unit_state llmhost-apply.service
  [[ ! -r /run/llmhost/apply/holder ]] || printf 'HOLDER=%s\n' "$(</run/llmhost/apply/holder)"
}

# records: the name and the record of every deployment this host carries, each pair ended by a form feed.
records() {
  local record name
  for record in /etc/llmhost/*/deployment.json; do
    [[ -e $record ]] || continue
    name=${record%/*}
    printf '%s\n' "${name##*/}"
    cat -- "$record"
    printf '\f'
  done
}

# weights_state DIRECTORY: the mark of a complete download on the first line, then size and name of each file.
weights_state() {
  cat -- "$1/.llmhost.json" || return 1
  find -L "$1" -name .cache -prune -o -type f -printf '%s %P\n'
}

# unit_said UNIT LINES: the last lines of a unit since it was last started, as its processes wrote them. systemd forgets
# the invocation of one that has ended well, but not what it logged when it began.
unit_said() {
  local line
  local -a said=()
  while IFS= read -r line; do
    [[ $line != 'Starting '*'llmhost-'* ]] || said=()
    said+=("$line")
  done < <(journalctl --quiet --no-pager --output=cat --lines=500 --unit="$1")
  ((${#said[@]})) || return 1
  printf '%s\n' "${said[@]}" | tail --lines="$2"
}

# What changes a host. Each function brings one thing about and fails loudly; llmhost decides which are needed.
# Standard output and standard error are kept as evidence; progress goes to descriptor 3 (see apply.bash).

# put MODE OWNER PATH CONTENT: writes a whole file, so that a reader sees the old one or the new one.
put() {
  local mode=$1 owner=$2 path=$3 content=$4 new
  mkdir -p -- "${path%/*}"
  new=$(mktemp -- "${path%/*}/.llmhost.XXXXXX") || return
  if printf '%s' "$content" >"$new" && chown "$owner" "$new" && chmod "$mode" "$new"; then
    mv -fT -- "$new" "$path" && return
  fi
  rm -f -- "$new"
  return 1
}

# directory MODE OWNER PATH
directory() { install -d -m "$1" -o "${2%%:*}" -g "${2##*:}" -- "$3"; }

# first_boot_wait: until cloud-init is done; what it complains of is its own matter.
first_boot_wait() {
  progress packages 0 0 "waiting for the first boot to finish"
  cloud-init status --wait || true
}

# system_user NAME HOME: an account for a service, without login.
system_user() {
  useradd --system --home-dir "$2" --create-home --shell /usr/sbin/nologin "$1"
}

# again TIMES COMMAND...: tries until it works; networks fail for a moment now and then.
again() {
  local times=$1 try
  shift
  for ((try = 1; try <= times; try++)); do
    "$@" && return
    ((try == times)) || sleep $((try * 2))
  done
  return 1
}

# fetch URL PATH: a file from the net, whole or not at all.
fetch() {
  mkdir -p -- "${2%/*}"
  again 4 curl --netrc-optional --fail --silent --show-error --location --connect-timeout 20 --output "$2.part" "$1" &&
    chmod 0644 "$2.part" && mv -f -- "$2.part" "$2"
}

# apt_free: waits for apt's lock as long as somebody else rightly holds it, and says so.
apt_free() {
  local holder waited=0 limit=${LLMHOST_APT_LOCK_SECONDS:-600}
  while holder=$(apt_lock_holder) && ((waited < limit)); do
    ((waited % 10)) || progress packages 0 0 "waiting for $holder to release the apt lock"
    sleep 2
    ((waited += 2))
  done
  ((waited < limit)) && return
  printf 'E: the apt lock was not released within %s seconds: held by %s\n' "$limit" "$holder" >&2
  return 100
}

# apt COMMAND...: apt-get, once its lock is free.
apt() {
  apt_free || return
  # A setting that somebody changed stays as it is; nobody is there to be asked.
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
    apt-get --quiet --yes --option DPkg::Lock::Timeout="${LLMHOST_APT_LOCK_SECONDS:-600}" --option Acquire::Retries=4 \
    --option DPkg::Options::=--force-confdef --option DPkg::Options::=--force-confold "$@"
}

# apt_lock_holder: who holds a lock of apt or dpkg; fails when nobody does.
apt_lock_holder() {
  local lock inode kind pid where _
  for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock; do
    [[ -e $lock ]] || continue
    inode=$(stat -c '%i' "$lock")
    while read -r _ _ _ kind pid where _; do
      [[ $kind == WRITE && $where == *:"$inode" ]] || continue
      printf '%s (process %s)' "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)" "$pid"
      return
    done </proc/locks
  done
  return 1
}

# repository URI KEY_URL KEY FILE CONTENT: a vendor's apt repository, with its key.
#
# Nothing is written where the host has an entry for that address: two that name different keys make apt refuse all of
# its sources. And nothing is written before apt has read the repository: a broken entry fails every later `update`.
repository() {
  local uri=$1 key_url=$2 key=$3 file=$4 content=$5 known try new
  known=$(apt-get update --print-uris) || return
  [[ $known != *"'$uri/"* ]] || return 0
  progress packages 0 0 "reading $uri"
  # Not only for root: apt reads the key as a user of its own.
  try=$(mktemp --directory) && chmod 0755 "$try" || return
  new=$try/${file##*/}
  fetch "$key_url" "$try/key.asc" &&
    printf '%s' "${content//"$key"/$try/key.asc}" >"$new" &&
    again 3 apt update --option Dir::Etc::sourcelist="$new" --option Dir::Etc::sourceparts=/dev/null \
      --option APT::Get::List-Cleanup=0 --option APT::Update::Error-Mode=any &&
    install -D --mode=0644 "$try/key.asc" "$key" && put 0644 root:root "$file" "$content"
  local status=$?
  rm -rf -- "$try"
  return "$status"
}

# packages NAME...: Debian packages, the lists refreshed first; `NAME-` is one that goes.
packages() {
  local lists
  # Here, not in each try: a lock that is never freed is waited for once.
  apt_free || return
  progress packages 0 0 "reading package lists"
  # Somebody else's repository may be broken; whether these packages can be had shows when they are installed.
  lists=$(again 3 apt update 2>&1) && lists=''
  # What an interrupted installation left half-done, over which apt does not go on.
  DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure -a || return
  progress packages 0 0 "installing $*"
  again 2 apt install --no-install-recommends "$@" && return
  [[ -z $lists ]] || tail -n 6 <<<"$lists" >&2
  return 100
}

# reload_units: systemd reads its units again.
reload_units() { systemctl daemon-reload; }

# restart_docker: with its start limit cleared, which counts our own restarts too.
restart_docker() {
  systemctl reset-failed docker.service 2>/dev/null
  systemctl enable --quiet docker.service && restart docker.service
}

# restart UNIT: systemctl only says where to look when it fails; here is what there is to see.
restart() {
  systemctl restart "$1" && return
  journalctl --quiet --no-pager --output=cat --lines=15 --unit="$1" >&2
  return 1
}

# daemon_json CONTENT: validated by the daemon itself before it takes the place of the old one.
daemon_json() {
  mkdir -p /etc/docker
  local new=/etc/docker/.llmhost.daemon.json
  printf '%s' "$1" >"$new" && chmod 0644 "$new" || return
  if command -v dockerd >/dev/null; then
    dockerd --validate --config-file "$new" || return
  fi
  mv -f -- "$new" /etc/docker/daemon.json
}

# pull REFERENCE: an image through the Engine API, which tells bytes; with stored credentials through the client.
pull() {
  local reference=$1 registry=${1%%/*} line
  # The name under which `docker login` keeps what Docker Hub is asked with.
  [[ $registry != docker.io ]] || registry=https://index.docker.io/v1/
  if grep -qs -- "\"$registry\"" /root/.docker/config.json; then
    interruptible docker pull --quiet "$reference"
    return
  fi
  progress image 0 0 "asking for $reference"
  local query="fromImage=${reference//+/%2B}"
  while IFS= read -r line || [[ -n $line ]]; do
    pull_progress "$line"
  done < <(interruptible curl --silent --show-error --noproxy '*' --no-buffer --request POST \
    --unix-socket /run/docker.sock "http://docker/images/create?$query" 2>&1)
  wait "$!" || (($? != 143)) || return 143
  docker image inspect --format 'have {{.Id}}' "$reference"
}

# pull_progress LINE: sums the layers of a pull as the Engine reports them.
pull_progress() {
  local id error='"(error|message)":"(([^"\\]|\\.)*)"'
  # In this order: a match that fails empties BASH_REMATCH.
  if [[ ! $1 =~ \"status\": && $1 =~ $error ]]; then
    printf '%s\n' "${BASH_REMATCH[2]}" >&2
    return
  fi
  [[ $1 =~ \"id\":\"([^\"]*)\" ]] || return 0
  id=${BASH_REMATCH[1]}
  case $1 in
    *'"status":"Downloading"'*)
      [[ $1 =~ \"current\":([0-9]+) ]] && layer_done[$id]=${BASH_REMATCH[1]}
      [[ $1 =~ \"total\":([0-9]+) ]] && layer_total[$id]=${BASH_REMATCH[1]}
      ;;
    *'"status":"Download complete"'* | *'"status":"Pull complete"'*)
      [[ -z ${layer_total[$id]:-} ]] || layer_done[$id]=${layer_total[$id]}
      ;;
    *) return 0 ;;
  esac
  local now=${EPOCHREALTIME/[^0-9]/}
  ((now - ${layer_told:-0} > 500000)) || return 0
  layer_told=$now
  local done=0 total=0 layer
  for layer in "${!layer_total[@]}"; do
    ((done += layer_done[$layer], total += layer_total[$layer]))
  done
  progress image "$done" "$total" "pulling"
}
declare -A layer_done=() layer_total=()

# hub_client VERSION INDEX: the hub's own client in a virtual environment of llmhost's.
hub_client() {
  local home=/opt/llmhost/hub
  local -a index=()
  [[ -z $2 ]] || index=(--index-url "$2")
  rm -f "$home/version"
  progress weights 0 0 "installing the hub client"
  python3 -m venv --clear "$home" &&
    again 3 "$home/bin/pip" install --quiet --disable-pip-version-check "${index[@]}" "huggingface_hub==$1" &&
    printf '%s\n' "$1" >"$home/version"
}

# weights ENDPOINT TOKEN REPOSITORY REVISION DIRECTORY LINK PATTERN...: by the hub's own client, resuming what is there.
weights() {
  local endpoint=$1 token=$2
  shift 2
  HF_ENDPOINT=$endpoint HF_TOKEN=$token HF_HUB_DISABLE_TELEMETRY=1 HF_HUB_DISABLE_IMPLICIT_TOKEN=1 \
    HF_HUB_DISABLE_PROGRESS_BARS=1 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    interruptible /opt/llmhost/hub/bin/python /opt/llmhost/hub/fetch.py "$@"
}

# service_start UNIT: enabled, and running what lies on the disk now.
service_start() {
  systemctl daemon-reload
  systemctl reset-failed "$1" 2>/dev/null
  systemctl enable --quiet "$1" && restart "$1"
}

# service_remove NAME: the service, its containers and its files; shared software and weights stay.
service_remove() {
  local name=$1 directory=/etc/llmhost/$1
  systemctl disable --quiet --now "llmhost-$name.service" 2>/dev/null
  if [[ -e $directory/compose.yaml ]] && command -v docker >/dev/null; then
    docker compose --project-directory "$directory" --file "$directory/compose.yaml" down --volumes --remove-orphans || return
  fi
  rm -rf -- "/etc/systemd/system/llmhost-$name.service" "$directory" "/run/llmhost/$name.started" "/var/lib/llmhost/cache/$name"
  systemctl daemon-reload
  systemctl reset-failed "llmhost-$name.service" 2>/dev/null
  return 0
}

# image_remove REFERENCE: an image nobody else uses; one that a foreign container holds stays.
image_remove() { docker image rm "$1" >/dev/null 2>&1 || true; }

# weights_remove DIRECTORY: downloaded weights nobody else uses.
weights_remove() { [[ $1 == /var/lib/llmhost/models/?* ]] && rm -rf -- "$1"; }

# account_remove NAME: a service's account with its home, and whatever was installed there or for it.
account_remove() {
  rm -rf -- "/opt/llmhost/software/${1:?}" "/opt/llmhost/software/$1".{new,part-*}
  ! getent passwd "$1" >/dev/null || userdel --remove "$1"
}

# shared_remove: what deployments have in common, once the last of them is gone.
shared_remove() {
  local drop_ins=/etc/systemd/system/docker.service.d home=/var/lib/llmhost
  rm -rf -- /opt/llmhost "$drop_ins/llmhost.conf" || return
  rmdir --ignore-fail-on-non-empty -- "$drop_ins" /etc/llmhost "$home"/{models,cache} "$home" 2>/dev/null
  systemctl daemon-reload
}

# CI runners on a host: their program, their start, their end. Needs what effects.bash has.

readonly runners=/var/lib/llmhost/runners runner_software=/var/lib/llmhost/runner-software

# runner_program VERSION URL SHA256 TOKEN START PREPARE: a forge's program, checked, with what it needs. All runners of
# the host have it in common.
runner_program() {
  local version=$1 url=$2 sha256=$3 token=$4 start=$5 prepare=$6
  local new=$runner_software/.$version archive=$runner_software/.archive
  rm -rf -- "$new" && mkdir -p -- "$new" || return
  progress runner 0 0 "fetching the runner $version"
  # On standard input, not among the arguments, which everybody on the host can read.
  again 4 runner_fetch "$url" "$archive" "$token" || return
  if ! printf '%s  %s\n' "$sha256" "$archive" | sha256sum --check --status; then
    printf 'the checksum of %s is not the one that was announced\n' "${url%%\?*}" >&2
    rm -f -- "$archive"
    return 1
  fi
  if [[ $url == *.tar.gz* ]]; then
    tar --extract --gzip --no-same-owner --file "$archive" --directory "$new" || return
  else
    install --mode=0755 "$archive" "$new/$start" || return
  fi
  rm -f -- "$archive"
  if [[ -n $prepare ]]; then
    progress runner 0 0 "installing what the runner needs"
    apt_free && DEBIAN_FRONTEND=noninteractive "$new/$prepare" </dev/null || return
  fi
  # Runners that work have links of their own to what goes here.
  find "$runner_software" -mindepth 1 -maxdepth 1 ! -name ".$version" -exec rm -rf -- {} + &&
    mv -T -- "$new" "$runner_software/$version"
}

# runner_fetch URL PATH TOKEN
runner_fetch() {
  local header=''
  [[ -z $3 ]] || header="header = \"Authorization: Bearer $3\""
  interruptible curl --config - --netrc-optional --fail --silent --show-error --location --connect-timeout 20 \
    --output "$2" "$1" <<<"$header"
}

# runner_start NAME VERSION USER: a fresh place to work in, and the unit.
runner_start() {
  local name=$1 version=$2 user=$3 unit=llmhost-runner@$1.service root=$runners/$1
  systemctl stop "$unit" 2>/dev/null
  systemctl reset-failed "$unit" 2>/dev/null
  rm -rf -- "$root" "/run/llmhost-runner-$name" && mkdir -p -- "$runners" || return
  # Links, since it has hundreds of megabytes: the files stay root's, whom the runner cannot write; the folders are its.
  cp --archive --link -- "$runner_software/$version" "$root" &&
    find "$root" -type d -exec chown "$user:" {} + && restart "$unit"
}

# runner_remove NAME USER: the unit, its credential and its place; with USER the account and the program as well.
runner_remove() {
  local name=$1 user=$2 unit=llmhost-runner@$1.service
  systemctl kill --signal=KILL "$unit" 2>/dev/null
  systemctl stop "$unit" 2>/dev/null
  rm -rf -- "/etc/systemd/system/$unit" "/etc/llmhost/$name/"{run-runner,job-started.sh} \
    "/run/llmhost/$name.runner" "/run/llmhost-runner-$name" "${runners:?}/$name"
  systemctl daemon-reload
  systemctl reset-failed "$unit" 2>/dev/null
  [[ -z $user ]] || { rm -rf -- "$runner_software" && account_remove "$user"; } || return
  rmdir --ignore-fail-on-non-empty -- "$runners" 2>/dev/null
  return 0
}

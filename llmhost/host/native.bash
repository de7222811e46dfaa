# Software that is installed on the host itself and not in a container. Needs what effects.bash has.

# native_install URL USER: a vendor's installer, run as the service's own user.
native_install() {
  local url=$1 user=$2
  fetch "$url" /opt/llmhost/install.sh && chmod 0755 /opt/llmhost/install.sh &&
    runuser --user "$user" -- env HOME="$(getent passwd "$user" | cut -d: -f6)" bash /opt/llmhost/install.sh
}

# python_software DIRECTORY INDEX LINKS REQUIREMENT...: packages in a virtual environment of their own. The file of
# requirements becomes the mark of what lies there once all of them do.
python_software() {
  local software=$1 index=$2 links=$3
  local -a from=()
  shift 3
  [[ -z $index ]] || from+=(--index-url "$index")
  [[ -z $links ]] || from+=(--find-links "$links")
  progress software 0 0 "installing ${1%% *}"
  mkdir -p -- "${software%/*}" && rm -f -- "$software/.llmhost" && python3 -m venv --clear "$software" &&
    printf '%s\n' "$@" >"$software/requirements.txt" &&
    again 3 interruptible "$software/bin/pip" install --quiet --disable-pip-version-check --no-input "${from[@]}" \
      --requirement "$software/requirements.txt" &&
    mv -f -- "$software/requirements.txt" "$software/.llmhost"
}

# unpacked_software DIRECTORY URL SHA256 STRIP: a tar archive, checked; the old content stays until the new is whole.
unpacked_software() {
  local software=$1 url=$2 sha256=$3 strip=$4
  local new=$software.new part=$software.part-$sha256
  mkdir -p -- "${software%/*}" || return
  # Of another version, from an installation that was given up.
  find "${software%/*}" -maxdepth 1 -name "${software##*/}.part-*" ! -path "$part" -delete
  if ! checksum "$part" "$sha256"; then
    progress software 0 0 "fetching ${url%%\?*}"
    again 4 archive_fetch "$url" "$part" || return
  fi
  if ! checksum "$part" "$sha256"; then
    printf 'the checksum of %s is not the one in the profile\n' "${url%%\?*}" >&2
    rm -f -- "$part"
    return 1
  fi
  progress software 0 0 "unpacking ${url%%\?*}"
  rm -rf -- "$new" && mkdir -p -- "$new" &&
    tar --extract --no-same-owner --no-same-permissions --strip-components "$strip" --file "$part" --directory "$new" &&
    chmod -R a+rX -- "$new" && printf '%s\n' "$sha256" >"$new/.llmhost" &&
    rm -rf -- "$software" && mv -T -- "$new" "$software" && rm -f -- "$part"
}

# checksum PATH SHA256: whether a file is there and is the one.
checksum() { [[ -f $1 ]] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status; }

# archive_fetch URL PATH: goes on where a download was cut; from the beginning where the server cannot do that.
archive_fetch() {
  local status
  interruptible curl --netrc-optional --fail --silent --show-error --location --connect-timeout 20 \
    --continue-at - --output "$2" "$1" && return
  status=$?
  # 33: no ranges; 22: an HTTP error, among them the one for a range beyond the end of the file.
  [[ $status != 33 && $status != 22 ]] || rm -f -- "$2"
  return "$status"
}

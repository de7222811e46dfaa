# shellcheck shell=bash
# Functions that make a signed apt repository below ./new; to be sourced.

export GNUPGHOME=/root/llmhost-keys
arch=$(dpkg --print-architecture)
signer='llmhost sandbox <sandbox@localhost>'

# download SUITE PACKAGE... - fetches packages of another suite of Debian's into the current folder.
download() {
  local suite=$1
  shift
  bash ./suite.bash "$suite"
  mkdir -p lists/partial
  local apt=(
    apt-get -q
    -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::State::lists="$PWD/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3
    -o Acquire::Check-Valid-Until=false
  )
  "${apt[@]}" update
  "${apt[@]}" download "$@"
}

# joined WORD... - the words with commas between them.
joined() {
  local IFS=,
  echo "$*"
}

# postinst PACKAGE - what the package does when it is installed, besides starting its units; on stdin.
postinst() {
  cat >"$1.postinst"
}

# pack POOL NAME VERSION DEPENDS [CONFLICTS] - makes a package of the folder NAME, which may be absent,
# and removes it. The package enables and starts the systemd units that it holds and that ask for it.
pack() {
  local pool=$1 name=$2 version=$3 depends=$4 conflicts=${5:-} units=()
  mkdir -p "$pool" "$name/DEBIAN"
  cat >"$name/DEBIAN/control" <<END
Package: $name
Version: $version
Architecture: $arch
Maintainer: $signer
Depends: $depends
${conflicts:+Conflicts: $conflicts
Replaces: $conflicts
}Description: stand-in for the vendor's package, made by llmhost's sandbox
END
  mapfile -t units < <(cd "$name" && grep -rlsx '\[Install\]' {usr/,}lib/systemd/system etc/systemd/system | xargs -rn1 basename)
  {
    echo '#!/bin/bash -e'
    cat "$name.postinst" 2>/dev/null || true
    if ((${#units[@]})); then
      echo 'systemctl daemon-reload'
      echo "systemctl enable --now ${units[*]}"
    fi
  } >"$name/DEBIAN/postinst"
  chmod 755 "$name/DEBIAN/postinst"
  dpkg-deb --root-owner-group -Zzstd -z1 -b "$name" "$pool/${name}_${version#*:}_$arch.deb" >/dev/null
  rm -rf "$name"
}

# index ROOT FOLDER POOL - lists the packages of POOL in FOLDER, both below ROOT.
index() {
  mkdir -p "$1/$2"
  (cd "$1" && apt-ftparchive packages "$3") >Packages
  gzip -1c Packages >"$1/$2/Packages.gz"
  mv Packages "$1/$2/Packages"
}

# release FOLDER [FIELD=VALUE...] - writes and signs the repository's Release file.
release() {
  local folder=$1 field options=()
  shift
  for field in 'Origin=llmhost sandbox' "$@"; do
    options+=(-o "APT::FTPArchive::Release::$field")
  done
  (cd "$folder" && apt-ftparchive "${options[@]}" release .) >Release
  install -d -m 700 "$GNUPGHOME"
  gpg -q --batch --list-keys "$signer" >/dev/null 2>&1 ||
    gpg -q --batch --passphrase '' --quick-gen-key "$signer" ed25519 sign never
  gpg -q --batch --yes --clearsign -o "$folder/InRelease" Release
}

# publish ROOT KEY - puts ./new in the place of ROOT, with the signing key in the file KEY.
publish() {
  local root=$1 key=$2
  gpg -q --armor --export "$signer" >"new/$key"
  mkdir -p "${root%/*}"
  rm -rf "$root"
  mv new "$root"
}

#!/usr/bin/env bash
# Makes what https://download.docker.com/linux/debian is for Debian 13: a signed apt repository with
# Docker's packages. Their content is Debian's own build of the same programs, from the testing suite,
# whose engine is recent enough to have CDI on (28.2). Debian's packages conflict with Docker's names,
# so their files are packed anew under those names, loosely compressed because every fresh machine
# unpacks them. Runs on the infra machine, as root, in a scratch folder.
#
# Names and layout: https://docs.docker.com/engine/install/debian/, 2026-11-20.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
source ./repository.bash

# Prints the upstream part of a downloaded package's version: 28.5.2 of 28.5.2+dfsg4-5.
upstream() {
  local version
  version=$(dpkg-deb -f "$1"_*.deb Version)
  sed -E 's/^[0-9]+://; s/[-+~].*//' <<<"$version"
}

# repack NAME DEPENDS DEBIAN-PACKAGE... - packs the files of Debian's packages as NAME; the version is
# the first one's, written as Docker writes it.
repack() {
  local name=$1 depends=$2 package epoch=''
  shift 2
  [[ $name == docker-ce* ]] && epoch=5:
  for package; do
    dpkg-deb -x "$package"_*.deb "$name"
  done
  # Docker has its daemon in /usr/bin.
  [[ ! -e $name/usr/sbin/dockerd ]] || ln -s ../sbin/dockerd "$name/usr/bin/dockerd"
  rm -rf "$name"/etc/init.d "$name"/usr/share/{doc,docker.io,man,lintian}
  pack "$pool" "$name" "$epoch$(upstream "$1")-1~debian.13~trixie" "$depends" "$(joined "$@")"
}

download forky docker.io docker-cli containerd runc docker-compose docker-buildx tini-static

root=/srv/www/download.docker.com/linux/debian
pool=new/dists/trixie/pool/stable/$arch

repack containerd.io 'libc6 (>= 2.38), libseccomp2' containerd runc &
postinst docker-ce <<'END'
getent group docker >/dev/null || groupadd --system docker
END
repack docker-ce 'containerd.io, docker-ce-cli, iptables, libsystemd0' docker.io tini-static
repack docker-ce-cli libc6 docker-cli
repack docker-compose-plugin docker-ce-cli docker-compose
repack docker-buildx-plugin docker-ce-cli docker-buildx
wait

index new "dists/trixie/stable/binary-$arch" dists/trixie/pool
release new/dists/trixie Suite=trixie Codename=trixie Components=stable "Architectures=$arch"
publish "$root" gpg

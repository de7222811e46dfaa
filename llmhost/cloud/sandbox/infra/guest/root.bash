#!/usr/bin/env bash
# root.bash SUITE PACKAGE... - makes ./root, a file system of Debian packages, unpacked but never
# configured. Runs on the infra machine, as root.
set -euo pipefail
suite=$1
shift
packages="$*"

bash ./suite.bash "$suite"
mmdebstrap -q --variant=extract --mode=root --format=directory --include="${packages// /,}" \
  --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --dpkgopt=path-exclude=/usr/share/{man,doc,locale,lintian,zoneinfo,perl5,bash-completion}/'*' \
  --skip=check/qemu "$suite" root sources.list

# What the packages' scripts would have made: users, and the certificates this machine trusts.
echo 'root:x:0:0:root:/root:/bin/bash' >root/etc/passwd
echo 'root:x:0:' >root/etc/group
install -D -m 644 /etc/ssl/certs/ca-certificates.crt root/etc/ssl/certs/ca-certificates.crt
rm -rf root/dev/* root/var/{lib/apt,cache/apt}

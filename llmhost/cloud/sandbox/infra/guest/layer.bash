#!/usr/bin/env bash
# layer.bash NAME SUITE PACKAGE... - makes a root file system of Debian packages, unpacked but never
# configured, as a compressed layer for images: /var/lib/llmhost/layers/NAME.tar.zst, with the digest
# of what is in it beside it. Runs on the infra machine, as root, in a scratch folder.
set -euo pipefail
name=$1 suite=$2
shift 2
layers=/var/lib/llmhost/layers

sed -n "s/ trixie / $suite /p" /etc/apt/sources.list >sources.list
packages="$*"
mmdebstrap -q --variant=extract --mode=root --format=directory --include="${packages// /,}" \
  --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --dpkgopt=path-exclude=/usr/share/{man,doc,locale,lintian,zoneinfo,perl5,bash-completion}/'*' \
  --skip=check/qemu "$suite" root sources.list

# What the packages' scripts would have made: users, and the certificates this machine trusts.
echo 'root:x:0:0:root:/root:/bin/bash' >root/etc/passwd
echo 'root:x:0:' >root/etc/group
install -D -m 644 /etc/ssl/certs/ca-certificates.crt root/etc/ssl/certs/ca-certificates.crt
for library in root/usr/lib/python3.*/; do
  # Python starts twice as fast with the modules of servers compiled.
  [[ -d $library ]] && python3 -m compileall -q -j 0 -s root --invalidation-mode unchecked-hash \
    "$library"{,collections,email,http,importlib,json,re,urllib} -r 0
done
rm -rf root/dev/* root/var/{lib/apt,cache/apt}

mkdir -p "$layers"
tar -C root --numeric-owner --sort=name -cf layer.tar .
sha256sum layer.tar | sed 's/^/sha256:/; s/ .*//' >"$layers/$name.tar.zst.diff"
zstd -q -3 -T0 -f layer.tar -o "$layers/$name.tar.zst"

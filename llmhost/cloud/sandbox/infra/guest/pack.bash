#!/usr/bin/env bash
# pack.bash NAME FOLDER - packs a folder as a layer for images: /var/lib/llmhost/layers/NAME.tar.zst,
# with the digest of what is in it beside it. Runs on the infra machine, as root.
set -euo pipefail
layers=/var/lib/llmhost/layers

mkdir -p "$layers"
tar -C "$2" --numeric-owner --owner=0 --group=0 --sort=name -cf layer.tar .
sha256sum layer.tar | sed 's/^/sha256:/; s/ .*//' >"$layers/$1.tar.zst.diff"
zstd -q -3 -T0 -f layer.tar -o "$layers/$1.tar.zst"

#!/usr/bin/env bash
# layer.bash NAME SUITE PACKAGE... - makes a layer of Debian packages. Runs on the infra machine, as
# root, in a scratch folder.
set -euo pipefail
name=$1
shift
bash ./root.bash "$@"
for library in root/usr/lib/python3.*/; do
  # Python starts twice as fast with the modules of servers compiled.
  [[ -d $library ]] && python3 -m compileall -q -j 0 -s root --invalidation-mode unchecked-hash \
    "$library"{,collections,email,http,importlib,json,re,urllib} -r 0
done
bash ./pack.bash "$name" root

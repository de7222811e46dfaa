#!/usr/bin/env bash
# suite.bash SUITE - writes ./sources.list for another suite of Debian's, from the same archive that
# this machine's own packages come from.
set -euo pipefail
# shellcheck disable=SC2016 # apt replaces it
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Codename: trixie' | head -n 1)
echo "deb $archive $1 main" >sources.list

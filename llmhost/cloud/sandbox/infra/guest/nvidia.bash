#!/usr/bin/env bash
# Makes what https://nvidia.github.io/libnvidia-container is: a signed flat apt repository with the
# four packages of the container toolkit. Their content is the sandbox's stand-in, in ./toolkit. Runs
# on the infra machine, as root, in a scratch folder.
#
# Names and layout: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/
# install-guide.html, 2026-11-20.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
source ./repository.bash

# Releases of the toolkit that a deployment may pin: NVIDIA's changelog, 2026-11-20.
versions=(1.18.1-1 1.19.1-1 1.20.0-1)

root=/srv/www/nvidia.github.io/libnvidia-container
pool=new/stable/deb/$arch

for version in "${versions[@]}"; do
  pack "$pool" libnvidia-container1 "$version" libc6
  pack "$pool" libnvidia-container-tools "$version" "libnvidia-container1 (= $version)"
  cp -a toolkit nvidia-container-toolkit-base
  sed -i "s/version 1\.18\.1/version ${version%-*}/" nvidia-container-toolkit-base/usr/bin/nvidia-ctk
  pack "$pool" nvidia-container-toolkit-base "$version" bash
  pack "$pool" nvidia-container-toolkit "$version" \
    "nvidia-container-toolkit-base (= $version), libnvidia-container-tools (= $version)"
done

index "$pool" . .
release "$pool"
# shellcheck disable=SC2016 # apt replaces $(ARCH)
echo 'deb https://nvidia.github.io/libnvidia-container/stable/deb/$(ARCH) /' \
  >new/stable/deb/nvidia-container-toolkit.list
publish "$root" gpgkey

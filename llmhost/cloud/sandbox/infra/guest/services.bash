#!/usr/bin/env bash
# Sets up the services of the sandbox's infra machine: a container registry, the hub's double, and
# nginx with TLS in front of both and of the package repositories. Runs there, as root, in a folder
# with the files named below; running it again changes nothing.
set -euo pipefail

# Nothing starts before it is configured.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d

export DEBIAN_FRONTEND=noninteractive
apt-get update -q -o Acquire::Retries=3 -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false
apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-unsafe-io \
  apt-utils dnsmasq-base docker-registry gnupg mmdebstrap nginx-light python3 zstd

install -m 644 registry.yml /etc/docker/registry/config.yml
install -m 644 dnsmasq.conf /etc/llmhost-dnsmasq.conf
install -m 644 nginx.conf /etc/nginx/sites-available/default
install -d /opt/llmhost/hub /srv/hub /srv/www /etc/nginx/faults
install -m 644 -t /opt/llmhost/hub hub/*.py
install -m 644 -t /etc/systemd/system llmhost-hub.service llmhost-dns.service
nginx -q -t

systemctl daemon-reload
systemctl -q enable docker-registry nginx llmhost-hub llmhost-dns
systemctl restart docker-registry nginx llmhost-hub llmhost-dns

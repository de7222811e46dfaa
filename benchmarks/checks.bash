# Forty cheap questions of the kind a provisioning tool asks on every run: twelve files with mode,
# owner and checksum, six directories, five packages, four services, and some guarded commands.
for file in passwd group hosts fstab profile bash.bashrc nsswitch.conf debian_version os-release \
  issue login.defs host.conf; do
  stat -c '%n %a %U %G' "/etc/$file" 2>&1
  sha256sum "/etc/$file" 2>&1
done
for directory in /etc /var /usr /opt /srv /tmp; do
  stat -c '%n %a %U %G' "$directory"
done
dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n' bash coreutils tar gzip openssh-server 2>&1
for service in ssh docker cron systemd-journald; do
  systemctl is-active "$service" 2>&1
done
[[ -e /etc/debian_version ]] && cat /etc/debian_version
command -v nvidia-smi docker
id -u
true

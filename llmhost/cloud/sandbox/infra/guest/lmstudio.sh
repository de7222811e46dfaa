#!/bin/sh
# Installs the sandbox's stand-in for LM Studio's headless service below ~/.lmstudio, as the vendor's
# script of the same address does the real one.
set -eu

home=$HOME/.lmstudio
echo "Installing llmhost's stand-in for LM Studio in $home"
mkdir -p "$home/bin" "$home/runtime"
curl -fsSL https://lmstudio.ai/standin.tar.gz | tar -xzC "$home/runtime"

# It runs with the libraries it brought: the host's may be older, or other ones.
cat >"$home/bin/lms" <<'END'
#!/bin/sh
runtime=$(dirname "$(readlink -f "$0")")/../runtime
export PYTHONHOME="$runtime/usr" PYTHONPATH="$runtime/opt/llmhost"
export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
exec "$runtime"/usr/lib*/ld-linux-*.so.? --library-path "$(echo "$runtime"/usr/lib/*-linux-gnu)" \
  "$runtime/usr/bin/python3" "$runtime/opt/llmhost/bin/lms" "$@"
END
chmod 755 "$home/bin/lms"
echo "Installed. Add $home/bin to PATH, or say $home/bin/lms"

#!/bin/sh
# Runs a command of the build with the private index and the authority that the build was given as secrets, if any:
#   --secret id=index,src=FILE   the address of a package index, with its login if it asks for one
#   --secret id=ca,src=FILE      the PEM of the authorities that sign what answers there
set -eu
secrets=${SECRETS:-/run/secrets}
if [ -s "$secrets/index" ]; then
  PIP_INDEX_URL=$(cat "$secrets/index")
  UV_DEFAULT_INDEX=$PIP_INDEX_URL
  export PIP_INDEX_URL UV_DEFAULT_INDEX
fi
if [ -s "$secrets/ca" ]; then
  export PIP_CERT="$secrets/ca" SSL_CERT_FILE="$secrets/ca"
fi
exec "$@"

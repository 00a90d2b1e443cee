#!/bin/sh
# Writes compose/secrets/city.env with a random value for each secret; leaves an existing file alone.
#   compose/generate-secrets.sh [FILE]
set -eu

file=${1:-$(dirname "$0")/secrets/city.env}
names='REDIS_PASSWORD S3_ACCESS_KEY S3_SECRET_KEY ELASTIC_PASSWORD ELASTIC_CITY_PASSWORD KIBANA_PASSWORD
KIBANA_ENCRYPTION_KEY GRAFANA_PASSWORD POSTGRES_PASSWORD PLATE_KEY GATEWAY_PASSWORD'

if [ -e "$file" ]; then
    echo "$file is there and stays as it is; remove it (and the volumes) for new secrets" >&2
    exit 0
fi
umask 077
mkdir -p "$(dirname "$file")"
partial=$file.partial
: >"$partial"
for name in $names; do
    # 24 bytes are 192 bits, and 48 hexadecimal digits need no quoting anywhere.
    printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >>"$partial"
done
mv "$partial" "$file"
echo "wrote $file; GATEWAY_PASSWORD in it is the password of user 'city'" >&2

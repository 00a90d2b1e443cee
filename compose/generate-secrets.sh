#!/bin/sh
# Writes compose/secrets/city.env with a random value for each secret, and beside it the files that containers read: the
# exporters' passwords, and Alertmanager's webhooks, whose URLs nobody can guess: they lead nowhere. What an existing file
# has stays as it is.
#   compose/generate-secrets.sh [FILE]
set -eu

file=${1:-$(dirname "$0")/secrets/city.env}
names='REDIS_PASSWORD S3_ACCESS_KEY S3_SECRET_KEY ELASTIC_PASSWORD ELASTIC_CITY_PASSWORD KIBANA_PASSWORD
KIBANA_ENCRYPTION_KEY GRAFANA_PASSWORD POSTGRES_PASSWORD PLATE_KEY GATEWAY_PASSWORD AIRFLOW_PASSWORD AIRFLOW_JWT_SECRET
AIRFLOW_SECRET_KEY'

random() { # 24 bytes are 192 bits, and 48 hexadecimal digits need no quoting anywhere
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

umask 077
mkdir -p "$(dirname "$file")"
partial=$file.partial
: >"$partial"
[ ! -e "$file" ] || cat "$file" >"$partial"
for name in $names; do
    if grep -q "^$name=" "$partial"; then continue; fi
    printf '%s=%s\n' "$name" "$(random)" >>"$partial"
done
mv "$partial" "$file"
folder=$(dirname "$file")
sed -n 's/^REDIS_PASSWORD=//p' "$file" >"$folder/city_redis_password"
[ -e "$folder/elastic_exporter_password" ] || random >"$folder/elastic_exporter_password"
for name in alert-webhook watchdog-webhook; do
    [ -e "$folder/$name" ] || printf 'http://127.0.0.1:9/nobody-is-told\n' >"$folder/$name"
done
# In a container they are read by another user; the folder that is made above keeps others of this host away.
for name in city_redis_password elastic_exporter_password alert-webhook watchdog-webhook; do
    chmod 644 "$folder/$name"
done
echo "$file has all secrets; GATEWAY_PASSWORD in it is the password of user 'city'. For new ones remove it, and the volumes.
Who is told of alerts: write your webhook's URL into $folder/alert-webhook" >&2

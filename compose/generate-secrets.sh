#!/bin/sh
# Makes what Compose reads beside its files: .env of .env.example, and in secrets/ a file for each secret, with a random
# value. What is there stays as it is.
#   compose/generate-secrets.sh [FOLDER]     of .env and secrets/; without it this script's own
set -eu

own=$(dirname "$0")
folder=${1:-$own}
random='city_redis_password city_s3_access_key city_s3_secret_key city_elasticsearch_password city_plate_key
elastic_password elastic_exporter_password kibana_password kibana_encryption_key grafana_password postgres_password gateway_password
airflow_password airflow_jwt_secret airflow_secret_key'
webhooks='alert_webhook watchdog_webhook'
# Nothing, until you write it there: README.md
empty='city_alert_webhook registry registry_ca'

umask 077
mkdir -p "$folder/secrets"
chmod 700 "$folder/secrets"
[ -e "$folder/.env" ] || cp "$own/.env.example" "$folder/.env"

# name, from stdin: whole or not at all.
make() {
    file=$folder/secrets/$1
    if [ ! -e "$file" ]; then
        cat >"$file.partial"
        mv "$file.partial" "$file"
    fi
    # In a container another user reads it; the folder keeps others of this host away.
    chmod 644 "$file"
}
for name in $random; do
    # Hexadecimal digits need no quoting anywhere; 64 are the least that Airflow's tokens are signed with.
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' | make "$name"
done
for name in $webhooks; do
    # Nobody can guess them: they lead nowhere.
    echo 'http://127.0.0.1:9/nobody-is-told' | make "$name"
done
for name in $empty; do
    make "$name" </dev/null
done
echo "$folder/.env and $folder/secrets are whole. The password of user 'city' is in $folder/secrets/gateway_password.
Who is told of alerts: write your webhook's URL into $folder/secrets/alert_webhook" >&2

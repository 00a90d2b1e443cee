#!/bin/bash
# Gives Kibana, the city and the exporter their own users, so that no process but this one has the superuser's password.
set -euo pipefail
umask 077

url=http://elasticsearch:9200
secret() {
    cat "/run/secrets/$1"
}
login=$(mktemp)
# From a file: arguments are visible to every process of the container.
printf 'user = "elastic:%s"\n' "$(secret elastic_password)" >"$login"

call() { # method path body
    curl --silent --show-error --fail --config "$login" --request "$1" "$url$2" \
        --header 'Content-Type: application/json' --data @- <<<"$3" >/dev/null
}

call POST /_security/user/kibana_system/_password "{\"password\": \"$(secret kibana_password)\"}"
call PUT /_security/role/city "{
  \"cluster\": [\"monitor\", \"manage_index_templates\"],
  \"indices\": [{
    \"names\": [\"$CITY_NAMESPACE-*\"],
    \"privileges\": [\"create_index\", \"auto_configure\", \"write\", \"read\", \"view_index_metadata\"]
  }]
}"
call PUT /_security/user/city "{\"password\": \"$(secret city_elasticsearch_password)\", \"roles\": [\"city\"]}"
# Health and statistics of the cluster, and no document.
call PUT /_security/role/exporter '{"cluster": ["monitor"]}'
call PUT /_security/user/exporter "{\"password\": \"$(secret elastic_exporter_password)\", \"roles\": [\"exporter\"]}"
rm "$login"
echo "users kibana_system, city and exporter are set"

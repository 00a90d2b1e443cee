"""What our images have in their environment."""

WORKER = {
    "CITY_HEALTH_HOST": "0.0.0.0",
    "CITY_HEALTH_PORT": "9100",
    "CITY_DATA_DIR": "/data",
}
GATEWAY = {
    "CITY_GATEWAY_HOST": "0.0.0.0",
    "CITY_GATEWAY_PORT": "8000",
    "CITY_GATEWAY_OPERATIONS_HOST": "0.0.0.0",
    "CITY_GATEWAY_OPERATIONS_PORT": "8001",
    "CITY_GATEWAY_USERS_FILE": "/users/gateway-users.json",
}
ALL = {"CITY_MODEL": "/model/city.geojson", "CITY_SECRETS_DIR": "/run/secrets"}

ENVIRONMENT = {
    **dict.fromkeys(("gps", "traffic", "emergency", "weather", "camera"), ALL | WORKER),
    "gateway": ALL | GATEWAY,
    **dict.fromkeys(("batch", "airflow", "simulator"), ALL),
}

CHECKED = {"gps", "traffic", "emergency", "weather", "camera", "gateway", "simulator"}
"""Those with a health check of their own."""

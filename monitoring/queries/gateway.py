"""What a gateway answers, how soon, to whom and out of what."""

from monitoring.query import Query, unit_of

# Requests. An event stream lasts for as long as its reader stays: it is no answer that was slow.
REQUESTS = Query("sum(rate(city_gateway_requests_total[$__rate_interval]))", "requests", "requests/s")
ERRORS = Query(
    'sum(rate(city_gateway_requests_total{status=~"5.."}[$__rate_interval])) or vector(0)',
    "5xx",
    "requests/s",
)
BY_ROUTE = Query(
    'sum by (route) (rate(city_gateway_requests_total{route=~"$route"}[$__rate_interval])) > 0',
    "{{route}}",
    "requests/s",
)
BY_STATUS = Query(
    'sum by (method, status) (rate(city_gateway_requests_total{route=~"$route"}[$__rate_interval])) > 0',
    "{{method}} {{status}}",
    "requests/s",
)


def _latency(quantile: float, labels: str, route: str, legend: str) -> Query:
    return Query(
        f"histogram_quantile({quantile}, sum by ({labels}) (rate("
        f'city_gateway_request_seconds_bucket{{route!="/api/live"{route}}}[$__rate_interval])))',
        legend,
        unit_of("city_gateway_request_seconds"),
    )


LATENCY_P50 = _latency(0.5, "le", "", "p50")
LATENCY_P99 = _latency(0.99, "le", "", "p99")
P50_BY_ROUTE = _latency(0.5, "le, route", ', route=~"$route"', "{{route}}")
P99_BY_ROUTE = _latency(0.99, "le, route", ', route=~"$route"', "{{route}}")

OBJECTIVE = 0.999
"""Of requests that are answered without an error of ours."""


def _burn(window: str) -> Query:
    """1 uses the objective's errors up exactly."""
    return Query(
        f'(sum(rate(city_gateway_requests_total{{status=~"5.."}}[{window}])) or vector(0))'
        f" / sum(rate(city_gateway_requests_total[{window}])) / {1 - OBJECTIVE:.3f}",
        window,
        "",
    )


BURN = tuple(_burn(window) for window in ("5m", "1h", "6h", "3d"))
BUDGET_LEFT = Query(
    '1 - (sum(increase(city_gateway_requests_total{status=~"5.."}[7d])) or vector(0))'
    f" / sum(increase(city_gateway_requests_total[7d])) / {1 - OBJECTIVE:.3f}",
    "left",
    "ratio",
)

# Who asks.
SIGN_INS = Query(
    "sum by (outcome) (rate(city_gateway_sign_ins_total[$__rate_interval]))", "{{outcome}}", "1/s"
)
SESSIONS = Query(
    "sum by (outcome) (rate(city_gateway_sessions_total[$__rate_interval]))", "{{outcome}}", "1/s"
)
REFUSED = Query("sum by (limit) (rate(city_gateway_refused_total[$__rate_interval]))", "{{limit}}", "1/s")
LIVE_CLIENTS = Query(
    "sum by (instance) (city_gateway_live_clients)", "{{instance}}", unit_of("city_gateway_live_clients")
)
LIVE_MESSAGES = Query(
    "sum by (type) (rate(city_gateway_live_messages_total[$__rate_interval]))", "{{type}}", "1/s"
)
LIVE_DROPPED = Query("sum by (instance) (increase(city_gateway_live_dropped_total[10m]))", "{{instance}}", "")

# Out of what. 0 is from the speed layer, 1 from the archive, 2 as last known.
SOURCES = Query(
    'max by (topic) (0 * (city_gateway_source{source="speed"} == 1)'
    ' or 1 * (city_gateway_source{source="batch"} == 1)'
    ' or 2 * (city_gateway_source{source="last-known"} == 1))',
    "{{topic}}",
    "",
)
DATA_AGE = Query(
    "max by (topic) (city_gateway_data_age_seconds)", "{{topic}}", unit_of("city_gateway_data_age_seconds")
)
REDIS_UP = Query(
    "min by (instance) (city_gateway_redis_up)", "{{instance}}", unit_of("city_gateway_redis_up")
)
REDIS_DOWN = Query(
    "max by (instance) (city_gateway_redis_down_seconds)",
    "{{instance}}",
    unit_of("city_gateway_redis_down_seconds"),
)
REDIS_LOSSES = Query("sum by (instance) (increase(city_gateway_redis_losses_total[1h]))", "{{instance}}", "")
BATCH_UP = Query(
    "min by (reader, instance) (city_gateway_batch_up)",
    "{{reader}} {{instance}}",
    unit_of("city_gateway_batch_up"),
)
THINGS = Query("max by (topic) (city_gateway_things)", "{{topic}}", unit_of("city_gateway_things"))
CHANGES = Query("sum by (topic) (rate(city_gateway_changes_total[$__rate_interval]))", "{{topic}}", "1/s")
REFRESH_P50, REFRESH_P99 = (
    Query(
        f"histogram_quantile({quantile}, sum by (le)"
        " (rate(city_gateway_refresh_seconds_bucket[$__rate_interval])))",
        legend,
        unit_of("city_gateway_refresh_seconds"),
    )
    for quantile, legend in ((0.5, "p50"), (0.99, "p99"))
)
UNREADABLE = Query("sum by (topic) (increase(city_gateway_unreadable_total[1h]))", "{{topic}}", "")

# The process.
PROCESSES = Query(
    "sum by (state, instance) (city_gateway_processes)",
    "{{state}} {{instance}}",
    unit_of("city_gateway_processes"),
)
RESIDENT = Query(
    "sum by (instance) (city_gateway_resident_bytes)", "{{instance}}", unit_of("city_gateway_resident_bytes")
)

"""The city at a glance, each service a line."""

from monitoring.query import Query, unit_of

# A container that ended leaves the name service, and its `up` goes with it: those of a day are told as 0.
PROCESSES_UP = Query(
    'sum by (process) (up{job=~"city|gateway"})'
    ' or 0 * group by (process) (last_over_time(up{job=~"city|gateway"}[1d]))',
    "{{process}}",
    "",
)
# Prometheus's own series of its rules.
ALERTS_FIRING = Query(
    'sum by (alertname, severity) (ALERTS{alertstate="firing"})', "{{alertname}} ({{severity}})", ""
)
EVENTS = Query(
    "sum by (service) (rate(city_events_folded_total[$__rate_interval]))", "{{service}}", "events/s"
)
LAG_RECORDS = Query(
    'sum by (service) (city_lag_records{role="stream"})', "{{service}}", unit_of("city_lag_records")
)
LAG_S = Query(
    'sum by (service) (city_lag_records{role="stream"})'
    " / clamp_min(sum by (service) (rate(city_events_folded_total[$__rate_interval])), 1)",
    "{{service}}",
    "s",
)
FRESHNESS = Query(
    "max by (service) (city_freshness_seconds)", "{{service}}", unit_of("city_freshness_seconds")
)
REFUSED_SHARE = Query(
    "sum by (service) (rate(city_events_refused_total[$__rate_interval]))"
    " / (sum by (service) (rate(city_events_refused_total[$__rate_interval]))"
    " + sum by (service) (rate(city_events_folded_total[$__rate_interval])))",
    "{{service}}",
    "ratio",
)
SINKS_UP = Query("min by (service, sink) (city_sink_up)", "{{service}}: {{sink}}", unit_of("city_sink_up"))
RETENTION_USED = Query(
    "max by (service) (city_archive_retention_used_ratio)",
    "{{service}}",
    unit_of("city_archive_retention_used_ratio"),
)

"""What each service is asked: `$service` becomes its name while its dashboard is made."""

from monitoring.query import Query, unit_of

# Events.
FOLDED = Query(
    'sum(rate(city_events_folded_total{service="$service"}[$__rate_interval]))', "folded", "events/s"
)
REFUSED = Query(
    'sum(rate(city_events_refused_total{service="$service"}[$__rate_interval]))', "refused", "events/s"
)
LATE = Query('sum(rate(city_events_late_total{service="$service"}[$__rate_interval]))', "late", "events/s")
DUPLICATE = Query(
    'sum(rate(city_events_duplicate_total{service="$service"}[$__rate_interval]))', "duplicate", "events/s"
)
REFUSED_SHARE = Query(
    'sum(rate(city_events_refused_total{service="$service"}[$__rate_interval]))'
    ' / (sum(rate(city_events_refused_total{service="$service"}[$__rate_interval]))'
    ' + sum(rate(city_events_folded_total{service="$service"}[$__rate_interval])))',
    "refused",
    "ratio",
)
TOLERATED = Query(
    'sum by (form) (rate(city_events_tolerated_total{service="$service"}[$__rate_interval]))',
    "{{form}}",
    "events/s",
)
UNLISTED = Query(
    'topk(20, sum by (field, word) (increase(city_events_unlisted_total{service="$service"}[1h]))) > 0',
    "{{field}}: {{word}}",
    "",
)
LOST = Query('sum(increase(city_records_lost_total{service="$service"}[1h]))', "lost", "")

# How far behind.
LAG = Query('sum by (role) (city_lag_records{service="$service"})', "{{role}}", unit_of("city_lag_records"))
LAG_S = Query(
    'sum(city_lag_records{service="$service", role="stream"})'
    ' / clamp_min(sum(rate(city_events_folded_total{service="$service"}[$__rate_interval])), 1)',
    "stream",
    "s",
)
WATERMARK_BEHIND = Query(
    'time() - min by (instance) (city_watermark_timestamp_seconds{service="$service"})', "{{instance}}", "s"
)
FRESHNESS = Query(
    'max by (instance) (city_freshness_seconds{service="$service"})',
    "{{instance}}",
    unit_of("city_freshness_seconds"),
)
PARTITIONS = Query(
    'sum by (role, instance) (city_partitions{service="$service"})',
    "{{role}} {{instance}}",
    unit_of("city_partitions"),
)
PAUSED = Query(
    'sum by (role, cause) (city_paused_partitions{service="$service"})',
    "{{role}}: {{cause}}",
    unit_of("city_paused_partitions"),
)

# Where time and memory go.
SECONDS = Query(
    'sum by (role, activity) (rate(city_seconds_total{service="$service"}[$__rate_interval]))',
    "{{role}}: {{activity}}",
    "ratio",
)
CPU = Query(
    'sum by (process, instance) (rate(city_process_cpu_seconds_total{service="$service"}[$__rate_interval]))',
    "{{process}} {{instance}}",
    "ratio",
)
RESIDENT = Query(
    'sum by (process, instance) (city_process_resident_bytes{service="$service"})',
    "{{process}} {{instance}}",
    unit_of("city_process_resident_bytes"),
)
TABLE = Query(
    'sum by (role, instance) (city_table_bytes{service="$service"})',
    "{{role}} {{instance}}",
    unit_of("city_table_bytes"),
)
STATES = Query('sum by (instance) (city_states{service="$service"})', "{{instance}}", unit_of("city_states"))

# Sinks.
SINK_UP = Query('min by (sink) (city_sink_up{service="$service"})', "{{sink}}", unit_of("city_sink_up"))
SINK_PENDING = Query(
    'sum by (sink) (city_sink_pending{service="$service"})', "{{sink}}", unit_of("city_sink_pending")
)
SINK_WRITTEN = Query(
    'sum by (sink) (rate(city_sink_written_total{service="$service"}[$__rate_interval]))', "{{sink}}", "1/s"
)
SINK_DROPPED = Query(
    'sum by (sink) (increase(city_sink_dropped_total{service="$service"}[10m]))', "{{sink}}", ""
)

# Archive.
ARCHIVE_LAG = Query(
    'max(city_archive_lag_seconds{service="$service"})', "oldest", unit_of("city_archive_lag_seconds")
)
RETENTION_USED = Query(
    'max(city_archive_retention_used_ratio{service="$service"})',
    "used",
    unit_of("city_archive_retention_used_ratio"),
)
ARCHIVED = Query(
    'sum(rate(city_records_archived_total{service="$service"}[$__rate_interval]))', "archived", "events/s"
)
OBJECTS = Query('sum(increase(city_archive_objects_total{service="$service"}[10m]))', "written", "")
ARCHIVE_FAILURES = Query('sum(increase(city_archive_failures_total{service="$service"}[10m]))', "failed", "")

# Kafka.
KAFKA_UP = Query('min by (role) (city_kafka_up{service="$service"})', "{{role}}", unit_of("city_kafka_up"))
KAFKA_ANSWER = Query(
    'max by (role) (city_kafka_answer_seconds{service="$service"})',
    "{{role}}",
    unit_of("city_kafka_answer_seconds"),
)
CHECKPOINTS = Query('sum(rate(city_checkpoints_total{service="$service"}[$__rate_interval]))', "done", "1/s")
CHECKPOINT_FAILURES = Query(
    'sum(rate(city_checkpoint_failures_total{service="$service"}[$__rate_interval]))', "failed", "1/s"
)

# The third role, of a service that has it.
FORECAST_LAG = Query(
    'sum(city_lag_records{service="$service", role="forecast"})', "forecast", unit_of("city_lag_records")
)
FORECAST_SECONDS = Query(
    'sum by (activity) (rate(city_seconds_total{service="$service", role="forecast"}[$__rate_interval]))',
    "{{activity}}",
    "ratio",
)

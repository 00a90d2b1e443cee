"""What a gateway tells on `/metrics` of its operations port.

`route` is the route's pattern, never the path asked for, so labels are few. `topic` is one of the live
stream's. A batch job's label is `name`: `job` is Prometheus's own.
"""

from citystream.contracts.metric import counter, gauge, histogram

METRICS = (
    counter("gateway_requests_total", "HTTP requests answered.", "route", "method", "status"),
    histogram(
        "gateway_request_seconds", "Time from a request's headers to its last byte handed over.", "route"
    ),
    counter(
        "gateway_sign_ins_total",
        "Passwords verified: `right`, `wrong`; or refused unread: `busy` (too many at once), `locked`.",
        "outcome",
    ),
    counter(
        "gateway_sessions_total",
        "Browsers' sessions: `begun`, `end` (signed out); or refused: `forged`, `expired`, `ended`, "
        "`user-changed`.",
        "outcome",
    ),
    counter(
        "gateway_refused_total",
        "Refused by `rate` (of a user), `address` (its rate), `role`, `origin` (another site's page), "
        "`connections` (too many), `slow` (no whole request in time), `unread` (took nothing of an answer in "
        "time), `clients` (too many live ones), `subscriptions` (too many), `messages` (too many of a "
        "WebSocket client).",
        "limit",
    ),
    gauge("gateway_live_clients", "Clients of the live stream: WebSockets and event streams."),
    counter(
        "gateway_live_messages_total",
        "Messages sent to them: `snapshot`, `delta`, `subscription`, `heartbeat` or `problem`.",
        "type",
    ),
    counter("gateway_live_dropped_total", "WebSocket clients dropped because they took nothing in time."),
    gauge("gateway_redis_up", "1 while Redis is followed, 0 while answers are batch or last-known."),
    gauge("gateway_redis_down_seconds", "For how long it has been lost; 0 while it is followed."),
    gauge(
        "gateway_source",
        "1 for where a topic's answers come from now: `speed`, `batch` or `last-known`; else 0.",
        "topic",
        "source",
    ),
    gauge(
        "gateway_batch_up",
        "1 while S3 answers who reads the batch layer, 0 while it does not; absent until it was asked. "
        "`archive` folds the last hours, `days` reads closed days.",
        "reader",
    ),
    counter("gateway_redis_losses_total", "Times Redis was lost."),
    counter("gateway_changes_total", "Keys that services announced as changed.", "topic"),
    histogram("gateway_refresh_seconds", "Time to read one batch of changed keys from Redis into the views."),
    counter(
        "gateway_unreadable_total",
        "Values or announcements that do not follow the contracts; the last good value is kept.",
        "topic",
    ),
    gauge("gateway_things", "Things known, those of the city model without data included.", "topic"),
    gauge("gateway_data_age_seconds", "Age of the newest event; absent without data.", "topic"),
    gauge(
        "gateway_processes",
        "Of [several processes](gateway.md#several-processes) on a port, how many are `wanted`, `alive` and "
        "`ready`; absent with one process.",
        "state",
    ),
    gauge("gateway_resident_bytes", "Memory that its processes have."),
    gauge(
        "forecast_mae_kmh",
        "Mean absolute error of a model's [forecasts](forecasts.md) of the last day, so many minutes ahead.",
        "model",
        "minutes",
    ),
    gauge(
        "forecast_mape_ratio",
        "The same as a part of the speed that was read, of readings above 0; 0.15 is 15 %.",
        "model",
        "minutes",
    ),
    gauge(
        "forecast_coverage_ratio",
        "Share of readings that lay in their forecast's interval; 0.8 is wanted.",
        "model",
        "minutes",
    ),
    gauge(
        "forecast_age_seconds",
        "Time since the end of the last window that a model knows; absent without one.",
        "model",
    ),
)

OF_NEWEST_DAY = (
    gauge("batch_day_timestamp_seconds", "End of the newest day that is over and published."),
    gauge("batch_job_finished_timestamp_seconds", "When a job of that day ended last.", "name"),
    gauge("batch_job_seconds", "How long it took.", "name"),
    gauge("batch_job_rows", "Rows that it wrote.", "name"),
    gauge(
        "batch_job_checks_failed",
        "Rules of quality that were broken by more than 1 %, or metrics that drift past the bound.",
        "name",
    ),
    gauge(
        "batch_drift_ratio",
        "What differs between speed and batch on that day without an explanation; 0.01 is 1 %.",
        "type",
        "metric",
    ),
    gauge(
        "batch_incomplete",
        "1 if the batch layer does not have all of that day's events of the type, else 0.",
        "type",
    ),
)

"""Every metric of the gateway: name, unit, labels, meaning. `/metrics` serves them.

Times are in seconds. `route` is the route's pattern, never the path asked for, so labels are few.

Of several processes on a port, counters and histograms are summed, those that have ended included. A gauge is
of those that run, by its `multiprocess_mode`: clients are summed, of all else the worst is told.
"""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "city_gateway_requests_total",
    "HTTP requests answered, by route, method and status.",
    ["route", "method", "status"],
)
REQUEST_SECONDS = Histogram(
    "city_gateway_request_seconds",
    "Time from a request's headers to its last byte handed to the socket, by route.",
    ["route"],
    # Answers come from memory: under a millisecond is normal, a new password takes 50 ms.
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
)
SIGN_INS = Counter(
    "city_gateway_sign_ins_total",
    "Passwords verified, by outcome: right, wrong; or refused unread: busy (too many at once), locked.",
    ["outcome"],
)
SESSIONS = Counter(
    "city_gateway_sessions_total",
    "Browsers' sessions: begun, end (signed out); or refused: forged, expired, ended, user-changed.",
    ["outcome"],
)
REFUSED = Counter(
    "city_gateway_refused_total",
    "Refused by a limit: rate (of a user), address (its rate), role, origin (another site's page), "
    "connections (too many), slow (no whole request in time), unread (took nothing of an answer in time), "
    "clients (too many live ones), subscriptions (too many), messages (too many of a WebSocket "
    "client).",
    ["limit"],
)
LIVE_CLIENTS = Gauge(
    "city_gateway_live_clients",
    "Clients of the live stream: WebSockets and event streams.",
    multiprocess_mode="livesum",
)
LIVE_MESSAGES = Counter(
    "city_gateway_live_messages_total",
    "Messages sent to live clients, by type: snapshot, delta, subscription, heartbeat or problem.",
    ["type"],
)
LIVE_DROPPED = Counter(
    "city_gateway_live_dropped_total", "WebSocket clients dropped because they took nothing in time."
)
REDIS_UP = Gauge(
    "city_gateway_redis_up",
    "1 while the speed layer is followed, by every process; 0 while answers are batch or last-known.",
    multiprocess_mode="livemin",
)
REDIS_DOWN_SECONDS = Gauge(
    "city_gateway_redis_down_seconds",
    "How long the speed layer has been lost to the process that lacks it longest, s; 0 while it is followed.",
    multiprocess_mode="livemax",
)
SOURCE = Gauge(
    "city_gateway_source",
    "1 for where a topic's answers come from now, of any process: speed, batch or last-known; else 0.",
    ["topic", "source"],
    multiprocess_mode="livemax",
)
BATCH_UP = Gauge(
    "city_gateway_batch_up",
    "1 while S3 answers who reads the batch layer in every process, 0 while it does not, absent until it was "
    "asked; by reader: archive (its last hours) or days (those that are closed).",
    ["reader"],
    multiprocess_mode="livemin",
)
REDIS_LOSSES = Counter("city_gateway_redis_losses_total", "Times the speed layer was lost.")
CHANGES = Counter(
    "city_gateway_changes_total", "Keys that services announced as changed, by topic.", ["topic"]
)
REFRESH_SECONDS = Histogram(
    "city_gateway_refresh_seconds",
    "Time to read one batch of changed keys from Redis into the views.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
)
UNREADABLE = Counter(
    "city_gateway_unreadable_total",
    "Values or messages in Redis that do not follow the contracts, by topic; the last good value is kept.",
    ["topic"],
)
THINGS = Gauge(
    "city_gateway_things",
    "Things in the view, those of the city model without data included; of the process that has most.",
    ["topic"],
    multiprocess_mode="livemax",
)
DATA_AGE_SECONDS = Gauge(
    "city_gateway_data_age_seconds",
    "Age of the newest event in the view, of the process that is furthest behind; absent without data.",
    ["topic"],
    multiprocess_mode="livemax",
)
FORECAST_MAE = Gauge(
    "city_forecast_mae_kmh",
    "Mean absolute error of a model's forecasts of the last day so many minutes ahead, km/h.",
    ["model", "minutes"],
    multiprocess_mode="livemax",
)
FORECAST_MAPE = Gauge(
    "city_forecast_mape_ratio",
    "Mean absolute error as a part of the speed that was read, of readings above 0; 0.15 is 15 %.",
    ["model", "minutes"],
    multiprocess_mode="livemax",
)
FORECAST_COVERAGE = Gauge(
    "city_forecast_coverage_ratio",
    "Share of readings that lay in their forecast's interval; 0.8 is wanted.",
    ["model", "minutes"],
    multiprocess_mode="livemin",
)
FORECAST_AGE_SECONDS = Gauge(
    "city_forecast_age_seconds",
    "Since the end of the last window that a model knows; absent without one.",
    ["model"],
    multiprocess_mode="livemax",
)
# Set by the supervisor alone, so there is nothing to merge.
PROCESSES = Gauge(
    "city_gateway_processes",
    "Of several processes on a port, how many are wanted, alive, and ready (have data to answer from).",
    ["state"],
)

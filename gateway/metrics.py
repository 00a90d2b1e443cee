"""Every metric of the gateway: name, unit, labels, meaning. `/metrics` serves them.

Times are in seconds. `route` is the route's pattern, never the path asked for, so labels are few.
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
REFUSED = Counter(
    "city_gateway_refused_total",
    "Refused by a limit: rate (of a user), role, connections (too many), slow (no whole request in time), "
    "unread (took nothing of an answer in time), clients (too many live ones), subscriptions (too many).",
    ["limit"],
)
LIVE_CLIENTS = Gauge("city_gateway_live_clients", "Clients of the live stream: WebSockets and event streams.")
LIVE_MESSAGES = Counter(
    "city_gateway_live_messages_total",
    "Messages sent to live clients, by type: snapshot, delta, subscription, heartbeat or problem.",
    ["type"],
)
LIVE_DROPPED = Counter(
    "city_gateway_live_dropped_total", "WebSocket clients dropped because they took nothing in time."
)
REDIS_UP = Gauge(
    "city_gateway_redis_up", "1 while the speed layer is followed, 0 while answers are batch or last-known."
)
REDIS_DOWN_SECONDS = Gauge(
    "city_gateway_redis_down_seconds", "How long the speed layer has been lost, s; 0 while it is followed."
)
SOURCE = Gauge(
    "city_gateway_source",
    "1 for where a topic's answers come from now: speed, batch or last-known; 0 for the others.",
    ["topic", "source"],
)
BATCH_UP = Gauge("city_gateway_batch_up", "1 while the archive can be read, 0 while it can't.")
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
    "city_gateway_things", "Things in the view, those of the city model without data included.", ["topic"]
)
DATA_AGE_SECONDS = Gauge(
    "city_gateway_data_age_seconds", "Age of the newest event in the view; absent without data.", ["topic"]
)

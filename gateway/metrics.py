"""What the gateway counts and shows, in the metrics of the catalogue.

Of several processes on a port, counters and histograms are summed, those that have ended included. A gauge is
of those that run, by its `multiprocess_mode`: clients and memory are summed, of all else the worst is told.
"""

from typing import Literal

from prometheus_client import Counter, Gauge, Histogram

from citystream.contracts.metrics import CATALOGUE


def _counter(name: str) -> Counter:
    known = CATALOGUE[name]
    return Counter(name, known.meaning, known.labels)


def _gauge(name: str, multiprocess_mode: Literal["all", "livemin", "livemax", "livesum"] = "all") -> Gauge:
    known = CATALOGUE[name]
    return Gauge(name, known.meaning, known.labels, multiprocess_mode=multiprocess_mode)


def _histogram(name: str, *buckets: float) -> Histogram:
    known = CATALOGUE[name]
    return Histogram(name, known.meaning, known.labels, buckets=buckets)


REQUESTS = _counter("city_gateway_requests_total")
# Answers come from memory: under a millisecond is normal, a new password takes 50 ms.
REQUEST_SECONDS = _histogram(
    "city_gateway_request_seconds", 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0
)
SIGN_INS = _counter("city_gateway_sign_ins_total")
SESSIONS = _counter("city_gateway_sessions_total")
REFUSED = _counter("city_gateway_refused_total")
LIVE_CLIENTS = _gauge("city_gateway_live_clients", "livesum")
LIVE_MESSAGES = _counter("city_gateway_live_messages_total")
LIVE_DROPPED = _counter("city_gateway_live_dropped_total")
REDIS_UP = _gauge("city_gateway_redis_up", "livemin")
REDIS_DOWN_SECONDS = _gauge("city_gateway_redis_down_seconds", "livemax")
SOURCE = _gauge("city_gateway_source", "livemax")
BATCH_UP = _gauge("city_gateway_batch_up", "livemin")
REDIS_LOSSES = _counter("city_gateway_redis_losses_total")
CHANGES = _counter("city_gateway_changes_total")
REFRESH_SECONDS = _histogram(
    "city_gateway_refresh_seconds", 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0
)
UNREADABLE = _counter("city_gateway_unreadable_total")
THINGS = _gauge("city_gateway_things", "livemax")
DATA_AGE_SECONDS = _gauge("city_gateway_data_age_seconds", "livemax")
RESIDENT_BYTES = _gauge("city_gateway_resident_bytes", "livesum")
FORECAST_MAE = _gauge("city_forecast_mae_kmh", "livemax")
FORECAST_MAPE = _gauge("city_forecast_mape_ratio", "livemax")
FORECAST_COVERAGE = _gauge("city_forecast_coverage_ratio", "livemin")
FORECAST_AGE_SECONDS = _gauge("city_forecast_age_seconds", "livemax")
# Set by the supervisor alone, so there is nothing to merge.
PROCESSES = _gauge("city_gateway_processes")

"""Where alerts begin to fire, for the panels that show what they go by."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["warning", "critical"]


@dataclass(frozen=True, slots=True)
class Bound:
    """Beyond `value` the alert of `compose/prometheus/alerts.yml` fires; a test holds the two together."""

    alert: str
    severity: Severity
    value: float


STREAM_LAG_S = Bound("CityStreamLag", "warning", 60)
FRESHNESS_S = Bound("CityFreshness", "warning", 2)
ARCHIVE_RETENTION = Bound("CityArchiveRetention", "critical", 0.5)
DEAD_LETTERS = Bound("CityDeadLetters", "warning", 0.01)
PAUSED = Bound("CityPartitionPaused", "critical", 0)
LOST = Bound("CityRecordsLost", "critical", 0)
DROPPED = Bound("CitySinkDropped", "critical", 0)
CHECKPOINTS = Bound("CityCheckpointFailing", "warning", 0)
REDIS_DOWN_S = Bound("CitySpeedLayerDown", "critical", 30)
REDIS_MEMORY = Bound("CityRedisMemory", "warning", 0.8)
FORECAST_ERROR = Bound("CityForecastError", "warning", 0.15)
FORECAST_AGE_S = Bound("CityForecastStale", "warning", 900)
DAY_AGE_S = Bound("CityBatchLate", "critical", 129_600)
INCOMPLETE = Bound("CityBatchIncomplete", "warning", 1)
CHECKS_FAILED = Bound("CityBatchChecksFailed", "warning", 0)
DRIFT = Bound("CityBatchDrift", "warning", 0.01)

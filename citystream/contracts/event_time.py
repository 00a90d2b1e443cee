"""Event time: read as senders write it, and written as RFC 3339."""

from datetime import UTC, datetime
from functools import lru_cache

# A clock before 2000 was never set; one past 2100 is broken. Both bounds in epoch milliseconds.
# Floats, as what is compared with them.
EARLIEST_MS = 946_684_800_000.0
LATEST_MS = 4_102_444_800_000.0
# 1e11 s is the year 5138 and 1e11 ms is 1973: numbers from there on are milliseconds.
MILLISECONDS_FROM = 1e11


def event_time_ms(timestamp: datetime | float) -> int:
    """Event time in epoch milliseconds, UTC.

    Raises:
        ValueError: before 2000 or after 2100, naming the field.
    """
    # What nearly every sender writes, asked first.
    if timestamp.__class__ is float and EARLIEST_MS <= timestamp < LATEST_MS:
        return round(timestamp)
    if isinstance(timestamp, datetime):
        ms = timestamp.timestamp() * 1000
    else:
        ms = timestamp if timestamp >= MILLISECONDS_FROM else timestamp * 1000
    # Checked before rounding: -1e308 s becomes infinity here, which no integer holds.
    if not EARLIEST_MS <= ms < LATEST_MS:
        raise ValueError("timestamp: outside the years 2000 to 2100; is the sender's clock set?")
    return round(ms)


def rfc3339(ms: int) -> str:
    """Epoch milliseconds as RFC 3339, UTC."""
    return f"{_to_the_second(ms // 1000)}.{ms % 1000:03d}Z"


@lru_cache(maxsize=8_192)
def _to_the_second(seconds: int) -> str:
    # What is written together is of the same minutes.
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")

"""Days of the city: from its midnight to the next, which is 23, 24 or 25 hours later."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR_MS = 3_600_000


class CityDay(NamedTuple):
    """One day."""

    date: date
    timezone: str
    """IANA name."""
    start_ms: int
    """Epoch milliseconds, as the end, which is the next day's start."""
    end_ms: int

    @property
    def hours_ms(self) -> range:
        """Starts of the UTC hours that it touches; where midnight is no full hour, two days touch one."""
        return range(floor_hour(self.start_ms), self.end_ms, HOUR_MS)


def city_day(day: date, zone: ZoneInfo) -> CityDay:
    """A date's day in a zone."""
    return CityDay(day, zone.key, _midnight_ms(day, zone), _midnight_ms(day + timedelta(days=1), zone))


def day_at(at_ms: int, zone: ZoneInfo) -> CityDay:
    """The day that an epoch millisecond lies in."""
    day = city_day(datetime.fromtimestamp(at_ms / 1000, zone).date(), zone)
    # Where midnight is skipped or comes twice, the clock's date is not always the day's.
    if at_ms < day.start_ms:
        return city_day(day.date - timedelta(days=1), zone)
    return city_day(day.date + timedelta(days=1), zone) if at_ms >= day.end_ms else day


def floor_hour(at_ms: int) -> int:
    """Start of the UTC hour that an epoch millisecond lies in."""
    return at_ms - at_ms % HOUR_MS


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    """When a day begins: at the first of two midnights, or where none is, when the clock goes on."""
    at = datetime.combine(day, time(), zone)
    # The earlier of two; of one that is skipped the offset before, so that it lies in the gap's end.
    return round(at.astimezone(UTC).timestamp() * 1000)

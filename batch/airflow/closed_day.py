"""Which days of the city a run of a DAG is about.

Airflow's `ds` is the UTC date on which a run falls due, so with `@daily` the day that begins; a run that
assets triggered has no logical date at all. So no DAG uses `ds`, and all ask here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LATE_DAYS = 3
"""For how many days after its end a day takes what arrives late (docs/batch.md)."""


def closed_days(
    zone: ZoneInfo,
    *,
    due: datetime,
    conf: Mapping[str, Any] | None = None,
    extras: Sequence[Mapping[str, Any]] = (),
) -> list[date]:
    """The days that a run is about, oldest first.

    `conf` is what whoever triggered it by hand gave: its `date` goes before all. `extras` are those of the
    asset events that triggered it: Airflow gives a run all that came since the run before, so there may be
    several days, and one twice. Otherwise it is the last day that was over in `zone` when the run fell due:
    the end of its data interval, its logical date, or where it has neither, the time after which it may run.

    Raises:
        ValueError: a date is none, or an event has none; or `due` has no zone.
    """
    if conf and "date" in conf:
        return [_date(conf["date"], "conf.date")]
    if extras:
        return sorted({_date(extra.get("date"), "extra.date of an asset event") for extra in extras})
    if due.tzinfo is None:
        raise ValueError(f"the run's time {due} has no zone")
    return [due.astimezone(zone).date() - timedelta(days=1)]


def late_days(closed: date) -> list[date]:
    """The days before a closed one that may have got late events since they were made."""
    return [closed - timedelta(days=ago) for ago in range(LATE_DAYS, 0, -1)]


def _date(value: object, name: str) -> date:
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(f'{name} is {value!r}, which is no date: give {{"date": "2026-11-27"}}')

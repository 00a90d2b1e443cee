"""Events far from their own days: a data set of another year, a feed that was away for weeks."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from batch.compact import compact
from batch.jobs import place_arrivals, run_day
from batch.session import Session
from batch.slices import Span
from batch.version import new_version
from citystream.contracts.city_day import HOUR_MS, city_day
from citystream.contracts.manifest import Manifest
from citystream.settings import Settings
from tests.batch import published
from tests.batch.archive import put
from tests.batch.conftest import settings_of
from tests.batch.test_archives import MINUTE_MS, reading
from tests.citystream.records import FakeRecord

# Midnight is at 18:15 UTC: an hour of it belongs to two days.
KATHMANDU = ZoneInfo("Asia/Kathmandu")
ARRIVED = city_day(date(2026, 2, 10), KATHMANDU)
OLD = [city_day(date(2025, 6, 1 + number), KATHMANDU) for number in range(2)]
SPAN = Span(ARRIVED.start_ms, ARRIVED.end_ms)


def arrived(event_ms: list[int], first: int = 0) -> list[FakeRecord]:
    """Readings of a time, one after another, a second apart, at noon of the day of arrival."""
    noon_ms = ARRIVED.start_ms + 12 * HOUR_MS
    return [
        FakeRecord(offset, reading(time_ms), noon_ms + offset * 1_000)
        for offset, time_ms in enumerate(event_ms, first)
    ]


@pytest.fixture(scope="module")
def archive_settings(s3_endpoint: str) -> Settings:
    return settings_of(s3_endpoint).model_copy(update={"timezone": KATHMANDU.key})


async def placed(it: Session) -> dict[str, Manifest]:
    return {manifest.date: manifest async for manifest in place_arrivals(it, SPAN)}


async def test_stray_events_are_placed_into_their_days_and_stay_there(it: Session) -> None:
    own = it.settings
    # A minute apart, over the midnight between the two days; and some of the day of arrival itself.
    around = [OLD[1].start_ms + number * MINUTE_MS for number in (-180, *range(-39, 30))]
    today = [ARRIVED.start_ms + 11 * HOUR_MS + number for number in range(5)]
    put(own, "traffic", arrived([*around, *today]))
    # The first lies on its day already, where it arrived in time.
    known = FakeRecord(0, reading(around[0]), around[0] + 500)
    put(own, "traffic", [known], partition=1)

    before = await run_day(it, OLD[0])
    assert (before.compacted["traffic"].rows, before.compacted["traffic"].arrivals_ms) == (1, [])

    found = await placed(it)
    assert list(found) == ["2025-06-01", "2025-06-02"]
    rows = {
        name: published.rows(own, manifest.compacted["traffic"].objects) for name, manifest in found.items()
    }
    assert {name: len(some) for name, some in rows.items()} == {"2025-06-01": 40, "2025-06-02": 30}
    # Nothing is of both: the hour in which the day ends has a part in each.
    assert {int(row["event_id"]) for some in rows.values() for row in some} == set(around)
    assert found["2025-06-01"].compacted["traffic"].duplicates == 1
    # A data set's days are complete when nothing lacks between its objects.
    assert found["2025-06-02"].compacted["traffic"].reasons == []
    assert found["2025-06-02"].views["windows.traffic.road"].rows == 6

    # What was placed stays when the day is made again, and when the same is placed again.
    for again in (
        {"2025-06-01": await run_day(it, OLD[0])},
        await placed(it),
    ):
        for name, manifest in again.items():
            one = manifest.compacted["traffic"]
            assert published.rows(own, one.objects) == rows[name]
            assert one.arrivals_ms == [tuple(SPAN)]

    # The day of arrival keeps them beside it, with their counts.
    arrival = await compact(it, ARRIVED, new_version(ARRIVED))
    assert arrival["traffic"].rows == 5
    assert sum(one.rows for one in arrival["traffic"].stray) == 70

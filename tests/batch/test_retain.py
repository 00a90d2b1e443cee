"""What is too old goes, and nothing else."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from batch.cli import main
from batch.object_store import object_store
from batch.publish import PublishError, publish
from batch.retain import Kept, retain
from batch.session import Session
from batch.sweep import sweep
from batch.version import new_version
from citystream.contracts import s3_paths
from citystream.contracts.city_day import HOUR_MS, CityDay, city_day
from citystream.contracts.manifest import BatchView, Compacted, Stored
from citystream.settings import Settings
from demo.environment import city_environment
from tests.batch import published
from tests.batch.conftest import settings_of

TODAY = datetime.now(UTC).date()
Invoke = Callable[..., Result]


@pytest.fixture
def own(s3_endpoint: str) -> Settings:
    """Of a bucket of this test's own."""
    return settings_of(s3_endpoint)


@pytest.fixture
def batch(own: Settings) -> Invoke:
    """The command."""

    def invoke(*arguments: str) -> Result:
        return CliRunner(env=city_environment(own)).invoke(main, ["retain", "--threads", "1", *arguments])

    return invoke


def day(age: int) -> CityDay:
    """So many days ago."""
    return city_day(TODAY - timedelta(days=age), ZoneInfo("UTC"))


def write(own: Settings, key: str) -> str:
    """An object of 1,000 bytes."""
    published.client(own).put_object(Bucket=own.s3_bucket, Key=key, Body=b"x" * 1_000)
    return key


async def publish_day(own: Settings, of: CityDay, reasons: tuple[str, ...] = ()) -> None:
    """A day with an hour of events and a view."""
    version = new_version(of)
    events, rows = (
        [Stored(write(own, f"{s3_paths.version_prefix(prefix, version)}a.parquet"), of.start_ms, 1)]
        for prefix in (
            s3_paths.compacted_prefix(own.namespace, "traffic"),
            s3_paths.view_prefix(own.namespace, "daily.roads"),
        )
    )
    compacted = Compacted(version=version, objects=events, reasons=list(reasons))
    view = BatchView(version=version, made_from={"traffic": version}, objects=rows)
    await publish(object_store(own), own.namespace, of, {"traffic": compacted}, {"daily.roads": view})


def publish_days(own: Settings, ages: Iterable[int], open_: int | None = None) -> None:
    """Days of these ages, of which one is not closed."""

    async def all_of_them() -> None:
        for age in ages:
            await publish_day(own, day(age), ("partition 0: gone",) if age == open_ else ())

    asyncio.run(all_of_them())


def arrived(own: Settings, of: CityDay, hour: int) -> str:
    """Raw events of an hour."""
    return write(own, s3_paths.raw_object(own.namespace, "traffic", 0, 0, 5, of.start_ms + hour * HOUR_MS))


def left(own: Settings) -> dict[date, tuple[bool, bool]]:
    """Days that have compacted events, and views."""
    days = [s3_paths.date_of(key) for key in published.keys(own, "manifests/")]
    found = {name: published.the_manifest(own, name) for name in days if name}
    return {date.fromisoformat(name): (bool(one.compacted), bool(one.views)) for name, one in found.items()}


def test_by_default_all_is_kept_for_ever(own: Settings, batch: Invoke) -> None:
    publish_days(own, [5_000])
    arrived(own, day(5_000), 3)
    before = published.keys(own, "")
    result = batch()
    assert result.exit_code == 0, result.output
    assert published.keys(own, "") == before
    assert left(own) == {day(5_000).date: (True, True)}


def test_days_go_by_their_age_and_their_objects_after_them(own: Settings, batch: Invoke) -> None:
    publish_days(own, (60, 51, 50, 41, 40, 1))
    before = published.keys(own, "")
    options = ("--compacted-days", "40", "--views-days", "50")
    told = batch(*options, "--dry-run")
    assert told.exit_code == 0, told.output
    assert f"{day(60).date}: compacted events, 1 objects, 0.0 MB: would go" in told.stderr
    assert published.keys(own, "") == before
    assert all(both == (True, True) for both in left(own).values())

    result = batch(*options)
    assert result.exit_code == 0, result.output
    assert f"{day(51).date}: views, 1 objects, 0.0 MB: go, from 6 hours on" in result.stderr
    assert left(own) == {
        day(60).date: (False, False),
        day(51).date: (False, False),
        day(50).date: (False, True),
        day(41).date: (False, True),
        day(40).date: (True, True),
        day(1).date: (True, True),
    }
    # Who read the day before reads on; once nobody can, they go.
    assert published.keys(own, "") == before
    assert asyncio.run(sweep(object_store(own), own.namespace, -60)) == 6
    kept = published.keys(own, "compacted/") + published.keys(own, "views/")
    manifests = [published.the_manifest(own, str(date_)) for date_ in left(own)]
    named = [stored.key for one in manifests for of in one.compacted.values() for stored in of.objects]
    named += [stored.key for one in manifests for of in one.views.values() for stored in of.objects]
    assert sorted(kept) == sorted(named)
    assert len(kept) == 6
    # Once more: nothing is left to go.
    assert "compacted events" not in batch(*options).stderr


async def test_killed_half_way_each_day_is_whole(own: Settings, it: Session) -> None:
    for age in (60, 59):
        await publish_day(own, day(age))
    before = published.keys(own, "")
    session = replace(it, settings=own, store=object_store(own))
    days = retain(session, Kept(40, None, None), dry_run=False)
    assert (await anext(days)).date == str(day(60).date)
    await days.aclose()
    assert left(own) == {day(60).date: (False, True), day(59).date: (True, True)}
    assert published.keys(own, "") == before
    again = retain(session, Kept(40, None, None), dry_run=False)
    assert [one.date async for one in again] == [str(day(59).date)]


def test_raw_events_go_when_all_their_days_are_closed_and_too_old(own: Settings, batch: Invoke) -> None:
    publish_days(own, range(31, 52), open_=40)
    goes = [arrived(own, day(45), 12), arrived(own, day(46), 0)]
    reasons = {
        arrived(own, day(49), 0): f"{day(52).date} is not compacted; city-batch run",
        arrived(own, day(37), 3): f"{day(40).date} is not closed: partition 0: gone",
        arrived(own, day(32), 3): f"{day(30).date}, which is kept, may be made from it",
    }
    young = arrived(own, day(2), 3)
    foreign = write(
        own, f"{s3_paths.date_prefix(s3_paths.raw_prefix(own.namespace, 'traffic'), day(45).start_ms)}x"
    )
    told = batch("--raw-days", "30", "--dry-run")
    assert told.exit_code == 0, told.output
    assert set(published.keys(own, "raw/")) == {*goes, *reasons, young, foreign}
    assert "2 objects" not in told.stderr
    assert told.stderr.count("would go") == 2

    result = batch("--raw-days", "30")
    assert result.exit_code == 0, result.output
    assert set(published.keys(own, "raw/")) == {*reasons, young, foreign}
    for age in (45, 46):
        assert (
            f"traffic: raw events that arrived on {day(age).date}, 1 objects, 0.0 MB: deleted"
            in result.stderr
        )
    for key, reason in reasons.items():
        arrived_on = Path(key).parts[-3].removeprefix("date=")
        assert f"arrived on {arrived_on}, 1 objects, 0.0 MB: stay: {reason}" in result.stderr
    assert all(both == (True, True) for both in left(own).values())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--raw-days", "3"],
            "--raw-days 3: give 4 or more; a day is made of what arrives in the 3 days after it",
        ),
        (["--views-days", "27"], "--views-days 27: give 28 or more; what is usual is made of so many"),
        (["--compacted-days", "6"], "--compacted-days 6: give 7 or more"),
        (
            ["--compacted-days", "30", "--raw-days", "60"],
            "--raw-days 60: give no more than --compacted-days, 30",
        ),
    ],
)
def test_too_few_days_are_refused(batch: Invoke, options: list[str], said: str) -> None:
    result = batch(*options)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


async def test_a_complete_day_whose_raw_events_are_gone_stays(own: Settings) -> None:
    def made(rows: int, *reasons: str) -> dict[str, Compacted]:
        return {"traffic": Compacted(version=new_version(day(9)), rows=rows, reasons=list(reasons))}

    where = object_store(own), own.namespace, day(9)
    await publish(*where, made(50), {})
    with pytest.raises(PublishError, match="traffic: it is complete with 50 rows, and would have 49"):
        await publish(*where, made(49, "gone"), {})
    # More of it, or less of what was not complete, is news.
    await publish(*where, made(51, "open"), {})
    await publish(*where, made(3, "open"), {})
    assert published.the_manifest(own, str(day(9).date)).compacted["traffic"].rows == 3

"""Quality: of a week with planted faults each is found and nothing else is; every number equals a recount."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pytest

from batch.jobs import compact_day, daily_of_day, quality_of_day
from batch.publish import publish
from batch.session import Session
from batch.version import new_version
from citystream.contracts.city_day import HOUR_MS, city_day
from citystream.contracts.daily import MODES, ROADS, VEHICLES
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.event import Event
from citystream.contracts.manifest import Manifest
from citystream.contracts.quality import (
    MEASURED,
    QUALITY,
    QUALITY_ENTITIES,
    QUALITY_INTERVALS,
    REPORT,
    RULES,
    SENSORS,
)
from citystream.contracts.traffic import Traffic
from citystream.settings import Settings
from tests.batch import archive, published, sound
from tests.batch.compacted import compacted, time_ms
from tests.batch.conftest import settings_of
from tests.batch.recounted import Row, grouped, same
from tests.citystream.records import FakeRecord

BERLIN = ZoneInfo("Europe/Berlin")
LONG = city_day(date(2026, 10, 25), BERLIN)
"""Of 25 hours."""
WEEK = [city_day(LONG.date - timedelta(days=back), BERLIN) for back in range(6, -1, -1)]
Times = tuple[float, float]


class Fault(NamedTuple):
    """Events of a sender, by hours of the last day."""

    type: str
    sender: str
    hours: Times


STUCK = Fault("traffic", "t-1", (8, 11))
PARKED = Fault("gps", "v-1", (8, 10))
HOT = Fault("weather", "w-2", (5, 6))
BEHIND = Fault("camera", "c-2", (9, 12))
AHEAD = Fault("traffic", "t-0", (18, 20))
SILENT = Fault("traffic", "t-2", (14, 16.5))
GONE = Fault("traffic", "t-3", (0, 25))
LATE = Fault("traffic", "t-2", (20, 20.4))
BUFFERED = Fault("weather", "w-1", (3, 5))
"""What it sends comes minutes late, each a different while: its clock is right."""
DELAYS_MS = {BEHIND: 300_000, AHEAD: -30_000, LATE: 200_000}
BACKWARDS = f"i-{LONG.date}-07"


def span(fault: Fault) -> tuple[int, int]:
    start, end = fault.hours
    return LONG.start_ms + round(start * HOUR_MS), LONG.start_ms + round(end * HOUR_MS)


def with_faults(whole: Mapping[str, list[Event]]) -> dict[str, list[Event]]:
    """The last day."""
    traffic = sound.changed(whole["traffic"], STUCK.sender, *span(STUCK), speed_kmh=33.3, vehicle_count=7)
    for silent in (SILENT, GONE):
        traffic = sound.without(traffic, silent.sender, *span(silent))
    call, sent, *others = [one for one in whole["emergency"] if sound.of(one) == BACKWARDS]
    return {
        "traffic": traffic,
        "weather": sound.changed(whole["weather"], HOT.sender, *span(HOT), temperature_c=58.0),
        "gps": sound.changed(whole["gps"], PARKED.sender, *span(PARKED), latitude=52.1),
        "camera": whole["camera"],
        "emergency": [
            *(one for one in whole["emergency"] if sound.of(one) != BACKWARDS),
            msgspec.structs.replace(call, timestamp=sent.timestamp),
            msgspec.structs.replace(sent, timestamp=call.timestamp),
            *others,
        ],
    }


def delay_ms(event: Event) -> int:
    """Until it arrives."""
    start, end = span(BUFFERED)
    if sound.of(event) == BUFFERED.sender and start <= time_ms(event) < end:
        return 100_000 + (time_ms(event) // 60_000) % 7 * 40_000
    for fault, delay in DELAYS_MS.items():
        start, end = span(fault)
        if sound.of(event) == fault.sender and start <= time_ms(event) < end:
            return delay
    return 0


class Week(NamedTuple):
    """As it was published."""

    last: Manifest
    events: dict[str, list[Event]]
    """Of the last day."""
    gaps: dict[tuple[str, str], list[float]]
    """(type, sender) -> median gaps of the days before, s."""


@pytest.fixture(scope="module")
def archive_settings(s3_endpoint: str) -> Settings:
    return settings_of(s3_endpoint).model_copy(update={"timezone": BERLIN.key})


@pytest.fixture(scope="module")
async def week(it: Session, tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Of the six days before, sensors alone are known."""
    gaps: dict[tuple[str, str], list[float]] = {}
    for number, day in enumerate(WEEK):
        events = sound.events(day, number)
        last = day == LONG
        events = with_faults(events) if last else {type_: events[type_] for type_ in ("traffic", "weather")}
        version, made = new_version(day), {}
        for type_, several in events.items():
            folder = tmp_path_factory.mktemp("rows")
            delay = delay_ms if last else lambda _: 0
            made[type_] = compacted(it.settings, type_, version, several, folder, hours=24, delay_ms=delay)
        await publish(it.store, it.settings.namespace, day, made, {})
        manifest = await quality_of_day(it, day)
        if not last:
            for key, times in by_sender(events).items():
                gaps.setdefault(key, []).append(median_gap_s(times))
            assert not published.daily(it.settings, manifest, QUALITY_INTERVALS), day.date
            assert manifest.jobs["quality"].checks_failed == 0
    return Week(manifest, events, gaps)


def by_sender(events: Mapping[str, list[Event]]) -> dict[tuple[str, str], list[int]]:
    """(type, sender) -> times, in order."""
    return {
        (type_, sender): sorted(time_ms(one) for one in those)
        for type_, several in events.items()
        for sender, those in grouped_by_sender(several).items()
    }


def grouped_by_sender(events: list[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(sound.of(event), []).append(event)
    return found


def median_gap_s(times: list[int]) -> float:
    return median(after - before for before, after in pairwise(times)) / 1000


def rows(it: Session, week: Week, view: DailyView) -> list[Row]:
    return published.daily(it.settings, week.last, view)


def at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def test_each_fault_is_found_and_nothing_else_is(it: Session, week: Week) -> None:
    times = by_sender(week.events)

    def events_of(fault: Fault) -> list[int]:
        start, end = span(fault)
        return [one for one in times[fault.type, fault.sender] if start <= one < end]

    def interval(fault: Fault, rule: str) -> Row:
        those = events_of(fault)
        return {
            "entity": fault.sender,
            "type": fault.type,
            "rule": rule,
            "start": at(those[0]),
            "end": at(those[-1]),
            "events": len(those),
            "left_out": True,
        }

    def gap(fault: Fault, start_ms: int, end_ms: int) -> Row:
        return {
            "entity": fault.sender,
            "type": fault.type,
            "rule": "no_gap",
            "start": at(start_ms),
            "end": at(end_ms),
            "events": 0,
            "left_out": False,
        }

    silent = times[SILENT.type, SILENT.sender]
    swapped = [one for one in week.events["emergency"] if sound.of(one) == BACKWARDS]
    expected = [
        interval(STUCK, "not_stuck"),
        interval(PARKED, "not_stuck"),
        interval(HOT, "in_range"),
        interval(BEHIND, "clock_right"),
        interval(AHEAD, "clock_right"),
        gap(
            SILENT,
            max(one for one in silent if one < span(SILENT)[0]),
            min(one for one in silent if one >= span(SILENT)[1]),
        ),
        gap(GONE, LONG.start_ms, LONG.end_ms),
        {
            "entity": BACKWARDS,
            "type": "emergency",
            "rule": "dispatched_after_reported",
            "start": at(time_ms(swapped[1])),
            "end": at(time_ms(swapped[0])),
            "events": 2,
            "left_out": False,
        },
    ]
    same(rows(it, week, QUALITY_INTERVALS), sorted(expected, key=lambda row: row["entity"]))


def test_senders_are_as_a_recount_has_them(it: Session, week: Week) -> None:
    events = {type_: grouped_by_sender(those) for type_, those in week.events.items()}
    times = by_sender(week.events)
    expected = []
    for type_, sender in {*times, *week.gaps}:
        own = times.get((type_, sender), [])
        today = median_gap_s(own) if own else None
        cadence = median([*week.gaps.get((type_, sender), []), *([today] if today else [])])
        delays = [delay_ms(one) for one in events[type_].get(sender, [])]
        if type_ in SENSORS:
            due = (LONG.end_ms - LONG.start_ms) / 1000 / cadence
        else:
            due = (own[-1] - own[0]) / 1000 / cadence + 1
        expected.append(
            {
                "entity": sender,
                "type": type_,
                "events": len(own),
                "median_gap_s": today,
                "cadence_s": cadence,
                "completeness_pct": None if type_ == "emergency" else min(100.0, 100 * len(own) / due),
                # Later than 10 s of disorder and 60 s of lateness.
                "late": sum(delay > 70_000 for delay in delays),
                "median_delay_s": median(delays) / 1000 if delays else None,
            }
        )
    same(rows(it, week, QUALITY_ENTITIES), sorted(expected, key=lambda row: row["entity"]))


def test_checks_sum_up_the_intervals(it: Session, week: Week) -> None:
    found = {(row["type"], row["rule"]): row for row in rows(it, week, QUALITY)}
    intervals = grouped(rows(it, week, QUALITY_INTERVALS), lambda row: (row["type"], row["rule"]))
    assert set(found) == {
        (type_, rule.name) for rule in RULES for type_ in week.events if type_ in rule.types
    }
    for place, row in found.items():
        those = intervals.get(place, [])
        assert row["detail"] is None
        assert row["intervals"] == len(those), place
        hours = sum((one["end"] - one["start"]).total_seconds() for one in those) / 3600
        assert row["hours"] == pytest.approx(hours, abs=0.001)
        if place[1] not in ("in_time", "once", "readable", "known_fields"):
            assert row["events"] == sum(one["events"] for one in those)
            assert row["entities"] == len({one["entity"] for one in those})
        assert row["failed"] == ((row["share_pct"] or 0) > 1), place
    late = found["traffic", "in_time"]
    assert (late["entities"], late["events"]) == (1, 12)
    # 27.5 of 100 hours of four senders, and 90 events that repeat themselves.
    assert found["traffic", "no_gap"]["share_pct"] == pytest.approx(27.5, abs=0.2)
    count = len(week.events["traffic"])
    assert found["traffic", "not_stuck"]["share_pct"] == pytest.approx(100 * 90 / count, abs=0.001)
    backwards = found["emergency", "dispatched_after_reported"]
    assert backwards["share_pct"] == pytest.approx(100 / 24, abs=0.001)
    job = week.last.jobs["quality"]
    assert job.checks_failed == sum(row["failed"] for row in found.values()) > 0
    assert job.rows == sum(week.last.views[batch_view(view)].rows for view in (QUALITY, QUALITY_ENTITIES)) + 8


async def test_daily_views_do_without_what_is_wrong_and_say_how_much(it: Session, week: Week) -> None:
    made = await daily_of_day(it, LONG)
    wrong = {
        "traffic": [STUCK, AHEAD], "gps": [PARKED], "weather": [HOT], "camera": [BEHIND],
    }  # fmt: skip
    left_out: dict[str, int] = {}
    for type_ in MEASURED:
        left_out[type_] = sum(
            span(fault)[0] <= time_ms(one) < span(fault)[1]
            for fault in wrong[type_]
            for one in week.events[type_]
            if sound.of(one) == fault.sender
        )
    for view, type_, counted in (
        (ROADS, "traffic", "readings"), (VEHICLES, "gps", "positions"), (MODES, "camera", "observations"),
    ):  # fmt: skip
        kept = sum(row[counted] for row in published.daily(it.settings, made, view) if row[view.key[0]])
        assert kept == len(week.events[type_]) - left_out[type_], view.name
        assert made.views[batch_view(view)].left_out == left_out[type_] > 0
        assert made.views[batch_view(view)].made_from[batch_view(QUALITY_INTERVALS)]
    # What was found of other events tells nothing of these.
    again = {
        "traffic": msgspec.structs.replace(made.compacted["traffic"], version=new_version(LONG)),
    }
    await publish(it.store, it.settings.namespace, LONG, again, {})
    made = await daily_of_day(it, LONG)
    assert made.views[batch_view(ROADS)].left_out == 0
    assert batch_view(QUALITY_INTERVALS) not in made.views[batch_view(ROADS)].made_from


def test_the_report_tells_the_same_and_needs_nothing_else(it: Session, week: Week) -> None:
    (page,) = week.last.views[REPORT].objects
    body = published.client(it.settings).get_object(Bucket=it.settings.s3_bucket, Key=page.key)["Body"].read()
    text = body.decode()
    failed = week.last.jobs["quality"].checks_failed
    assert f"{failed} of " in text
    for rule in RULES:
        assert rule.meaning in text or rule.name in text
    for fault in (STUCK, PARKED, HOT, BEHIND, AHEAD, SILENT, GONE):
        assert f"{fault.type} {fault.sender}" in text
    assert text.count("<svg") == 2
    assert "<script" not in text
    assert "src=" not in text


async def test_what_compacting_leaves_out_is_told_by_reason(it: Session) -> None:
    day = city_day(date(2026, 3, 10), BERLIN)
    values = []
    for number in range(200):
        at_ms = day.start_ms + number * 60_000
        reading = Traffic(timestamp=at_ms, sensor_id="<s>", road_id="r", speed_kmh=float(number % 50))
        values.append((at_ms, msgspec.json.encode(reading)))
    plain = values[0][1]
    values[0] = (values[0][0], plain.replace(b"{", b'{"firmware":"<b>7</b>",', 1))
    values += [(at_ms, body) for at_ms, body in values[1:4]]
    values += [(at_ms + 1, body.replace(b"road_id", b"road")) for at_ms, body in values[5:7]]
    values.append((values[-1][0], b"no JSON"))
    records = [FakeRecord(offset, body, timestamp=at_ms) for offset, (at_ms, body) in enumerate(values)]
    archive.put(it.settings, "traffic", records, follows=-1)
    await compact_day(it, day)
    made = await quality_of_day(it, day)
    told = {
        (row["rule"], row["detail"]): row["events"]
        for row in published.daily(it.settings, made, QUALITY)
        if row["type"] == "traffic" and row["events"]
    }
    assert told == {
        ("once", None): 3,
        ("readable", None): 3,
        ("readable", "road_id: is missing"): 2,
        ("readable", "$: JSON is malformed: invalid character"): 1,
        ("known_fields", None): 1,
        ("known_fields", "firmware"): 1,
    }

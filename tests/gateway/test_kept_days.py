"""What the gateway keeps of manifests and views."""

from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from citystream.contracts import manifest as manifests
from citystream.contracts.city_day import day_at
from citystream.contracts.manifest import BatchView, Manifest, Stored
from citystream.contracts.traffic import TrafficWindow
from citystream.settings import Settings
from gateway import days_process
from gateway.closed_days import MANIFEST_S, ClosedDays, DayViews
from gateway.days_reader import DaysReader
from gateway.layer_states import BatchLayer
from tests.gateway.speed_layer import readings

DAY = day_at(0, ZoneInfo("UTC"))
NAME = "city/manifests/date=1970-01-01.json"


class Fake(DaysReader):
    """Objects in memory; counts what it is asked for."""

    def __init__(self, objects: dict[str, Any]) -> None:
        super().__init__(Settings(), BatchLayer())
        self.objects = objects
        self.asked: list[str] = []
        self.away = False

    async def ask(self, what: Callable[[Sequence[str]], list[Any]], objects: Sequence[str]) -> Any:
        if self.away:
            return None
        self.asked += objects
        if what is not days_process.bodies and not all(name in self.objects for name in objects):
            raise FileNotFoundError(objects[0])
        return [self.objects.get(name) for name in objects]


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def published(version: str, *names: str) -> bytes:
    objects = [Stored(name, 0, 1) for name in names]
    view = BatchView(version=version, made_from={}, objects=objects)
    return manifests.encode(
        Manifest(
            date="1970-01-01",
            timezone="UTC",
            start_ms=DAY.start_ms,
            end_ms=DAY.end_ms,
            published_ms=0,
            views={"windows.traffic.road": view},
        )
    )


def state(*speeds_kmh: float) -> bytes:
    return msgspec.msgpack.encode(readings(*speeds_kmh))


def views_of(reader: DaysReader, clock: Clock) -> DayViews[TrafficWindow]:
    closed = ClosedDays(reader, "city", ZoneInfo("UTC"), clock)
    return DayViews(closed, "traffic", "road", TrafficWindow, 300)


async def test_an_object_is_read_once_and_a_manifest_again_when_it_is_old() -> None:
    reader, clock = Fake({NAME: published("1", "a"), "a": {0: state(10.0)}, "b": {0: state(50.0)}}), Clock()
    views = views_of(reader, clock)
    for _ in range(2):
        assert (await views.of_key("north", 0, 300)).windows == {0: readings(10.0)}
    assert reader.asked == [NAME, "a"]
    reader.objects[NAME] = published("2", "b")
    clock.now_s += MANIFEST_S
    assert (await views.of_key("north", 0, 300)).windows == {0: readings(50.0)}
    assert reader.asked == [NAME, "a", NAME, "b"]


async def test_parts_of_a_window_in_two_objects_are_merged() -> None:
    reader = Fake({NAME: published("1", "a", "b"), "a": {0: state(10.0)}, "b": {0: state(50.0)}})
    views = views_of(reader, Clock())
    assert (await views.of_key("north", 0, 300)).windows == {0: readings(10.0, 50.0)}
    assert (await views.summed(0, 300)).windows == {0: readings(10.0, 50.0)}


async def test_what_can_not_be_read_leaves_no_day_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader, clock = Fake({NAME: b"no JSON"}), Clock()
    views = views_of(reader, clock)
    for bad in (b"no JSON", published("1", "a")):
        reader.objects |= {NAME: bad, "a": {0: b"\xc1"}}
        caplog.clear()
        for _ in range(2):
            found = await views.of_key("north", 0, 300)
            assert (found.days.known, found.windows) == ((), {})
            clock.now_s += MANIFEST_S
        assert len(caplog.records) == 1


async def test_an_object_that_was_replaced_makes_the_manifest_be_read_again() -> None:
    reader = Fake({NAME: published("1", "gone"), "a": {0: state(10.0)}})
    views = views_of(reader, Clock())
    assert not (await views.of_key("north", 0, 300)).days.known
    reader.objects[NAME] = published("2", "a")
    assert (await views.of_key("north", 0, 300)).windows == {0: readings(10.0)}


async def test_while_s3_is_away_there_are_no_days_and_nothing_is_kept_of_that() -> None:
    reader = Fake({NAME: published("1", "a"), "a": {0: state(10.0)}})
    views = views_of(reader, Clock())
    reader.away = True
    assert not (await views.of_key("north", 0, 300)).days.known
    reader.away = False
    assert (await views.of_key("north", 0, 300)).days.cover(0, 300)

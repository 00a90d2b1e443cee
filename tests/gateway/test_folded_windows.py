"""What is kept of the windows that were folded of the archive."""

import msgspec

from citystream.contracts.traffic import TrafficWindow
from citystream.replay.archived_windows import ArchivedWindow, Found
from gateway.folded import Folded
from gateway.missing import Span
from tests.gateway.speed_layer import readings

# Windows of 5 minutes that close a minute after their end, kept for an hour.
MINUTE_S, HOUR_S = 60, 3_600
WINDOW_S, LATENESS_S = 300, 60.0


def folded() -> Folded[TrafficWindow]:
    return Folded(TrafficWindow, WINDOW_S, LATENESS_S, 1)


def window(start_s: int, *speeds_kmh: float, partition: int = 0, number: int = 0) -> ArchivedWindow:
    state = msgspec.msgpack.encode(readings(*speeds_kmh))
    return ArchivedWindow("road", "north", start_s, (partition, number), state)


def found(*windows: ArchivedWindow, whole_from_s: int, closed_s: int) -> Found:
    return Found(list(windows), [], whole_from_s * 1000, closed_s * 1000)


async def test_parts_of_a_window_are_by_partition_and_somebody_elses_are_left_out() -> None:
    known = folded()
    parts = window(0, 10.0), window(0, 50.0, partition=1), window(0, 30.0, partition=1, number=1)
    await known.take(found(*parts, whole_from_s=0, closed_s=400))
    assert known.lacking("north", 0, ()) == {0: readings(10.0), 1: readings(50.0, 30.0)}
    assert known.lacking("north", 0, {1: readings(1.0)}) == {0: readings(10.0)}
    assert known.lacking("north", 300, ()) == known.lacking("south", 0, ()) == {}
    assert known.keys([0, 300]) == {"north"}


async def test_what_has_closed_everywhere_answers_alone_and_the_rest_beside_redis() -> None:
    known = folded()
    windows = (window(at, 10.0) for at in (0, 300, 600, 900))
    # The first began before there was all of it.
    await known.take(found(*windows, whole_from_s=1, closed_s=900 + MINUTE_S))
    assert known.starts(0, HOUR_S, alone=True) == [300, 600]
    assert known.starts(0, HOUR_S, alone=False) == [300, 600, 900]
    assert known.starts(301, 900, alone=False) == [600]
    assert known.span == Span(300_000, 900_000)
    assert (known.has_closed(600), known.has_closed(900)) == (True, False)


async def test_it_keeps_some_hours_and_says_so() -> None:
    known = folded()
    await known.take(found(window(0, 10.0), window(WINDOW_S, 10.0), whole_from_s=0, closed_s=HOUR_S))
    assert known.whole_from_ms == 0
    await known.take(found(window(HOUR_S, 10.0), whole_from_s=0, closed_s=HOUR_S + 200))
    assert known.starts(0, 2 * HOUR_S, alone=False) == [WINDOW_S, HOUR_S]
    assert known.whole_from_ms == 200_000
    assert known.span == Span(300_000, 3_600_000)


async def test_an_archive_that_has_nothing_answers_and_has_nothing() -> None:
    known = folded()
    assert not known.answers
    await known.take(None)
    assert known.answers
    assert (known.span.empty, known.starts(0, HOUR_S, alone=False), known.whole_from_ms) == (True, [], None)
    await known.take(found(window(0, 10.0), whole_from_s=0, closed_s=HOUR_S))
    known.clear()
    assert (known.answers, known.span.empty, known.starts(0, HOUR_S, alone=False)) == (False, True, [])

"""What is missing of a range: lost by the speed layer, and had by nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts.event_time import rfc3339
from gateway.missing import ALL_LOST, AWAY, EXPIRED, LOST, Gap, Lost, Span, lost_before, missing

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
ASKED = Span(HOUR_MS, 2 * HOUR_MS)

spans = st.builds(Span, st.integers(0, 60), st.integers(0, 60))


def at(minute: int) -> int:
    """So many minutes after the hour that is asked for begins."""
    return HOUR_MS + minute * MINUTE_MS


def gap(first: int, last: int, reason: str = AWAY) -> Gap:
    return Gap(rfc3339(at(first)), rfc3339(at(last)), reason)


def test_without_redis_all_is_missing_that_nobody_has_up_to_the_newest_event() -> None:
    assert missing(ASKED, None, ALL_LOST, []) == [gap(0, 60)]
    assert missing(ASKED, at(40), ALL_LOST, []) == [gap(0, 40)]
    assert missing(ASKED, at(-1), ALL_LOST, []) == []
    assert missing(ASKED, at(90), ALL_LOST, []) == [gap(0, 60)]


def test_what_others_have_is_not_missing_in_whatever_order_they_have_it() -> None:
    had = [Span(at(30), at(40)), Span(at(-30), at(10)), Span(at(35), at(45)), Span(at(20), at(15))]
    assert missing(ASKED, None, ALL_LOST, had) == [gap(10, 30), gap(45, 60)]
    assert missing(ASKED, None, ALL_LOST, [*had, Span(at(10), at(30)), Span(at(45), at(99))]) == []


def test_reasons_stay_apart_and_parts_of_one_reason_are_one() -> None:
    lost = [Lost(Span(at(30), at(40)), AWAY), Lost(Span(0, at(20)), LOST), Lost(Span(at(20), at(30)), LOST)]
    assert missing(ASKED, None, lost, []) == [gap(0, 30, LOST), gap(30, 40)]


@given(spans, st.none() | st.integers(0, 60), spans, st.lists(spans))
def test_each_moment_is_missing_if_it_was_lost_and_nobody_has_it(
    asked: Span, newest: int | None, lost: Span, had: list[Span]
) -> None:
    found = missing(asked, newest, [Lost(lost, AWAY)], had)
    moments = {moment for moment in range(61) if any(one.from_ <= rfc3339(moment) < one.to for one in found)}
    assert moments == {
        moment
        for moment in range(asked.start_ms, asked.end_ms)
        if (newest is None or moment < newest)
        and lost.start_ms <= moment < lost.end_ms
        and not any(one.start_ms <= moment < one.end_ms for one in had)
    }
    assert [one.from_ for one in found] == sorted(one.from_ for one in found)


@pytest.mark.parametrize(
    ("whole_from", "newest", "wanted"),
    [
        (None, 500, []),
        (-60, 500, []),
        # A window that began before it may be lost: it is missing as a whole.
        (1, 500, [gap(-60, 5, LOST)]),
        (5, 500, [gap(-60, 5, LOST)]),
        (7, None, [gap(-60, 10, LOST)]),
        # Redis keeps ten hours here.
        (7, 605, [gap(-60, 5, EXPIRED), gap(5, 10, LOST)]),
        (7, 700, [gap(-60, 100, EXPIRED)]),
    ],
)
def test_redis_lost_what_was_before_it_was_emptied_and_what_it_does_not_keep(
    whole_from: int | None, newest: int | None, wanted: list[Gap]
) -> None:
    whole_from_ms, newest_ms = (None if one is None else at(one) for one in (whole_from, newest))
    lost = lost_before(whole_from_ms, newest_ms, 10 * HOUR_MS, 5 * MINUTE_MS)
    assert missing(Span(0, at(2_000)), newest_ms, lost, []) == wanted

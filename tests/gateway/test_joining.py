"""Which layer answers for a window."""

from gateway.joining import Known, joined, recent, source_of, summed
from tests.gateway.speed_layer import readings

SLOW, FAST, BOTH = readings(10.0), readings(50.0), readings(10.0, 50.0)


def live(*speeds_kmh: float) -> Known:  # type: ignore[type-arg]  # of whatever state
    return Known(readings(*speeds_kmh), "speed", live=True)


def test_a_closed_window_is_as_the_days_have_it() -> None:
    found = joined({0: live(10.0), 300: live(20.0)}, {0: FAST, 300: SLOW}, lambda at: at == 0)
    assert found == {0: Known(FAST, "batch", live=False), 300: live(20.0)}


def test_of_what_a_closed_day_lacks_there_was_no_event() -> None:
    assert joined({0: live(10.0)}, {}, lambda _: True) == {}


def test_what_the_speed_layer_lost_of_an_open_window_is_as_the_days_have_it() -> None:
    found = joined({300: live(20.0)}, {0: SLOW, 300: FAST}, lambda _: False)
    assert found == {0: Known(SLOW, "batch", live=False), 300: live(20.0)}


def test_a_part_that_redis_lost_comes_out_of_the_archive() -> None:
    assert recent({0: SLOW}, {0: FAST}) == Known(SLOW, "speed", live=True)
    assert recent({0: SLOW}, {1: FAST}) == Known(BOTH, "batch", live=True)
    assert recent({}, {1: FAST}) == Known(FAST, "batch", live=False)


def test_a_sum_is_batch_and_live_where_one_of_it_is() -> None:
    closed = Known(FAST, "batch", live=False)
    assert summed([live(10.0), closed]) == Known(BOTH, "batch", live=True)
    assert summed([closed]) == closed
    assert source_of([live(1.0)]) == source_of([]) == "speed"

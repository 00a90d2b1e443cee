"""Partitions as one log: whatever came first, the order is that of Kafka time."""

import random
from collections.abc import Iterator

import pytest

from citystream.log.kafka_time import SKEW_MS, KafkaTimeOrder, Part
from tests.citystream.records import FakeRecord

A, B, C = Part("a", 0), Part("a", 1), Part("b", 0)
LATER_MS = 10 * SKEW_MS


def record(offset: int, timestamp: int) -> FakeRecord:
    return FakeRecord(offset, b"", timestamp)


@pytest.fixture
def order() -> KafkaTimeOrder:
    made = KafkaTimeOrder()
    for part in (A, B, C):
        made.open(part)
    return made


def places(order: KafkaTimeOrder) -> list[tuple[Part, int]]:
    return [(one.part, one.record.offset) for one in order.take()]


def test_nothing_goes_on_while_a_partition_may_have_something_older(order: KafkaTimeOrder) -> None:
    order.add(A, [record(0, 10), record(1, 30)], now_ms=0)
    order.add(B, [record(0, 20)], now_ms=0)
    assert not places(order)
    order.add(C, [record(0, 25)], now_ms=0)
    assert places(order) == [(A, 0), (B, 0)]


def test_a_partition_that_was_seen_at_its_end_later_holds_nothing_up(order: KafkaTimeOrder) -> None:
    order.add(A, [record(0, 10)], now_ms=100)
    for part in (B, C):
        order.ended(part, 100 + SKEW_MS - 1)
    assert not places(order)
    for part in (B, C):
        order.ended(part, 100 + SKEW_MS)
    assert places(order) == [(A, 0)]


def test_an_end_that_was_seen_before_a_record_came_says_nothing_of_it(order: KafkaTimeOrder) -> None:
    for part in (B, C):
        order.ended(part, 1_000)
    order.add(A, [record(0, 10)], now_ms=2_000)
    assert not places(order)


def test_what_was_stamped_alike_goes_by_topic_and_partition(order: KafkaTimeOrder) -> None:
    for part in (C, B, A):
        order.add(part, [record(0, 10)], now_ms=0)
    for part in (A, B, C):
        order.ended(part, LATER_MS)
    assert places(order) == [(A, 0), (B, 0), (C, 0)]


def test_a_stamp_that_goes_back_counts_as_the_one_before(order: KafkaTimeOrder) -> None:
    order.add(A, [record(0, 50), record(1, 10)], now_ms=0)
    order.add(B, [record(0, 40), record(1, 60)], now_ms=0)
    order.ended(C, LATER_MS)
    order.ended(A, LATER_MS)
    assert places(order) == [(B, 0), (A, 0), (A, 1), (B, 1)]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_is_the_same_however_records_come(seed: int) -> None:
    rng = random.Random(seed)
    logs = {part: list(_log(random.Random(number))) for number, part in enumerate((A, B, C))}
    wanted = sorted((one.timestamp, part, one.offset) for part, log in logs.items() for one in log)
    order, found, now_ms = KafkaTimeOrder(), [], 0
    for part in logs:
        order.open(part)
    left = {part: list(log) for part, log in logs.items()}
    while any(left.values()):
        part = rng.choice([part for part in left if left[part]])
        size = rng.randrange(1, 5)
        order.add(part, left[part][:size], now_ms)
        del left[part][:size]
        now_ms += LATER_MS
        for ended in [one for one in left if not left[one]]:
            order.ended(ended, now_ms)
        found += [(one.time_ms, one.part, one.record.offset) for one in order.take()]
    for part in logs:
        order.ended(part, now_ms + LATER_MS)
    found += [(one.time_ms, one.part, one.record.offset) for one in order.take()]
    assert found == wanted


def _log(rng: random.Random) -> Iterator[FakeRecord]:
    timestamp = 0
    for offset in range(40):
        timestamp += rng.randrange(3)
        yield record(offset, timestamp)

"""Bytewax: its windowed fold, with its recovery store on disk.

Runs in an environment of its own. Bytewax keeps its positions with its state and not in Kafka, so they are
committed here once it has ended, for all peers to be measured alike.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
import msgspec
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.inputs import StatefulSourcePartition
from bytewax.operators.windowing import EventClock, TumblingWindower, fold_window
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main
from bytewax.testing import TestingSink
from confluent_kafka import Consumer, TopicPartition

from bench.stream.event import Measured
from bench.stream.job import GRACE_S, WINDOW_S, Course, Job, Window, job_of_command_line
from citystream.contracts.event_time import event_time_ms

EPOCH = datetime.fromtimestamp(0, UTC)

Speeds = tuple[int, float, float, float]
"""Count, sum, least and greatest."""
NONE: Speeds = (0, 0.0, float("inf"), float("-inf"))


class Readings(KafkaSource):  # type: ignore[misc] # mypy does not see Bytewax, which is not in our environment
    """Bytewax's source, which ends when the course is done."""

    def __init__(self, job: Job, course: Course) -> None:
        super().__init__(brokers=[job.kafka], topics=[job.topic])
        self._course = course
        self.offsets: dict[int, int] = {}

    def build_part(self, step_id: str, for_part: str, resume_state: int | None) -> "Part":
        inner = super().build_part(step_id, for_part, resume_state)
        return Part(inner, int(for_part.split("-", 1)[0]), self._course, self.offsets)


class Part(StatefulSourcePartition):  # type: ignore[misc] # as above
    """One partition."""

    def __init__(self, inner: Any, number: int, course: Course, offsets: dict[int, int]) -> None:
        self._inner = inner
        self._number = number
        self._course = course
        self._offsets = offsets

    def next_batch(self) -> Any:
        if self._course.done:
            raise StopIteration
        batch = self._inner.next_batch()
        if batch:
            self._course.take(len(batch))
            self._offsets[self._number] = batch[-1].offset + 1
        return batch

    def snapshot(self) -> Any:
        return self._inner.snapshot()

    def close(self) -> None:
        self._inner.close()


def add(speeds: Speeds, event: Measured) -> Speeds:
    """One more reading."""
    count, total, least, greatest = speeds
    speed = event.speed_kmh
    return count + 1, total + speed, min(least, speed), max(greatest, speed)


def merge(one: Speeds, other: Speeds) -> Speeds:
    """Both parts'."""
    return one[0] + other[0], one[1] + other[1], min(one[2], other[2]), max(one[3], other[3])


def main() -> None:
    job = job_of_command_line()
    course = Course(job)
    source = Readings(job, course)
    decode = msgspec.json.Decoder(Measured).decode
    found: list[tuple[str, tuple[int, Speeds]]] = []

    def keyed(message: Any) -> tuple[str, Measured]:
        event = decode(message.value)
        return event.road_id, event

    flow = Dataflow("readings")
    events = op.map("decode", op.input("readings", flow, source), keyed)
    windows = fold_window(
        "windows",
        events,
        EventClock(
            lambda event: datetime.fromtimestamp(event_time_ms(event.timestamp) / 1000, UTC),
            wait_for_system_duration=timedelta(seconds=GRACE_S),
            # Of the past, windows close by events alone.
            to_system_utc=lambda _: None,
        ),
        TumblingWindower(align_to=EPOCH, length=timedelta(seconds=WINDOW_S)),
        builder=lambda: NONE,
        folder=add,
        merger=merge,
        ordered=False,
    )
    op.output("found", windows.down, TestingSink(found))

    store = Path(job.folder) / "recovery"
    store.mkdir()
    init_db_dir(store, 1)
    cli_main(flow, recovery_config=RecoveryConfig(store))
    commit(job, source.offsets)
    course.finish([Window(road, number * WINDOW_S, *speeds) for road, (number, speeds) in found])


def commit(job: Job, offsets: dict[int, int]) -> None:
    """Tell Kafka how far the readings were folded."""
    consumer = Consumer({"bootstrap.servers": job.kafka, "group.id": job.group})
    places = [TopicPartition(job.topic, number, offset) for number, offset in offsets.items()]
    consumer.commit(offsets=places, asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()

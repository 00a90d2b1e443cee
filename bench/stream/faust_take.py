"""Faust's `take`: the table is read and written once for each road and window of a batch.

The table is a plain one, as a tumbling table takes its time from the one current event.
"""

from collections import defaultdict
from typing import Any, cast

import faust
from faust.types import EventT, StreamT

from bench.stream.event import Measured
from bench.stream.faust_app import TABLE, readings, run, start_s_of, stock_app
from bench.stream.job import Course, job_of_command_line

BATCH = 4_096
WITHIN_S = 1.0

job = job_of_command_line()
course = Course(job)
app = stock_app(job)
windows = app.Table(TABLE, default=list, partitions=job.partitions)


@app.agent(readings(app, job))
async def fold(stream: StreamT[Any]) -> None:
    batches = cast("faust.Stream[Any]", stream)
    async for batch in batches.take_events(BATCH, within=WITHIN_S):
        course.take(len(batch))
        by_partition: dict[int, list[EventT[Any]]] = defaultdict(list)
        for event in batch:
            by_partition[event.message.partition].append(event)
        for events in by_partition.values():
            # A table's rows go to the current event's partition; in a batch Faust leaves that unset.
            batches._set_current_event(events[0])
            _fold_partition(events)


def _fold_partition(events: list[EventT[Any]]) -> None:
    changed: dict[tuple[str, int], list[float]] = {}
    for one in events:
        event = cast("Measured", one.value)
        speed, key = event.speed_kmh, (event.road_id, start_s_of(event))
        window = changed.get(key) or windows[key]
        if window:
            count, total, least, greatest = window
            changed[key] = [count + 1, total + speed, min(least, speed), max(greatest, speed)]
        else:
            changed[key] = [1, speed, speed, speed]
    for key, window in changed.items():
        windows[key] = window


if __name__ == "__main__":
    run(app, job, course)

"""Stock Faust, event by event: an agent, and a tumbling table in RocksDB with its changelog."""

from datetime import timedelta
from typing import Any, cast

from faust.tables.wrappers import WindowWrapper
from faust.types import StreamT

from bench.stream.event import Measured
from bench.stream.faust_app import TABLE, readings, run, stock_app
from bench.stream.job import WINDOW_S, Course, job_of_command_line
from citystream.contracts.event_time import event_time_ms

job = job_of_command_line()
course = Course(job)
app = stock_app(job)


def _time_s(event: Any) -> float:
    """Event time of Faust's event, s."""
    return event_time_ms(event.value.timestamp) / 1000


tumbling = app.Table(TABLE, default=list, partitions=job.partitions).tumbling(
    timedelta(seconds=WINDOW_S), expires=timedelta(hours=1)
)
windows = cast("WindowWrapper", tumbling).relative_to(_time_s)


@app.agent(readings(app, job))
async def fold(stream: StreamT[Measured]) -> None:
    async for event in stream:
        course.take(1)
        speed = event.speed_kmh
        window = windows[event.road_id].value()
        if window:
            count, total, least, greatest = window
            windows[event.road_id] = [count + 1, total + speed, min(least, speed), max(greatest, speed)]
        else:
            windows[event.road_id] = [1, speed, speed, speed]


if __name__ == "__main__":
    run(app, job, course)

"""Quix Streams: its tumbling windows and its own aggregations, with or without changelog topics.

Runs in an environment of its own. `python -m bench.stream.quix changelog JOB`, or `no-changelog`.
"""

import sys
from datetime import timedelta
from typing import Any

import msgspec
from quixstreams import Application
from quixstreams.dataframe.windows import Count, Max, Min, Sum
from quixstreams.models import JSONDeserializer

from bench.stream.event import Measured
from bench.stream.job import GRACE_S, WINDOW_S, Course, Window, job_of_command_line
from citystream.contracts.event_time import event_time_ms


def main() -> None:
    job = job_of_command_line()
    course = Course(job)
    newest: dict[tuple[bytes, int], dict[str, Any]] = {}
    app = Application(
        broker_address=job.kafka,
        consumer_group=job.group,
        auto_offset_reset="earliest",
        state_dir=job.folder,
        use_changelog_topics=sys.argv[1] == "changelog",
        loglevel="WARNING",
    )
    topic = app.topic(
        job.topic,
        value_deserializer=JSONDeserializer(loads=msgspec.json.Decoder(Measured).decode),
        timestamp_extractor=lambda event, *_: event_time_ms(event.timestamp),
    )

    def speed(event: Measured) -> float:
        course.take(1)
        return event.speed_kmh

    def keep(window: dict[str, Any], key: bytes, *_: Any) -> None:
        newest[key, window["start"]] = window
        if course.done:
            app.stop()

    windows = (
        app.dataframe(topic)
        .apply(speed)
        .tumbling_window(timedelta(seconds=WINDOW_S), grace_ms=timedelta(seconds=GRACE_S))
        .agg(count=Count(), sum=Sum(), min=Min(), max=Max())
        .current()
    )
    windows.update(keep, metadata=True)
    app.run()
    course.finish(
        [
            Window(key.decode(), start // 1000, one["count"], one["sum"], one["min"], one["max"])
            for (key, start), one in newest.items()
        ]
    )


if __name__ == "__main__":
    main()

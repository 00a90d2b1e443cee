"""The ceiling: aiokafka, msgspec and a dict in one loop. No state outlives it."""

import msgspec
import uvloop
from aiokafka import AIOKafkaConsumer

from bench.stream.event import Measured
from bench.stream.job import COMMIT_S, Course, Job, Window, job_of_command_line, window_start_s
from citystream.contracts.event_time import event_time_ms


async def work(job: Job) -> None:
    decode = msgspec.json.Decoder(Measured).decode
    windows: dict[tuple[str, int], list[float]] = {}
    course = Course(job)
    consumer = AIOKafkaConsumer(
        job.topic,
        bootstrap_servers=job.kafka,
        group_id=job.group,
        auto_offset_reset="earliest",
        auto_commit_interval_ms=round(COMMIT_S * 1000),
    )
    await consumer.start()
    while not course.done:
        for records in (await consumer.getmany(timeout_ms=1000)).values():
            course.take(len(records))
            for record in records:
                event = decode(record.value)
                speed = event.speed_kmh
                key = event.road_id, window_start_s(event_time_ms(event.timestamp))
                window = windows.get(key)
                if window is None:
                    windows[key] = [1, speed, speed, speed]
                    continue
                window[0] += 1
                window[1] += speed
                if speed < window[2]:
                    window[2] = speed
                if speed > window[3]:
                    window[3] = speed
    await consumer.commit()
    await consumer.stop()
    course.finish(
        [Window(road, start_s, int(count), *rest) for (road, start_s), (count, *rest) in windows.items()]
    )


if __name__ == "__main__":
    uvloop.run(work(job_of_command_line()))

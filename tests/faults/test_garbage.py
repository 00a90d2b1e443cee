"""Garbage on a topic never stops a worker: each piece is a dead letter that says why, and all else counts."""

import random
import time
from pathlib import Path
from typing import Any

import pytest

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.stream import time_rules
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

GOOD = 300
HUGE = 10_000_000
LIMIT = 100_000


def garbage(service: str, good: dict[str, Any]) -> dict[str, bytes]:
    """What may lie on a topic, and the field that its dead letter must name (`$`: the whole)."""
    text = events.encode(good)
    # No incident is refused for its place.
    numbers = {"traffic": "speed_kmh", "camera": "mean_speed_kmh", "emergency": "severity"}
    number = numbers.get(service, "latitude")
    wrong = {name: good[name] for name in good}
    return {
        "$ empty": b"",
        "$ binary": bytes(range(256)),
        "$ an array": b"[1,2,3]",
        "$ half": text[: len(text) // 2],
        "$ not UTF-8": text.replace(b"-", b"\xff", 1),
        "$ deep": b'{"event_id":"x","timestamp":1,"deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "$ NaN": events.encode(wrong | {number: 7.5}).replace(b":7.5", b":NaN"),
        "timestamp missing": events.encode({name: good[name] for name in good if name != "timestamp"}),
        "event_id a list": events.encode(wrong | {"event_id": [17]}),
        "$ a schema's id first": b"\x00\x00\x00\x00\x07" + text[: len(text) // 2],
        f"{number} text": events.encode(wrong | {number: "fast"}),
        f"{number} 1e308": events.encode(wrong | {number: 1e308}),
        f"{number} beyond floats": events.encode(wrong | {number: 7.5}).replace(b":7.5", b":1e999"),
        "timestamp 1970": events.encode(wrong | {"timestamp": 0}),
        "timestamp 2999": events.encode(wrong | {"timestamp": "2999-01-01T00:00:00Z"}),
        "timestamp tomorrow": events.encode(wrong | {"timestamp": time.time() + 86_400}),
        "timestamp without zone": events.encode(wrong | {"timestamp": "2026-01-01T00:00:00"}),
        "event_id huge": events.encode(wrong | {"event_id": "x" * HUGE}),
    }


@pytest.mark.parametrize("service", events.TYPES)
async def test_garbage_never_stops_a_worker(service: str, settings: MakeSettings, tmp_path: Path) -> None:
    own = settings(
        max_event_bytes=2 * HUGE, archive_s=1, dead_letter_bytes=LIMIT, partitions=1, plate_key="a key"
    )
    await create_topics(own, [service])
    topic = topics.source(own.namespace, service)
    rng, now_ms = random.Random(7), round(time.time() * 1000)
    good = [events.fields(service, rng, number, now_ms - rng.randrange(5_000)) for number in range(GOOD)]
    bad = garbage(service, good[0])
    messages: list[events.Message] = [(b"k", events.encode(event)) for event in good]
    for value in bad.values():
        messages.insert(rng.randrange(len(messages)), (b"k", value))
    worker = Worker(service, own, tmp_path)
    worker.start()
    await worker.ready()
    pid = worker.process.pid
    await kafka_log.produce(own.kafka, topic, messages)
    await kafka_log.drained(own, service)
    assert worker.process.pid == pid
    assert worker.stop() == 0

    described, rules = SERVICES[service], time_rules(own)
    log = await kafka_log.read(own, topic)
    for view in described.windows:
        assert await outputs.windows(own, service, view) == recount.windows(described, view, log, rules)
    letters = await outputs.dead_letters(own, service)
    by_value = {value: name for name, value in bad.items()}
    origin = {f"{topic}-0-{record.offset}".encode(): record.value or b"" for record in log[0]}
    assert len(letters) == len(bad)
    for key, letter in letters.items():
        value = origin[key]
        assert letter["field"].decode() == by_value[value].split()[0], by_value[value]
        assert letter["reason"]
        assert letter["value"] == value[:LIMIT]
        assert (letter.get("length") == str(len(value)).encode()) == (len(value) > LIMIT)
    assert len(await outputs.archived(own, service)) == len(messages)

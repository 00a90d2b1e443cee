"""Names, plates, phones and mail addresses rest nowhere, in whatever they came to whichever service."""

import asyncio
import io
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import redis.asyncio as redis

from citystream.contracts import s3_paths, topics
from citystream.log.admin import create_topics
from citystream.log.source import partition_counts
from citystream.servers.connections import s3_client
from citystream.settings import Settings
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log
from tests.harness.events import TYPES, Message
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker

# No letters of theirs stand side by side in a hash, an id or a name of ours.
NAME, PLATE, PHONE, MAIL = "Zoe Quixwyz", "QX-ZW 7731", "+49 7731 424242", "zoe@quixwyz.example"
SECRETS = ("quixwyz", "qx-zw", "7731 42")
FIELDS = {"driver_name": NAME, "licensePlate": PLATE, "Phone-Number": PHONE, "EMAIL": MAIL, "plate": PLATE}


def good(type_: str, now_ms: int) -> list[Message]:
    """Events with somebody in them, each of a time and an id of its own."""
    rng = random.Random(type_)

    def event(number: int, **more: Any) -> events.Fields:
        return events.fields(type_, rng, number, now_ms + number) | more

    key = f'{{"driver_name":"{NAME}"}}'.encode()
    escaped = events.encode(event(0)).removesuffix(b"}") + b',"dr\\u0069ver\\u005Fname":"%s"}' % NAME.encode()
    return [
        (key, escaped),
        (key, events.encode(event(1, **FIELDS))),
        (key, events.encode(event(2, trip={"stops": [1, {"deep": FIELDS}], "driver": {"is": [NAME]}}))),
        (key, events.encode(event(3, raw=json.dumps({"raw": json.dumps(FIELDS)})))),
        (key, b"\x00\x00\x00\x00\x07\xef\xbb\xbf" + events.encode(event(4, **FIELDS))),
    ]


def bad(type_: str, now_ms: int) -> list[Message]:
    """The same, which nobody can read, or use."""
    value = events.encode(FIELDS | events.fields(type_, random.Random(type_), 9, now_ms))
    said = json.dumps(FIELDS)
    # Of incidents a refusal quotes the status.
    unused = json.loads(value) | {"timestamp": said, "status": said}
    return [
        (value, value[:-1]),
        (b"key", value[: value.index(b"7731")]),
        (b"key", value.replace(b':"Zoe', b":Zoe")),
        (b"key", value.replace(b'"driver_name', b"driver_name")),
        (b"key", value.decode().encode("utf-16")),
        (b"key", events.encode(unused)),
        (b"key", events.encode(unused | {"timestamp": now_ms, events.KEYS[type_]: [said]})),
    ]


async def stored(own: Settings, folder: Path) -> dict[str, bytes]:
    """All that services left in their servers and logs but for the source topics, each by its place."""
    found = {f"log {type_}": (folder / f"{type_}-all.log").read_bytes() for type_ in TYPES}
    sources = {topics.source(own.namespace, type_) for type_ in TYPES}
    written = [
        topic
        for topic in await partition_counts(own)
        if topic.startswith(own.namespace) and topic not in sources
    ]
    logs = await asyncio.gather(*(kafka_log.read(own, topic) for topic in written))
    for topic, log in zip(written, logs, strict=True):
        for one in (record for records in log.values() for record in records):
            found[f"{topic} {one.partition} {one.offset}"] = repr((one.key, one.value, one.headers)).encode()
    async with s3_client(own) as s3:
        async for page in s3.get_paginator("list_objects_v2").paginate(Bucket=own.s3_bucket):
            for entry in page.get("Contents", []):
                answer = await s3.get_object(Bucket=own.s3_bucket, Key=entry["Key"])
                body = await answer["Body"].read()
                found[entry["Key"]] = body + repr(answer["Metadata"]).encode()
                for row in pq.read_table(io.BytesIO(body), partitioning=None).to_pylist():
                    found[f"{entry['Key']} {row['offset']}"] = repr(row).encode()
    client: Any = redis.Redis.from_url(own.redis)
    async for key in client.scan_iter(match=f"*{own.namespace}*", count=1000):
        found[key.decode()] = repr(await _redis_value(client, key)).encode()
    await client.aclose()
    async with httpx.AsyncClient(base_url=own.elasticsearch, timeout=PATIENCE_S) as http:
        await http.post(f"/{own.namespace}-*/_refresh")
        for hit in (await http.get(f"/{own.namespace}-*/_search?size=1000")).json()["hits"]["hits"]:
            found[f"{hit['_index']} {hit['_id']}"] = json.dumps(hit).encode()
    return found


async def _redis_value(client: Any, key: bytes) -> Any:
    match await client.type(key):
        case b"string":
            return await client.get(key)
        case b"hash":
            return await client.hgetall(key)
        case b"zset":
            return await client.zrange(key, 0, -1)
        case b"set":
            return await client.smembers(key)
        case b"stream":
            return await client.xrange(key)
        case other:
            raise AssertionError(f"{key!r} is a {other!r}")


def told(found: dict[str, bytes]) -> Iterator[str]:
    """Places where somebody can be known."""
    for place, content in found.items():
        text = content.replace(b"\x00", b"").replace(b"\\x00", b"").lower()
        if any(secret.encode() in text for secret in SECRETS):
            yield place


async def test_nobody_is_told_of_in_what_any_service_stores(settings: MakeSettings, tmp_path: Path) -> None:
    own = settings(partitions=1, archive_s=0.5, index_ms=500, checkpoint_ms=300, dead_letter_share=1)
    await create_topics(own, list(TYPES))
    now_ms = round(time.time() * 1000)
    fine = {type_: good(type_, now_ms) for type_ in TYPES}
    broken = {type_: bad(type_, now_ms) for type_ in TYPES}
    workers = {
        type_: Worker(type_, own, tmp_path, command=[sys.executable, "-m", "tests.harness.at_debug", type_])
        for type_ in TYPES
    }
    for worker in workers.values():
        worker.start()
    for type_ in TYPES:
        topic = topics.source(own.namespace, type_)
        await kafka_log.produce(own.kafka, topic, fine[type_] + broken[type_])
    await asyncio.gather(*(kafka_log.drained(own, type_) for type_ in TYPES))
    await asyncio.gather(*(worker.flushed("redis", "elasticsearch") for worker in workers.values()))
    for type_, worker in workers.items():
        assert await worker.metric("city_events_folded_total") == len(fine[type_]), type_
        assert await worker.metric("city_events_refused_total") == len(broken[type_]), type_
    stopped = await asyncio.gather(*(asyncio.to_thread(worker.stop) for worker in workers.values()))
    assert set(stopped) == {0}
    found = await stored(own, tmp_path)
    # Each place was looked into, and has what was sent.
    for type_ in TYPES:
        letters = f"{topics.dead_letters(own.namespace, type_)} "
        archive = re.compile(rf"{re.escape(s3_paths.raw_prefix(own.namespace, type_))}.*\.parquet \d+")
        assert sum(place.startswith(letters) for place in found) == len(broken[type_])
        archived = [row for place, row in found.items() if archive.fullmatch(place)]
        assert len(archived) == len(fine[type_]) + len(broken[type_])
        assert all(b"(redacted)" in row for row in archived)
        assert any(place.startswith(f"{own.namespace}-{type_}-") for place in found)
        assert any(place.startswith(f"{{{own.namespace}:{type_}:") for place in found)
        assert b" DEBUG " in found[f"log {type_}"]
    assert list(told(found)) == []

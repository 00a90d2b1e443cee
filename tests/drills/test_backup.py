"""All servers lost but for a copy of the bucket: what is archived is back, and the city goes on."""

import io
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from citystream.contracts.manifest import Stored
from citystream.service import Windows
from citystream.settings import Settings
from citystream.stream import time_rules
from tests.batch import published
from tests.drills.city import (
    AFTER,
    BEFORE,
    City,
    Drill,
    Feeds,
    Logs,
    command,
    killed_in_the_end,
    living,
    make,
)
from tests.drills.servers import Servers
from tests.faults import exactness
from tests.harness import events, outputs, recount
from tests.harness.recount import WindowId
from tests.services.descriptions import SERVICES

pytestmark = pytest.mark.real

LOST = datetime.now(UTC).date() - timedelta(days=2)
"""The day whose events are backed up; what comes afterwards is of the next."""
Copy = list[tuple[str, bytes, dict[str, str]]]
"""Key, body, metadata."""


def noon_ms(days: int) -> int:
    """Of so many days after."""
    return round(datetime.combine(LOST + timedelta(days=days), time(12), UTC).timestamp() * 1000)


async def test_backup_and_restore(
    servers: Servers, settings: Settings, namespace: str, seed: int, tmp_path: Path
) -> None:
    drill = Drill("all servers lost, the bucket restored")
    async with living(settings, seed, noon_ms(0)) as (city, feeds):
        async with feeds.on():
            await city.folds(BEFORE)
        await city.is_exact(feeds)
        old = await feeds.logs(settings)
        copy = backup(settings)
        day = await closed(settings, tmp_path)
        async with feeds.on():
            await city.folds(AFTER)
            city.crew.kill()
    servers.kill()

    others = Servers(tmp_path / "others")
    try:
        await others.start()
        own = others.settings(namespace, tmp_path / "other-data")
        await is_restored(own, copy, old, day, seed, drill, tmp_path)
    finally:
        others.kill()


async def is_restored(
    settings: Settings, copy: Copy, old: Logs, day: dict[str, Any], seed: int, drill: Drill, folder: Path
) -> None:
    """On new servers: topics, bucket, workers, and feeds that come at once; then a replay of what was."""
    lost_at = datetime.now(UTC).isoformat()
    city = City(settings)
    with killed_in_the_end(city):
        async with Feeds(settings, seed + 1, noon_ms(1)) as feeds:
            with drill.until_well():
                await make(settings)
                restore(settings, copy)
                await city.crew.start()
                async with feeds.on():
                    await city.folds(AFTER)
                    replaying = settings.model_copy(update={"data_dir": settings.data_dir / "replays"})
                    for service in events.TYPES:
                        await command(
                            replaying, f"city-{service}", "replay", "--source", "s3", "--to", lost_at
                        )
                await city.catches_up()
                await city.crew.flushed()
            new = await feeds.logs(settings)
            for service in events.TYPES:
                await views_are_exact(settings, service, old[service], new[service])
                await archive_is_exact(settings, service, old[service], new[service])
            again = await closed(settings, folder)
            assert all(rows_ for _, _, rows_ in (day[type_] for type_ in events.TYPES))
            exactness.same("closed day", again, day)
            drill.tell(feeds.sent + sum(len(part) for log in old.values() for part in log.values()))


async def views_are_exact(settings: Settings, service: str, old: exactness.Log, new: exactness.Log) -> None:
    """Windows that had closed by what is archived, and all that came since."""
    described, rules = SERVICES[service], time_rules(settings)
    for view in described.windows:
        wanted = recount.windows(described, view, new, rules)
        parts = {number: recount.windows(described, view, {number: new[number]}, rules) for number in new}
        for number, states in closed_windows(service, view, old, settings).items():
            parts[number] |= states
            for window, state in states.items():
                wanted[window] = wanted.get(window, view.state()).merge(state)
        exactness.same(view.name, await outputs.windows(settings, service, view), wanted)
        await exactness.documents_are(settings, service, view, parts)
    await exactness.singles_are_exact(settings, service, new, rules)
    await exactness.dead_letters_are_exact(settings, service, new, rules)


def closed_windows(
    service: str, view: Windows[Any, Any], log: exactness.Log, settings: Settings
) -> dict[int, dict[WindowId, Any]]:
    """Each partition's windows that took no more events at its end."""
    described, rules, found = SERVICES[service], time_rules(settings), {}
    for number, records in log.items():
        part = {number: records}
        open_ = recount.open_windows(described, view, part, rules, {number: len(records)})
        states = recount.windows(described, view, part, rules)
        found[number] = {window: state for window, state in states.items() if window not in open_}
    return found


async def archive_is_exact(settings: Settings, service: str, old: exactness.Log, new: exactness.Log) -> None:
    """What was restored, and what came since: each in exactly one object."""
    wanted = Counter(
        (number, one.offset, one.value)
        for log in (old, new)
        for number, records in log.items()
        for one in records
    )
    exactness.same("archive", await outputs.archived(settings, service), wanted)


def backup(settings: Settings) -> Copy:
    """All of a bucket."""
    s3, found = published.client(settings), []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=settings.s3_bucket):
        for entry in page.get("Contents", []):
            answer = s3.get_object(Bucket=settings.s3_bucket, Key=entry["Key"])
            found.append((entry["Key"], answer["Body"].read(), answer["Metadata"]))
    return found


def restore(settings: Settings, copy: Copy) -> None:
    """All of it into another, with its metadata."""
    s3 = published.client(settings)
    for key, body, metadata in copy:
        s3.put_object(Bucket=settings.s3_bucket, Key=key, Body=body, Metadata=metadata)


async def closed(settings: Settings, folder: Path) -> dict[str, Any]:
    """Close the day that was archived; what it holds, but for the names of its versions."""
    await command(settings, "city-batch", "run", "--date", str(LOST), "--scratch", str(folder))
    made = published.the_manifest(settings, str(LOST))
    found: dict[str, Any] = {}
    for type_, one in made.compacted.items():
        found[type_] = one.reasons, one.duplicates, rows(settings, one.objects)
    for name, view in made.views.items():
        if all(each.key.endswith(".parquet") for each in view.objects):
            found[name] = view.reasons, rows(settings, view.objects)
    return found


def rows(settings: Settings, objects: list[Stored]) -> list[str]:
    """Of Parquet objects, in an order that is the rows' own."""
    s3, found = published.client(settings), []
    for one in objects:
        body = s3.get_object(Bucket=settings.s3_bucket, Key=one.key)["Body"].read()
        found += pq.ParquetFile(io.BytesIO(body)).read().to_pylist()
    return sorted(map(str, found))

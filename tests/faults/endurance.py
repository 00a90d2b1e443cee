"""A run under faults drawn by chance, and what must be true at its end."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.settings import Settings
from citystream.stream import time_rules
from tests.faults import exactness
from tests.faults.crew import Crew, Member, Target
from tests.faults.schedule import SESSION_S, draw
from tests.harness import events, kafka_log
from tests.harness.feed import Feed
from tests.harness.kept_valkey import KeptValkey
from tests.harness.workers import Worker
from tests.services.descriptions import PLATE_KEY

RULES: dict[str, Any] = {
    "window_s": 30,
    "disorder_s": 5,
    "lateness_s": 30,
    "partitions": 12,
    "checkpoint_ms": 300,
    "index_ms": 500,
    "archive_s": 2,
    "sink_timeout_s": 1,
    "kafka_session_timeout_s": SESSION_S,
    "plate_key": PLATE_KEY,
}
"""Settings of a run."""

WORKERS = 3
STATIC = 0.3
"""Share of the workers that are static members."""
STEP_S = 4.0
"""Event time that passes in a second: windows stay open across some faults and expire before others."""
AGAIN_S = 10
"""Events sent again are up to so old: their ids must outlive a restart."""
PROGRESS_S = 90.0
"""Within this, all that lay in the log when a fault was over is folded, archived and committed."""
REPEATED = 100
"""Messages of each partition that are sent again when all is over."""


@dataclass(frozen=True)
class Form:
    """How much of it."""

    services: Sequence[str]
    roles: Sequence[str]
    faults: int
    per_s: float
    """Events of each service."""
    servers: Mapping[str, Target]


async def endure(
    form: Form, seed: int, settings: Settings, valkey: KeptValkey, say: Callable[[str], None]
) -> None:
    """Fold under faults; then compare views, documents, archive, dead letters and tables with a recount."""
    say(f"SEED={seed}: {form.faults} faults of {', '.join(form.services)}")
    try:
        async with _fed(form, seed, settings) as feeds:
            await _suffer(form, seed, settings, feeds, say)
            say("no more faults: tables are rebuilt on an empty disk, for an empty Redis")
            since = {service: feed.ends() for service, feed in feeds.items()}
            await _rebuild(settings, feeds, valkey)
            say("compared with a recount")
            for service, feed in feeds.items():
                await _check(settings, service, feed, since[service], valkey)
                say(f"{service}: {sum(feed.ends().values())} records, all exact")
    except BaseException as error:
        error.add_note(f"SEED={seed} make test-real draws the same events, workers and faults again")
        raise


@contextlib.asynccontextmanager
async def _fed(form: Form, seed: int, settings: Settings) -> AsyncIterator[dict[str, Feed]]:
    await create_topics(settings, form.services)
    feeds = {}
    for number, service in enumerate(form.services):
        own_seed = seed + number
        flow = events.flow(service, own_seed, round(1000 * STEP_S / form.per_s), round(AGAIN_S * form.per_s))
        topic = topics.source(settings.namespace, service)
        feeds[service] = Feed(settings.kafka, topic, settings.partitions, flow, own_seed)
    try:
        for feed in feeds.values():
            await feed.start()
        yield feeds
    finally:
        for feed in feeds.values():
            await feed.close()


def _members(form: Form, seed: int, settings: Settings) -> list[Member]:
    rng = random.Random(seed)
    members = []
    for service, role, number in itertools.product(form.services, form.roles, range(1, WORKERS + 1)):
        name = f"{service}-{role}-{number}"
        own: dict[str, Any] = {"data_dir": settings.data_dir / name}
        if rng.random() < STATIC:
            own["kafka_instance_id"] = name
        members.append(Member(name, service, role, settings.model_copy(update=own)))
    return members


async def _suffer(
    form: Form, seed: int, settings: Settings, feeds: Mapping[str, Feed], say: Callable[[str], None]
) -> None:
    """Feed, let faults happen, and see everything go on after each step."""
    members = _members(form, seed, settings)
    crew = Crew(members, form.servers)
    lengths = {name: target.lengths for name, target in form.servers.items()}
    steps = draw(seed, form.faults, [member.name for member in members], lengths)
    try:
        await crew.start()
        say(f"{len(crew.members)} workers are up")
        async with asyncio.TaskGroup() as feeding:
            for feed in feeds.values():
                feeding.create_task(feed.run(form.per_s))
            for number, step in enumerate(steps, 1):
                say(f"step {number} of {len(steps)}: {'; '.join(map(str, step))}")
                await crew.suffer(step)
                over = time.monotonic()
                await crew.works_off(settings, feeds, PROGRESS_S)
                say(f"all of it worked off {time.monotonic() - over:.1f} s later")
            for feed in feeds.values():
                feed.stop()
        await crew.works_off(settings, feeds, PROGRESS_S)
        await crew.flushed()
        await crew.stop()
    finally:
        crew.kill()


async def _rebuild(settings: Settings, feeds: Mapping[str, Feed], valkey: KeptValkey) -> None:
    """An empty Redis, and a worker with an empty disk for each service."""
    await valkey.empty()
    async with asyncio.TaskGroup() as group:
        for service, feed in feeds.items():
            own = settings.model_copy(update={"data_dir": settings.data_dir / "rebuilt"})
            group.create_task(_rebuild_one(own, service, feed))


async def _rebuild_one(settings: Settings, service: str, feed: Feed) -> None:
    """What comes again is known to the worker from its table, or too late."""
    worker = Worker(service, settings, settings.data_dir.with_suffix(".logs"))
    worker.start()
    try:
        await worker.ready()
        await feed.repeat(feed.last(REPEATED))
        await kafka_log.drained(settings, service, PROGRESS_S)
        await worker.flushed("redis", "elasticsearch")
        assert await asyncio.to_thread(worker.stop) == 0
    finally:
        worker.process.kill()


async def _check(
    settings: Settings, service: str, feed: Feed, since: dict[int, int], valkey: KeptValkey
) -> None:
    log, rules = await exactness.log_of(settings, service, feed), time_rules(settings)
    await exactness.results_are_exact(settings, service, log, rules, valkey)
    await exactness.live_views_are_exact(settings, service, log, rules, since)
    await exactness.archive_is_exact(settings, service, log)

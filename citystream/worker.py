"""One worker process: the roles of one service, from start to drain."""

import asyncio
import logging
import os
import signal
import time
from typing import Any, Literal

import faust
import uvloop
from aiokafka.errors import KafkaError

from citystream.app import archive_app, stream_app
from citystream.archive import Archive
from citystream.contracts import topics
from citystream.health import STATUS_EVERY_S, ArchiveHealth, Health, RoleHealth, StreamHealth
from citystream.log import fetch_patiently, partition_counts
from citystream.logs import configure_logging
from citystream.metrics import Metrics
from citystream.service import Service
from citystream.settings import Settings
from citystream.stream import Stream

log = logging.getLogger(__name__)

Role = Literal["all", "stream", "archive"]

# How often a worker that waits for Kafka says so.
WAIT_S = 5.0
# Kubernetes gives 30 s. Roles drain within 4 s of checkpoint and 2 s of index, or 5 s of archive; Faust then
# leaves its groups.
DRAIN_S = 7.0
LEAVE_S = 3.0


def run(service: Service[Any], settings: Settings, role: Role) -> int:
    """Work until a signal or a crash; the exit code."""
    configure_logging()
    fetch_patiently()
    return uvloop.run(_run(service, settings, role))


async def _run(service: Service[Any], settings: Settings, role: Role) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    metrics = Metrics(service.name)
    apps: list[faust.App] = []
    roles: list[RoleHealth] = []
    stream: Stream | None = None
    archive: Archive | None = None
    if role in ("all", "stream"):
        app, stream = stream_app(service, settings, metrics)
        apps.append(app)
        roles.append(StreamHealth(stream, metrics))
    if role in ("all", "archive"):
        app, archive = archive_app(service, settings, metrics)
        apps.append(app)
        roles.append(ArchiveHealth(archive, metrics))
    health = Health(settings, metrics, roles)
    tasks = [asyncio.create_task(health.serve(lambda port: log.info("health and metrics on port %d", port)))]
    try:
        if not await _wait_for_topics(service, settings, stop):
            return 0
        if stream:
            await stream.start()
            tasks += [
                asyncio.create_task(stream.run_clocks()),
                asyncio.create_task(stream.run_index_clock()),
            ]
        if archive:
            await archive.start()
            tasks.append(asyncio.create_task(archive.run()))
        for app in apps:
            app.in_worker = True
            await app.start()
        code = await _watch(apps, health, stop)
        for task in tasks[1:]:
            task.cancel()
        if not await _drain(apps, stream, archive):
            logging.shutdown()
            # Faust's threads would keep the process, and its place in the group.
            os._exit(code)
        return code
    finally:
        await health.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait_for_topics(service: Service[Any], settings: Settings, stop: asyncio.Event) -> bool:
    """Wait for Kafka and the service's topics; False when stopped first."""
    wanted = {
        topics.source(settings.namespace, service.name),
        topics.dead_letters(settings.namespace, service.name),
        topics.changelog(settings.namespace, service.name),
    }
    said = -WAIT_S
    while not stop.is_set():
        problem = await _problem(settings, wanted)
        if problem is None:
            return True
        if time.monotonic() - said >= WAIT_S:
            said = time.monotonic()
            log.warning("waiting: %s", problem)
        await asyncio.sleep(0.5)
    return False


async def _problem(settings: Settings, wanted: set[str]) -> str | None:
    try:
        missing = sorted(wanted - set(await partition_counts(settings)))
    except (KafkaError, OSError) as error:
        return f"Kafka at {settings.kafka} does not answer: {error}"
    return f"no topic {', '.join(missing)}; make them with: city topics create" if missing else None


async def _watch(apps: list[faust.App], health: Health, stop: asyncio.Event) -> int:
    """Report until stopped (0) or until Faust gives up (1)."""
    while not stop.is_set():
        for app in apps:
            if app.crashed:
                log.error("%s gave up: %r", app.conf.id, app.crash_reason)
                return 1
        await health.report()
        try:
            async with asyncio.timeout(STATUS_EVERY_S):
                await stop.wait()
        except TimeoutError:
            continue
    return 0


async def _drain(apps: list[faust.App], stream: Stream | None, archive: Archive | None) -> bool:
    """Save what is folded, commit, leave the groups; False when that took too long and was cut."""
    roles = [role.stop() for role in (stream, archive) if role]
    try:
        async with asyncio.timeout(DRAIN_S):
            await asyncio.gather(*roles)
        async with asyncio.timeout(LEAVE_S):
            await asyncio.gather(*(app.stop() for app in apps))
    except TimeoutError:
        log.warning("the drain took too long and was cut; the next owner repeats what it lacks")
        return False
    return True

"""One worker process: the roles of one service, from start to drain."""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import uvloop
from aiokafka.errors import KafkaError

from citystream.app import archive_app, stream_app
from citystream.clocks import index_clock, publish_clock
from citystream.contracts import topics
from citystream.garbage import collect_seldom
from citystream.health import STATUS_EVERY_S, ArchiveHealth, Health, StreamHealth
from citystream.log.batches import deliver_parsed
from citystream.log.source import fetch_patiently, partition_counts
from citystream.logs import level
from citystream.logs.setup import configure_logging
from citystream.metrics import Metrics
from citystream.roles import Running
from citystream.service import Service
from citystream.settings import Settings
from citystream.stalls import watch_loop

log = logging.getLogger(__name__)

MakeRole = Callable[[Settings, Metrics], Running]
"""Makes a role that a type has beside stream and archive.

Raises `SettingsError` where it can't work with these settings.
"""

ALL = "all"
"""Stream and archive; other roles are asked for by name."""

# How often a worker that waits for Kafka says so.
WAIT_S = 5.0
# Kubernetes gives 30 s. Roles drain within 4 s of checkpoint and 2 s of index, or 5 s of archive; Faust then
# leaves its groups.
DRAIN_S = 9.5


def run(service: Service[Any], settings: Settings, role: str, others: Mapping[str, MakeRole]) -> int:
    """Work until a signal or a crash; the exit code.

    Raises:
        SettingsError: the role can't work with these settings.
    """
    configure_logging(settings.log, service.name, role)
    fetch_patiently()
    deliver_parsed()
    # Records come by the ten thousand and go without cycles; looking for those took a third of the time.
    collect_seldom()
    return uvloop.run(_run(service, settings, role, others))


async def _run(service: Service[Any], settings: Settings, role: str, others: Mapping[str, MakeRole]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told_to_stop() -> None:
        # From the signal on: a worker that starts while Kafka is away waits for it, and hears of no stop.
        _cut_in_time(0)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop)
    metrics = Metrics(service.name)
    roles = _roles(service, settings, role, others, metrics)
    health = Health(settings, metrics, [one.health for one in roles])
    tasks = [
        asyncio.create_task(health.serve(lambda port: log.info("health and metrics on port %d", port))),
        # A loop held for half a session is one that may never come back.
        asyncio.create_task(watch_loop(settings.kafka_session_timeout_s / 2)),
    ]
    try:
        if not await _wait_for_topics(service, settings, role, stop):
            return 0
        try:
            clocks = await _start(roles)
        except KafkaError as error:
            if stop.is_set():
                return 0
            log.warning("Kafka went away while the worker started: %s; it starts over", error)
            logging.shutdown()
            level.ignore_signal()
            # Faust's half-started threads end with the program that they are in.
            os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the same program, without a shell
        tasks += clocks
        code = await _watch(roles, clocks, health, stop)
        for clock in clocks:
            clock.cancel()
        await _drain(roles, code)
        return code
    finally:
        await health.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _roles(
    service: Service[Any], settings: Settings, role: str, others: Mapping[str, MakeRole], metrics: Metrics
) -> list[Running]:
    if role in others:
        return [others[role](settings, metrics)]
    running = []
    if role in (ALL, "stream"):
        app, stream = stream_app(service, settings, metrics)
        clocks = (partial(publish_clock, stream), partial(index_clock, stream))
        running.append(Running(app, stream, StreamHealth(stream, metrics), clocks))
    if role in (ALL, "archive"):
        app, archive = archive_app(service, settings, metrics)
        running.append(Running(app, archive, ArchiveHealth(archive, metrics), (archive.run,)))
    return running


async def _start(roles: Sequence[Running]) -> list[asyncio.Task[None]]:
    """Start roles, clocks and apps; returns the clocks' tasks."""
    clocks: list[asyncio.Task[None]] = []
    for one in roles:
        await one.role.start()
        clocks += [asyncio.create_task(clock()) for clock in one.clocks]
    for one in roles:
        one.app.in_worker = True
        await one.app.start()
    for one in roles:
        one.role.log.fetch_briefly()
    return clocks


async def _wait_for_topics(service: Service[Any], settings: Settings, role: str, stop: asyncio.Event) -> bool:
    """Wait for Kafka and the service's topics; False when stopped first."""
    wanted = {
        topics.source(settings.shared, service.name),
        topics.dead_letters(settings.namespace, service.name),
        topics.changelog(settings.namespace, service.name),
        topics.control(settings.namespace, service.name),
    }
    if role in topics.OUTPUTS.get(service.name, ()):
        wanted |= {
            topics.output(settings.namespace, service.name, role),
            topics.role_changelog(settings.namespace, service.name, role),
        }
    said = -WAIT_S
    while not stop.is_set():
        problem = await _problem(service.name, settings, wanted)
        if problem is None:
            return True
        if time.monotonic() - said >= WAIT_S:
            said = time.monotonic()
            log.warning("waiting: %s", problem)
        await asyncio.sleep(0.5)
    return False


async def _problem(type_: str, settings: Settings, wanted: set[str]) -> str | None:
    try:
        missing = sorted(wanted - set(await partition_counts(settings)))
    except (KafkaError, OSError) as error:
        return f"Kafka at {settings.kafka} does not answer: {error}"
    if not missing:
        return None
    return f"no topic {', '.join(missing)}; make them with: city topics create --type {type_}"


async def _watch(
    roles: Sequence[Running], clocks: Sequence[asyncio.Task[None]], health: Health, stop: asyncio.Event
) -> int:
    """Report until stopped (0), or until Faust or a clock gives up (1)."""
    while not stop.is_set():
        for clock in clocks:
            if clock.done() and (error := clock.exception()):
                while isinstance(error, BaseExceptionGroup):
                    error = error.exceptions[0]
                log.error("%s: %s", type(error).__name__, error)
                return 1
        for app in (one.app for one in roles):
            if app.crashed:
                log.error("%s gave up: %r", app.conf.id, app.crash_reason)
                return 1
        try:
            await health.report()
        except Exception:  # what can't be told is no reason to stop
            log.exception("the status could not be told; the worker goes on")
        try:
            async with asyncio.timeout(STATUS_EVERY_S):
                await stop.wait()
        except TimeoutError:
            continue
    return 0


async def _drain(roles: Sequence[Running], code: int) -> None:
    """Save what is folded, commit, leave the groups; end the process when that takes too long."""
    cut = _cut_in_time(code)
    await asyncio.gather(*(one.role.stop() for one in roles))
    await asyncio.gather(*(one.app.stop() for one in roles))
    cut.cancel()


def _cut_in_time(code: int) -> threading.Timer:
    """End the process with this code, should it still be there then."""
    # From another thread: Faust waits for its own with the loop held.
    cut = threading.Timer(DRAIN_S, _cut, [code])
    cut.daemon = True
    cut.start()
    return cut


def _cut(code: int) -> None:
    log.warning("the drain took over %.0f s and was cut; the next owner repeats what it lacks", DRAIN_S)
    logging.shutdown()
    # Faust's threads would keep the process, and its place in the group.
    os._exit(code)

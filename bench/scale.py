"""The traffic service's stream role as partitions, workers and keys grow: events a second, CPU an event.

Workers join on an empty topic, are frozen while it is filled, and let go together: what is measured is the
way from the first record to the last commit, with nothing else running and no start in it. CPU is what the
kernel counted for the workers' processes.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import redis.asyncio as redis
from aiokafka.errors import KafkaError
from rich.table import Table

from bench.load import fill
from bench.numbers_option import Numbers
from bench.offsets import offset_reader
from bench.readings import Readings
from bench.report import print_result, progress
from bench.servers import BROKER, bed
from bench.worker import Worker, stop_all, until_live
from citystream.contracts import topics
from citystream.log.admin import TopicsError, create_topics
from citystream.settings import Settings
from demo.servers.server import ServerError

TYPE = "traffic"
LIVE_S = 90.0
DONE_S = 900.0
# A frozen worker sends no heartbeat: its group waits for longer than a filling takes. Faust takes no more.
SESSION_S = 90.0
MOST_EVENTS = 5_000_000
LOOK_S = 0.05
KEYS = 1_000


@dataclass(frozen=True)
class Run:
    """One configuration."""

    partitions: int
    workers: int
    keys: int


@dataclass(frozen=True)
class Cost:
    """What it took."""

    events_per_s: float
    us_per_event: float
    """CPU of all workers."""
    fold_us_per_event: float
    """Of decoding and folding, on the clock: the rest is table, changelog and sinks, once a key and clock."""


async def measure(settings: Settings, folder: Path, run: Run, events: int) -> Cost:
    """Run one configuration on servers that are there.

    Raises:
        ServerError: a worker ended, or did not finish in time.
        TopicsError, KafkaError: the broker refuses.
    """
    await create_topics(settings, [TYPE])
    workers = [Worker(TYPE, settings, folder, number + 1) for number in range(run.workers)]
    source, group = topics.source(settings.namespace, TYPE), topics.app_id(settings.namespace, TYPE)
    try:
        for worker in workers:
            worker.start()
        await until_live(workers, run.partitions, LIVE_S)
        for worker in workers:
            worker.process.pause()
        await fill(settings, TYPE, Readings(events, run.keys))
        async with offset_reader(settings, source, group) as reader:
            cpu_s, started = sum(worker.cpu_s() for worker in workers), time.perf_counter()
            for worker in workers:
                worker.process.resume()
            while (await reader.read()).lag:
                if time.perf_counter() - started > DONE_S:
                    raise ServerError(f"{run} was not done in {DONE_S:.0f} s; lower --events")
                await asyncio.sleep(LOOK_S)
            took_s = time.perf_counter() - started
        cpu_s = sum(worker.cpu_s() for worker in workers) - cpu_s
        fold_s = sum([await worker.folding_s() for worker in workers])
    finally:
        stop_all(workers)
    return Cost(round(events / took_s, 1), round(cpu_s / events * 1e6, 2), round(fold_s / events * 1e6, 2))


async def scale(
    settings: Settings,
    folder: Path,
    partitions: Sequence[int],
    workers: Sequence[int],
    keys: Sequence[int],
    events: int,
) -> dict[Run, Cost]:
    """Every configuration once."""
    costs: dict[Run, Cost] = {}
    for run in (
        *by_partitions(partitions).values(),
        *by_workers(workers, partitions).values(),
        *by_keys(keys, partitions).values(),
    ):
        if run not in costs:
            progress.print(f"{run.partitions} partitions, {run.workers} workers, {run.keys:,} keys")
            changes = {
                "namespace": f"scale-{run.partitions}-{run.workers}-{run.keys}",
                "partitions": run.partitions,
                "kafka_session_timeout_s": SESSION_S,
            }
            async with redis.Redis.from_url(settings.redis) as client:
                # What the run before left would make this one's memory full.
                await client.flushall()
            costs[run] = await measure(settings.model_copy(update=changes), folder, run, events)
    return costs


def by_partitions(partitions: Sequence[int]) -> dict[int, Run]:
    """One worker, more and more partitions."""
    return {count: Run(count, 1, KEYS) for count in partitions}


def by_workers(workers: Sequence[int], partitions: Sequence[int]) -> dict[int, Run]:
    """More and more workers on the most partitions, as many as workers at least."""
    return {count: Run(max(*workers, *partitions), count, KEYS) for count in workers}


def by_keys(keys: Sequence[int], partitions: Sequence[int]) -> dict[int, Run]:
    """One worker on the most partitions, more and more keys."""
    return {count: Run(max(partitions), 1, count) for count in keys}


def _table(costs: dict[Run, Cost], cores: int) -> Table:
    table = Table(title="The traffic service's stream role")
    for column in ("partitions", "workers", "keys", "events/s", "CPU, us/event", "decode and fold, us/event"):
        table.add_column(column, justify="right")
    for run, cost in costs.items():
        table.add_row(
            str(run.partitions),
            f"{run.workers}{' (more than cores)' if run.workers > cores else ''}",
            f"{run.keys:,}",
            f"{cost.events_per_s:,.0f}",
            f"{cost.us_per_event:.2f}",
            f"{cost.fold_us_per_event:.2f}",
        )
    return table


@click.command(epilog="Example: python -m bench.scale --workers 1,2 --keys 100,10000 --events 500000 --json")
@click.option("--partitions", type=Numbers(), default="1,4,12", show_default=True, help="With one worker.")
@click.option("--workers", type=Numbers(), default="1,2,4", show_default=True, help="On most partitions.")
@click.option(
    "--keys", type=Numbers(), default="100,1000,10000,100000", show_default=True, help="With one worker."
)
@click.option(
    "--events", type=click.IntRange(1_000, MOST_EVENTS), default=3_000_000, show_default=True, help="Per run."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
def main(
    partitions: tuple[int, ...],
    workers: tuple[int, ...],
    keys: tuple[int, ...],
    events: int,
    as_json: bool,
) -> None:
    """Measure the traffic service, Redis and Elasticsearch included, as it is spread and as its keys grow.

    Events are a backfill: a full topic, read as fast as the service can. Decoding and folding are timed by
    the service itself, on the clock; all CPU is the kernel's count.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-scale-") as folder,
            bed(Path(folder), "redis", "elasticsearch") as servers,
        ):
            costs = asyncio.run(scale(servers.settings, Path(folder), partitions, workers, keys, events))
    except (ServerError, TopicsError, KafkaError) as error:
        raise click.ClickException(str(error)) from error
    cores = len(os.sched_getaffinity(0))
    print_result(_result(costs, partitions, workers, keys, cores), _table(costs, cores), as_json=as_json)


def _result(
    costs: dict[Run, Cost],
    partitions: Sequence[int],
    workers: Sequence[int],
    keys: Sequence[int],
    cores: int,
) -> dict[str, Any]:
    spread, joined, keyed = (
        by_partitions(partitions),
        by_workers(workers, partitions),
        by_keys(keys, partitions),
    )
    return {
        "events_per_s_by_workers": {str(n): costs[run].events_per_s for n, run in joined.items()},
        "us_per_event_by_workers": {str(n): costs[run].us_per_event for n, run in joined.items()},
        "more_workers_than_cores": [n for n in workers if n > cores],
        "events_per_s_by_partitions": {str(n): costs[run].events_per_s for n, run in spread.items()},
        "us_per_event_by_partitions": {str(n): costs[run].us_per_event for n, run in spread.items()},
        "us_per_event_by_keys": {str(n): costs[run].us_per_event for n, run in keyed.items()},
        "fold_us_per_event_by_keys": {str(n): costs[run].fold_us_per_event for n, run in keyed.items()},
        "events_per_s_by_keys": {str(n): costs[run].events_per_s for n, run in keyed.items()},
        "broker": BROKER,
    }


if __name__ == "__main__":
    main()

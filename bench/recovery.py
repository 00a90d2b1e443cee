"""A worker with an empty disk and an hour of changelog: seconds until it is live.

From the start of its process until it answers /readyz with all partitions: what an operator waits for.
"""

import asyncio
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from aiokafka.errors import KafkaError
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bench.changelog_hour import Hour, write
from bench.offsets import OffsetReader, offset_reader
from bench.report import print_result, progress
from bench.servers import BROKER, bed
from bench.worker import Worker, stop_all, until_live
from citystream.contracts import topics
from citystream.log.admin import TopicsError, create_topics
from citystream.race import race
from citystream.settings import Settings
from demo.servers.server import ServerError

TYPE = "traffic"
LIVE_S = 900.0


@dataclass(frozen=True)
class Recovery:
    """What a recovery took."""

    changelog_records: int
    recovery_seconds: float
    records_per_s: float
    states: int
    """That the worker held when it was live; as many as the changelog's writer had."""


async def measure(settings: Settings, folder: Path, seconds: int, per_s: int, keys: int) -> Recovery:
    """Write the changelog, then recover from it.

    Raises:
        ServerError: the worker was not live in time, or lacks states.
        TopicsError, KafkaError: the broker refuses.
    """
    await create_topics(settings, [TYPE])
    expected = await _write(Hour(settings, seconds, per_s, keys))
    changelog = topics.changelog(settings.namespace, TYPE)
    async with offset_reader(settings, changelog, topics.app_id(settings.namespace, TYPE)) as reader:
        records = sum((await reader.ends()).values())
    progress.print(f"{records:,} changelog records; starting a worker with an empty disk")
    worker = Worker(TYPE, settings, folder)
    started = time.perf_counter()
    try:
        worker.start()
        await until_live([worker], settings.partitions, LIVE_S)
        took_s = time.perf_counter() - started
        states = int(await worker.metric("city_states"))
    finally:
        stop_all([worker])
    if states != expected:
        raise ServerError(f"the worker holds {states:,} states and should hold {expected:,}")
    return Recovery(records, round(took_s, 2), round(records / took_s, 1), states)


async def _write(hour: Hour) -> int:
    """Write the hour with a progress bar; the states at its end."""
    settings, states = hour.settings, 0
    processes = min(settings.partitions, os.cpu_count() or 1)
    source, group = topics.source(settings.namespace, TYPE), topics.app_id(settings.namespace, TYPE)
    columns = (TextColumn("writing the changelog"), BarColumn(), TimeRemainingColumn())
    with (
        # Forking a process that has threads and an event loop would copy their locks.
        ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool,
        Progress(*columns, console=progress, transient=True) as bar,
    ):
        task = bar.add_task("", total=hour.seconds * hour.per_s)

        async def work() -> None:
            nonlocal states
            states = await write(hour, pool, processes)

        async def show(reader: OffsetReader) -> None:
            while True:
                bar.update(task, completed=sum((await reader.ends()).values()))
                await asyncio.sleep(1)

        async with offset_reader(settings, source, group) as reader:
            await race(work(), show(reader))
    return states


def _table(found: Recovery) -> Table:
    table = Table(title="A worker with an empty disk")
    for column in ("changelog records", "seconds to live", "records/s", "states"):
        table.add_column(column, justify="right")
    table.add_row(
        f"{found.changelog_records:,}",
        f"{found.recovery_seconds:.1f}",
        f"{found.records_per_s:,.0f}",
        f"{found.states:,}",
    )
    return table


@click.command(epilog="Example: python -m bench.recovery --minutes 5 --json")
@click.option(
    "--minutes", type=click.FloatRange(0.05), default=60, show_default=True, help="Of events behind it."
)
@click.option(
    "--rate", type=click.IntRange(100), default=10_000, show_default=True, help="Events per second."
)
@click.option("--keys", type=click.IntRange(1), default=1_000, show_default=True, help="Roads.")
@click.option("--partitions", type=click.IntRange(1, 100), default=4, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
def main(minutes: float, rate: int, keys: int, partitions: int, as_json: bool) -> None:
    """Measure how long a worker with an empty disk takes to be live.

    The changelog is what the traffic service writes in that time: a row a second for each road, its facts,
    its packed ids, and the deletions of what expired. Writing an hour of it takes some minutes and 2 GB.
    """
    if keys < partitions:
        raise click.UsageError(f"--keys: {keys} are fewer than the {partitions} partitions")
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-recovery-") as folder,
            bed(Path(folder), "redis", "elasticsearch") as servers,
        ):
            settings = servers.settings.model_copy(update={"namespace": "recovery", "partitions": partitions})
            found = asyncio.run(measure(settings, Path(folder), round(minutes * 60), rate, keys))
    except (ServerError, TopicsError, KafkaError) as error:
        raise click.ClickException(str(error)) from error
    settled = {"minutes": minutes, "rate": rate, "keys": keys, "partitions": partitions, "broker": BROKER}
    print_result({**asdict(found), **settled}, _table(found), as_json=as_json)


if __name__ == "__main__":
    main()

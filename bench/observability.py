"""`python -m bench.observability`: what metrics and JSON logs add to the work of a worker's stream role.

One process, no broker: the role's own `deliver` takes chunks as a consumer gives them, and its publish clock
writes a real Redis. Pairs of runs take turns, one without metrics and log lines and one with them, so that
what the machine does meanwhile falls on both. In one hundred events one is refused, so that there is
something to log; a scrape comes every ten seconds of event time.
"""

import asyncio
import logging
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from prometheus_client import generate_latest
from rich.table import Table

from bench.readings import Readings
from bench.report import print_result, progress
from bench.servers import bed_of
from citystream.app import stream_app
from citystream.fold.fold import PartitionFold
from citystream.health import StreamHealth
from citystream.log.batches import PlainRecord, Record
from citystream.logs.setup import configure_logging
from citystream.metrics import Metrics
from citystream.settings import Settings
from citystream.state.partition import OwnedPartition
from citystream.stream import time_rules
from services.traffic.aggregate import service

PAIRS = 10
REFUSED_EVERY = 100
PUBLISH_S = 0.1
SCRAPE_S = 10.0
FORMS = {"live": (1_000, 50), "backlog": (100_000, 5_000)}
"""Events a second, and events in a chunk."""


class Nothing(Metrics):
    """Metrics that are not kept."""

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        pass

    def follow(self, name: str, total: float, **labels: str) -> None:
        pass

    def show(self, name: str, value: float | None, **labels: str) -> None:
        pass


class Unsampled(PartitionFold[Any]):
    """A fold that is not asked how long decoding takes."""

    def decode_seconds(self, records: Sequence[Record]) -> float:
        return 0.0


def records(count: int, per_s: int) -> list[PlainRecord]:
    """Readings of 100 roads, of which one in a hundred is cut short."""
    made = enumerate(Readings(count=count, roads=100, per_s=per_s))
    return [
        PlainRecord(offset, one.time_ms, None, one.value[:40] if offset % REFUSED_EVERY == 0 else one.value)
        for offset, one in made
    ]


async def run(settings: Settings, events: Sequence[PlainRecord], per_s: int, size: int, told: bool) -> float:
    """CPU that an event takes, µs."""
    metrics = Metrics("traffic") if told else Nothing("traffic")
    traffic = service(None)
    _, stream = stream_app(traffic, settings, metrics)
    health = StreamHealth(stream, metrics)
    fold = (PartitionFold if told else Unsampled)(traffic, time_rules(settings), 0)
    # It is not asked of a broker how far the log goes.
    stream.log.end = lambda partition: len(events)  # type: ignore[method-assign]
    part = OwnedPartition(0, fold, 0, (stream.redis, stream.elasticsearch))
    stream.parts[0] = part
    stream.pauses.open(part)
    publish_at, scrape_at = PUBLISH_S * per_s, SCRAPE_S * per_s
    started = time.process_time()
    try:
        for begin in range(0, len(events), size):
            chunk = events[begin : begin + size]
            await stream.deliver(0, chunk)
            # What a checkpoint would have saved.
            fold.letters.clear()
            if chunk[-1].offset >= publish_at:
                publish_at += PUBLISH_S * per_s
                await stream.publish()
            if told and chunk[-1].offset >= scrape_at:
                scrape_at += SCRAPE_S * per_s
                health.status("bench", 0)
                generate_latest(metrics.registry)
        return (time.process_time() - started) * 1e6 / len(events)
    finally:
        await stream.redis.close()
        await stream.elasticsearch.close()


@contextmanager
def telling(told: bool, log: Path) -> Iterator[None]:
    """Log lines as JSON into a file, or none."""
    with log.open("a") as file, redirect_stderr(file):
        configure_logging("json", "traffic", "stream")
        logging.disable(logging.NOTSET if told else logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


async def compare(settings: Settings, form: str, count: int, log: Path) -> dict[str, Any]:
    """Both, in turns."""
    per_s, size = FORMS[form]
    events = records(count, per_s)
    without: list[float] = []
    with_: list[float] = []
    for number in range(PAIRS + 1):
        # The first pair warms up. Who goes first changes, as the second finds caches warm.
        for told in (False, True) if number % 2 else (True, False):
            with telling(told, log):
                spent = await run(settings, events, per_s, size, told)
            if number:
                (with_ if told else without).append(spent)
    added = [100 * (b / a - 1) for a, b in zip(without, with_, strict=True)]
    quarters = statistics.quantiles(added, n=4)
    return {
        "form": form,
        "us_without": statistics.median(without),
        "us_with": statistics.median(with_),
        "added_pct": statistics.median(added),
        "added_pct_quartiles": [quarters[0], quarters[2]],
        "added_pct_range": [min(added), max(added)],
    }


@click.command(epilog="Example: python -m bench.observability --json")
@click.option(
    "--events",
    "count",
    type=click.IntRange(min=REFUSED_EVERY),
    default=200_000,
    show_default=True,
    help="In each run.",
)
@click.option("--json", "as_json", is_flag=True, help="The result as JSON in the last line.")
def main(count: int, as_json: bool) -> None:
    """Measure what metrics and JSON logs cost a worker, in CPU an event."""
    results = []
    with TemporaryDirectory() as name, bed_of(Path(name), "redis") as servers:
        log = Path(name) / "lines.json"
        for form in FORMS:
            progress.print(f"{form}: {PAIRS} pairs of {count:,} events")
            results.append(asyncio.run(compare(servers.settings, form, count, log)))
        lines, size = log.read_text().count("\n"), os.stat(log).st_size
    table = Table(title=f"CPU an event of the traffic service, {PAIRS} pairs")
    for column in ("form", "without, µs", "with, µs", "added (median)", "quartiles", "range"):
        table.add_column(column)
    for one in results:
        pair = [
            f"{low:+.1f} to {high:+.1f} %"
            for low, high in (one["added_pct_quartiles"], one["added_pct_range"])
        ]
        table.add_row(
            one["form"],
            f"{one['us_without']:.2f}",
            f"{one['us_with']:.2f}",
            f"{one['added_pct']:+.1f} %",
            *pair,
        )
    print_result({"forms": results, "lines": lines, "bytes": size}, table, as_json=as_json)


if __name__ == "__main__":
    main()

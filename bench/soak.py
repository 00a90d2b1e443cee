"""The whole city under the simulator's load: what grows that should not.

Windows and lateness are made short, so that within minutes windows close, states expire, table rows are
deleted and ids forgotten many times, as they are within hours in a city. What is left of growth after the
warm-up is a leak, or a cache that fills.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import psutil
import redis.asyncio as redis
from rich.progress import Progress
from rich.table import Table

from bench.report import print_result, progress
from bench.servers import BROKER
from citystream.archive.bucket import BucketError
from citystream.log.admin import TopicsError
from citystream.servers.connections import redis_client
from citystream.settings import Settings
from demo.backends import choose
from demo.city import City, claim
from demo.credentials import load_or_create
from demo.plan import Plan
from demo.servers.server import ServerError
from demo.session import live
from demo.statuses import read_statuses
from demo.supervision import Child, CityDown

WINDOW_S = 10
DISORDER_S = 2.0
LATENESS_S = 5.0
ARCHIVE_S = 10.0
SAMPLE_S = 2.0
MIB = 1 << 20


@dataclass(frozen=True)
class Sample:
    """The city at one moment."""

    minute: float
    """Since the simulator started."""
    rss_mb: Mapping[str, float]
    """By process."""
    open_files: Mapping[str, int]
    redis_mb: float
    lag: int
    """Records that wait to be folded, over all services."""
    archive_lag: int
    """Records that wait to be archived: up to `ARCHIVE_S` of them by design."""
    events: int
    """Folded so far."""


def slope_per_min(samples: Sequence[Sample], values: Sequence[float]) -> float:
    """Growth per minute, by least squares."""
    return statistics.linear_regression([one.minute for one in samples], values).slope


async def _take(city: City, client: redis.Redis, minute: float) -> Sample:
    watched = [*city.services, city.gateway]
    processes = {child.name: psutil.Process(child.process.pid) for child in watched}
    statuses = await read_statuses(client, city.settings.namespace)
    return Sample(
        minute=minute,
        rss_mb={name: one.memory_info().rss / MIB for name, one in processes.items()},
        open_files={name: one.num_fds() for name, one in processes.items()},
        redis_mb=(await client.info("memory"))["used_memory"] / MIB,
        lag=sum(one.lag for one in statuses if one.role == "stream"),
        archive_lag=sum(one.lag for one in statuses if one.role == "archive"),
        events=sum(one.events for one in statuses if one.role == "stream"),
    )


def _check(children: Sequence[Child]) -> None:
    crashed = [child.name for child in children if child.crashes or child.restarts]
    if crashed:
        raise CityDown(f"{', '.join(crashed)} crashed: what was measured is not one run")


async def soak(folder: Path, rate: int, minutes: float) -> list[Sample]:
    """Run the city and look at it every `SAMPLE_S`.

    Raises:
        ServerError, TopicsError, BucketError, CityDown: the city did not start, or a part of it ended.
    """
    plan = Plan(folder=folder, broker="apache", rate=rate, archive_s=ARCHIVE_S, namespace="soak")
    short = Settings(window_s=WINDOW_S, disorder_s=DISORDER_S, lateness_s=LATENESS_S)
    samples: list[Sample] = []
    with claim(plan):
        # Without an environment every server is the run's own.
        city = City(plan, choose(plan, short, {}), load_or_create(plan.credentials_file), progress.print)

        async def work(city: City) -> None:
            await city.start_services()
            city.start_simulator()
            started = time.monotonic()
            client = redis_client(city.settings)
            with Progress(console=progress, transient=True) as bar:
                task = bar.add_task("soaking", total=minutes)
                while not samples or samples[-1].minute < minutes:
                    await asyncio.sleep(SAMPLE_S)
                    samples.append(await _take(city, client, (time.monotonic() - started) / 60))
                    bar.update(task, completed=samples[-1].minute)
                    _check(city.children)
            await client.aclose()

        await live(city, work, progress.print)
    return samples


def result(samples: Sequence[Sample], warm_up_minutes: float) -> dict[str, Any]:
    """What the samples after the warm-up say."""
    steady = [one for one in samples if one.minute >= warm_up_minutes]
    first, last = steady[0], steady[-1]
    return {
        "rss_slope_mb_per_min": {
            name: round(slope_per_min(steady, [one.rss_mb[name] for one in steady]), 3)
            for name in last.rss_mb
        },
        "rss_mb_end": {name: round(mb, 1) for name, mb in last.rss_mb.items()},
        "open_files_slope_per_min": {
            name: round(slope_per_min(steady, [one.open_files[name] for one in steady]), 3)
            for name in last.open_files
        },
        "open_files_end": dict(last.open_files),
        "redis_slope_mb_per_min": round(slope_per_min(steady, [one.redis_mb for one in steady]), 3),
        "redis_mb_end": round(last.redis_mb, 1),
        "lag_end": last.lag,
        "lag_max": max(one.lag for one in steady),
        "archive_lag_end": last.archive_lag,
        "events_per_s": round((last.events - first.events) / (last.minute - first.minute) / 60, 1),
    }


def _table(found: Mapping[str, Any]) -> Table:
    table = Table(title="Memory and open files after the warm-up")
    for column in ("process", "RSS, MB", "RSS, MB/min", "open files", "open files/min"):
        table.add_column(column, justify="left" if column == "process" else "right")
    for name, slope in found["rss_slope_mb_per_min"].items():
        table.add_row(
            name,
            f"{found['rss_mb_end'][name]:.0f}",
            f"{slope:+.2f}",
            str(found["open_files_end"][name]),
            f"{found['open_files_slope_per_min'][name]:+.2f}",
        )
    table.add_row("redis", f"{found['redis_mb_end']:.0f}", f"{found['redis_slope_mb_per_min']:+.2f}")
    table.caption = (
        f"{found['events_per_s']:,.0f} events/s folded; lag at the end {found['lag_end']:,} records, "
        f"at most {found['lag_max']:,}; not archived yet {found['archive_lag_end']:,}"
    )
    return table


@click.command(epilog="Example: python -m bench.soak --minutes 10 --rate 2000 --json")
@click.option("--minutes", type=click.FloatRange(0.2), default=10, show_default=True, help="Of load.")
@click.option(
    "--warm-up",
    type=click.FloatRange(0),
    default=3,
    show_default=True,
    help="Minutes at the start that slopes leave out.",
)
@click.option(
    "--rate", type=click.IntRange(1, 200_000), default=2_000, show_default=True, help="Events per second."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
def main(minutes: float, warm_up: float, rate: int, as_json: bool) -> None:
    """Run all five services, the gateway and the simulator, and report what grows.

    Windows are 10 s long with 5 s of lateness, so that states expire all the time. Redis keeps results by
    its own time to live, for a day or a week: its growth is that of what it is told to keep.
    """
    if minutes - warm_up < 3 * SAMPLE_S / 60:
        raise click.UsageError(f"--warm-up: {warm_up:g} of {minutes:g} minutes leaves nothing to measure")
    try:
        with tempfile.TemporaryDirectory(prefix="bench-soak-") as folder:
            samples = asyncio.run(soak(Path(folder), rate, minutes))
    except (ServerError, TopicsError, BucketError, CityDown) as error:
        raise click.ClickException(str(error)) from error
    if not samples or samples[-1].minute < minutes:
        click.echo("stopped before its end", err=True)
        sys.exit(1)
    found = result(samples, warm_up)
    settings = {"minutes": minutes, "warm_up_minutes": warm_up, "rate": rate, "window_s": WINDOW_S}
    print_result({**found, **settings, "broker": BROKER}, _table(found), as_json=as_json)


if __name__ == "__main__":
    main()

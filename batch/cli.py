"""`city-batch`: the batch layer's command."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import duckdb
import msgspec

from batch.daily.described import markdown
from batch.jobs import (
    compact_day,
    daily_of_day,
    place_arrivals,
    reconcile_day,
    run_days,
    tidy,
    windows_of_day,
)
from batch.object_store import StoreError, object_store
from batch.progress import Progress
from batch.publish import PublishError, load
from batch.report import locations, report
from batch.retain import Kept, why_not
from batch.retain import retain as retained
from batch.session import Session, city_zone, session
from batch.slices import Span
from citystream.commands.settings import load_settings
from citystream.commands.times import TimeType
from citystream.contracts.city_day import city_day
from citystream.contracts.city_model import CityModelError
from citystream.contracts.manifest import Manifest, encode
from citystream.logs import configure_logging

Work = Callable[[Session], AsyncIterator[Manifest]]


class DateType(click.ParamType):
    """A day of the city, resolved when its zone is known."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if value in ("today", "yesterday") or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a date (2026-11-27) nor today or yesterday", param, ctx)


class MemoryType(click.ParamType):
    """A size, as DuckDB reads it."""

    name = "size"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", value):
            self.fail(f"{value!r} is no size such as 2GB or 512MiB", param, ctx)
        return str(value)


DATE = click.option(
    "--date", "day", type=DateType(), default="yesterday", show_default=True, help="A day of the city."
)

PARTIAL = click.option("--partial", is_flag=True, help="Also a day that is not over: what there is of it.")


def _working(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of all that works."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the days' manifests, one a line."),
        click.option(
            "--scratch",
            type=click.Path(path_type=Path, exists=True, file_okay=False, writable=True),
            help="Folder for rows on their way, about 50 bytes an event of a day; default: the system's.",
        ),
        click.option(
            "--memory",
            type=MemoryType(),
            default="2GB",
            show_default=True,
            help="Of DuckDB; processes come on top.",
        ),
        click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True),
    ):
        command = option(command)
    return command


@click.group()
def main() -> None:
    """The batch layer: closed days, made from the archive. Settings come from CITY_* in the environment.

    A day is the city's (CITY_TIMEZONE, else the city model's); it is published whole, by one manifest, and
    can be made again at any time.
    """


@main.command(epilog="Example: city-batch compact --date 2026-11-27")
@DATE
@PARTIAL
@_working
def compact(day: Any, *, partial: bool, **options: Any) -> None:
    """Compact a day: its events out of the archive, typed, each once, by the hour in which they happened."""

    async def work(it: Session) -> AsyncIterator[Manifest]:
        yield await compact_day(it, city_day(_date(day, it.zone, partial=partial), it.zone))

    _run(work, **options)


@main.command(epilog="Example: city-batch windows --date 2026-11-27")
@DATE
@_working
def windows(day: Any, **options: Any) -> None:
    """Make the windows of a compacted day anew, for history that Redis no longer has."""

    async def work(it: Session) -> AsyncIterator[Manifest]:
        yield await windows_of_day(it, city_day(_date(day, it.zone), it.zone))

    _run(work, **options)


@main.command(epilog="Example: city-batch daily --date 2026-11-27")
@DATE
@_working
def daily(day: Any, **options: Any) -> None:
    """Make the daily views of a compacted day anew: roads, vehicles, emergencies, weather, what is usual."""

    async def work(it: Session) -> AsyncIterator[Manifest]:
        yield await daily_of_day(it, city_day(_date(day, it.zone), it.zone))

    _run(work, **options)


@main.command(epilog="Example: city-batch reconcile --date 2026-11-27")
@DATE
@_working
def reconcile(day: Any, **options: Any) -> None:
    """Hold Redis's windows of a closed day against the batch layer's, and publish how far they agree.

    Drift is no failure of the command: it is published, and alerted on.
    """

    async def work(it: Session) -> AsyncIterator[Manifest]:
        made = await reconcile_day(it, city_day(_date(day, it.zone), it.zone))
        if made:
            yield made

    _run(work, **options)


@main.command(
    epilog="\b\nExamples:\n  city-batch retain --views-days 1000 --dry-run\n"
    "  city-batch retain --compacted-days 400 --views-days 1000"
)
@click.option("--compacted-days", type=int, help="Days of which compacted events are kept.")
@click.option("--views-days", type=int, help="Days of which windows and daily views are kept.")
@click.option(
    "--raw-days", type=int, help="Days of which raw events are kept, at least until they are closed."
)
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
@_working
def retain(
    compacted_days: int | None,
    views_days: int | None,
    raw_days: int | None,
    *,
    dry_run: bool,
    **options: Any,
) -> None:
    """Let go what is older than so many days before today; what is not named is kept for ever."""
    kept = Kept(compacted_days, views_days, raw_days)
    reason = why_not(kept)
    if reason:
        raise click.UsageError(reason)
    _run(lambda it: retained(it, kept, dry_run=dry_run), **options, tidies=not dry_run)


@main.command(epilog="Example: city-batch columns > docs/daily-views.md")
def columns() -> None:
    """The daily views and their columns with units, in Markdown."""
    click.echo(markdown())


@main.command(
    epilog="\b\nExamples:\n  city-batch run\n  city-batch run --date today --partial\n"
    "  city-batch run --date 2026-11-27 --threads 4 --memory 6GB"
)
@DATE
@PARTIAL
@_working
def run(day: Any, *, partial: bool, **options: Any) -> None:
    """All jobs of a day in order: compact, windows, daily. What a scheduler calls every night."""

    def work(it: Session) -> AsyncIterator[Manifest]:
        date_ = _date(day, it.zone, partial=partial)
        return run_days(it, date_, date_)

    _run(work, **options)


@main.command(
    epilog="\b\nExamples:\n  city-batch backfill --from 2026-11-01 --to 2026-11-27\n"
    "  city-batch backfill --arrival-from 2026-11-20T00:00:00Z --arrival-to 2026-11-21T00:00:00Z"
)
@click.option("--from", "first", type=DateType(), help="The first day.")
@click.option("--to", "last", type=DateType(), help="The last day.")
@click.option("--arrival-from", type=TimeType(), help="Place what arrived from here on …")
@click.option(
    "--arrival-to", type=TimeType(), help="… and before this, and lies more than 3 days from its day."
)
@PARTIAL
@_working
def backfill(
    first: Any,
    last: Any,
    arrival_from: datetime | None,
    arrival_to: datetime | None,
    *,
    partial: bool,
    **options: Any,
) -> None:
    """All jobs of many days; or of those, however old, that stray events of a span of arrival belong to."""
    by_day, by_arrival = (first, last), (arrival_from, arrival_to)
    if (None in by_day) == (None in by_arrival) or (any(by_day) and any(by_arrival)):
        raise click.UsageError("give --from and --to, or --arrival-from and --arrival-to")

    def work(it: Session) -> AsyncIterator[Manifest]:
        if arrival_from and arrival_to:
            return place_arrivals(it, _span(arrival_from, arrival_to))
        start, end = (_date(day, it.zone, partial=partial) for day in (first, last))
        if end < start:
            raise click.UsageError("--to is before --from")
        return run_days(it, start, end)

    _run(work, **options)


@main.command(epilog="Example: city-batch paths --date 2026-11-27")
@DATE
@click.option("--json", "as_json", is_flag=True, help="Print the day's manifest.")
def paths(day: Any, *, as_json: bool) -> None:
    """Where the data of a day lies, for other tools. What lies beside it is older, or not published."""
    settings = load_settings()

    async def known() -> Manifest | None:
        date_ = str(_date(day, city_zone(settings)))
        found = await load(object_store(settings), settings.namespace, date_)
        return found.manifest if found else None

    manifest = _answered(known())
    if manifest is None:
        raise click.ClickException(f"nothing is published of {day}; city-batch run --date {day} makes it")
    if as_json:
        click.echo(encode(manifest))
    else:
        for name, location in locations(manifest, settings):
            click.echo(f"{name}\t{location}")


def _run(
    work: Work, *, threads: int, memory: str, scratch: Path | None, as_json: bool, tidies: bool = True
) -> None:
    settings = load_settings()
    configure_logging()
    made: list[Manifest] = []
    with Progress() as progress:

        async def all_days() -> None:
            async with session(settings, threads, memory, scratch, progress) as it:
                async for manifest in work(it):
                    progress.say(report(manifest))
                    made.append(manifest)
                if tidies:
                    await tidy(it)

        _answered(all_days())
    if as_json:
        for manifest in made:
            click.echo(msgspec.json.encode(manifest))


def _answered(asked: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        task = asyncio.current_task()
        if task:
            # What lies on this machine meanwhile is removed, as after a Ctrl-C.
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await asked

    try:
        return asyncio.run(wait())
    except asyncio.CancelledError:
        click.echo("terminated; nothing was published that is not whole", err=True)
        sys.exit(128 + signal.SIGTERM)
    except StoreError as error:
        raise click.ClickException(
            f"{error}\nNothing was published that is not whole. Are CITY_S3, CITY_S3_ACCESS_KEY, "
            "CITY_S3_SECRET_KEY and CITY_S3_BUCKET right? Run the same command again."
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise click.ClickException(
            f"{str(error).splitlines()[0]}\nGive more --memory, or fewer --threads, and run again."
        ) from error
    except BrokenProcessPool as error:
        raise click.ClickException(
            "a process that decodes was killed, as when memory is short: give fewer --threads and run again"
        ) from error
    except (PublishError, CityModelError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _date(day: date | str, zone: ZoneInfo, *, partial: bool = True) -> date:
    today = datetime.now(zone).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    wanted = named[day] if isinstance(day, str) else day
    if wanted > today:
        raise click.UsageError(f"{day} has not begun in {zone.key}")
    if wanted == today and not partial:
        raise click.UsageError(f"{day} is not over in {zone.key}; --partial makes what there is of it")
    return wanted


def _span(start: datetime, end: datetime) -> Span:
    if end <= start:
        raise click.UsageError("--arrival-to must be after --arrival-from")
    return Span(round(start.timestamp() * 1000), round(end.timestamp() * 1000))

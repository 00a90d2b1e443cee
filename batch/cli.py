"""`city-batch`: the batch layer's command."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import click

from batch.daily.described import markdown
from batch.jobs import (
    compact_day,
    daily_of_day,
    place_arrivals,
    quality_of_day,
    reconcile_day,
    run_days,
    trends_of_day,
    windows_of_day,
)
from batch.object_store import object_store
from batch.options import DATE, PARTIAL, DateType, arrival_span, city_date, working
from batch.publish import load
from batch.report import locations
from batch.retain import Kept, why_not
from batch.retain import retain as retained
from batch.running import answered, run_job, run_work
from batch.session import Session, city_zone
from citystream.commands.group import Group
from citystream.commands.settings import load_settings
from citystream.commands.times import TimeType
from citystream.contracts.city_day import city_day
from citystream.contracts.manifest import Manifest, encode


@click.group(cls=Group)
def main() -> None:
    """The batch layer: closed days, made from the archive. Settings come from CITY_* in the environment.

    A day is the city's (CITY_TIMEZONE, else the city model's); it is published whole, by one manifest, and
    can be made again at any time.
    """


@main.command(epilog="Example: city-batch compact --date 2026-11-27")
@DATE
@PARTIAL
@working
def compact(day: Any, *, partial: bool, **options: Any) -> None:
    """Compact a day: its events out of the archive, typed, each once, by the hour in which they happened."""
    run_job(compact_day, day, partial=partial, **options)


@main.command(epilog="Example: city-batch windows --date 2026-11-27")
@DATE
@working
def windows(day: Any, **options: Any) -> None:
    """Make the windows of a compacted day anew, for history that Redis no longer has."""
    run_job(windows_of_day, day, **options)


@main.command(epilog="Example: city-batch quality --date 2026-11-27")
@DATE
@working
def quality(day: Any, **options: Any) -> None:
    """Hold a compacted day against the rules of quality: gaps, stuck sensors, clocks, late or broken."""
    run_job(quality_of_day, day, **options)


@main.command(epilog="Example: city-batch daily --date 2026-11-27")
@DATE
@working
def daily(day: Any, **options: Any) -> None:
    """Make the daily views of a compacted day anew: roads, vehicles, emergencies, weather, what is usual."""
    run_job(daily_of_day, day, **options)


@main.command(epilog="Example: city-batch trends --date 2026-11-27")
@DATE
@working
def trends(day: Any, **options: Any) -> None:
    """Hold a day's roads against the weeks before: what changes, what recurs, how reliable they are."""
    run_job(trends_of_day, day, **options)


@main.command(epilog="Example: city-batch reconcile --date 2026-11-27")
@DATE
@working
def reconcile(day: Any, **options: Any) -> None:
    """Hold Redis's windows of a closed day against the batch layer's, and publish how far they agree.

    Drift is no failure of the command: it is published, and alerted on.
    """

    async def work(it: Session) -> AsyncIterator[Manifest]:
        made = await reconcile_day(it, city_day(city_date(day, it.zone), it.zone))
        if made:
            yield made

    run_work(work, **options)


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
@working
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
    run_work(lambda it: retained(it, kept, dry_run=dry_run), **options, tidies=not dry_run)


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
@working
def run(day: Any, *, partial: bool, **options: Any) -> None:
    """All jobs of a day in order: compact, windows, quality, daily, trends.

    What a scheduler calls every night.
    """

    def work(it: Session) -> AsyncIterator[Manifest]:
        date_ = city_date(day, it.zone, partial=partial)
        return run_days(it, date_, date_)

    run_work(work, **options)


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
@working
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
            return place_arrivals(it, arrival_span(arrival_from, arrival_to))
        start, end = (city_date(day, it.zone, partial=partial) for day in (first, last))
        if end < start:
            raise click.UsageError("--to is before --from")
        return run_days(it, start, end)

    run_work(work, **options)


@main.command(epilog="Example: city-batch paths --date 2026-11-27")
@DATE
@click.option("--json", "as_json", is_flag=True, help="Print the day's manifest.")
def paths(day: Any, *, as_json: bool) -> None:
    """Where the data of a day lies, for other tools. What lies beside it is older, or not published."""
    settings = load_settings()

    async def known() -> Manifest | None:
        date_ = str(city_date(day, city_zone(settings)))
        found = await load(object_store(settings), settings.shared, date_)
        return found.manifest if found else None

    manifest = answered(known())
    if manifest is None:
        raise click.ClickException(f"nothing is published of {day}; city-batch run --date {day} makes it")
    if as_json:
        click.echo(encode(manifest))
    else:
        for name, location in locations(manifest, settings):
            click.echo(f"{name}\t{location}")

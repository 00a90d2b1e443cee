"""`python -m bench.batch`: all jobs of a day, beside those of an eighth of a day."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table

from bench.batch.by_pandas import numbers_of, run_by_pandas, unlike
from bench.batch.jobs import JobError, Ran, differences, drifting, found, job, published
from bench.batch.senders import EVENTS_PER_S
from bench.batch.span import EIGHTH, WHOLE, Span
from bench.batch.speed_layer import fill
from bench.batch.writing import Written, write
from bench.report import print_result, progress
from bench.servers import bed_of
from citystream.archive.bucket import BucketError, create_bucket
from citystream.settings import Settings
from demo.servers.server import ServerError

MEGABYTE = 1_000_000


class Measured(NamedTuple):
    """One span, written, and all jobs of its day."""

    span: Span
    written: Written
    jobs: dict[str, Ran]
    """By name, in their order."""
    pandas: Ran | None
    """The same views by pandas; of an eighth alone."""
    differences: list[str]

    @property
    def compaction(self) -> Ran:
        """What reads the archive."""
        return self.jobs["compact"]

    @property
    def daily(self) -> Ran:
        """What pandas does too."""
        return self.jobs["daily"]

    @property
    def all_seconds(self) -> float:
        """Of all jobs, one after the other."""
        return sum(ran.seconds for ran in self.jobs.values())

    @property
    def events(self) -> int:
        """Of the day."""
        return self.of_kind("events")

    def of_kind(self, kind: str) -> int:
        """Events of a kind, of all types."""
        return sum(count for (_, own), count in self.written.tally.items() if own == kind)


def measure(settings: Settings, span: Span) -> Measured:
    """Archive a span in a namespace of its own, do all jobs of its day, and compare.

    Raises:
        BucketError, BotoCoreError, ClientError: S3 did not do its part.
        JobError: a command did not.
    """
    own = settings.model_copy(update={"namespace": f"bench-{span.name}", "timezone": span.day.timezone})
    date = span.day.date.isoformat()
    asyncio.run(create_bucket(own))
    written = write(own, span)
    progress.print(
        f"{span.name}: {written.objects:,} objects in {written.seconds:.0f} s; now it is compacted"
    )
    # Before quality is known nothing is left out, as pandas leaves nothing out.
    jobs = {name: job(own, name, date) for name in ("compact", "daily")}
    wrong = differences(written.tally, asyncio.run(found(own, date)))
    pandas = None
    if span is EIGHTH:
        pandas, told = run_by_pandas(own, date)
        wrong += unlike(numbers_of(own, date), told)
    jobs |= {name: job(own, name, date) for name in ("windows", "quality", "daily", "trends")}
    windows = asyncio.run(fill(own, date))
    progress.print(f"{span.name}: the speed layer has {windows:,} windows")
    jobs["reconcile"] = job(own, "reconcile", date)
    wrong += drifting(asyncio.run(published(own, date)), windows)
    return Measured(span, written, jobs, pandas, wrong)


def result(measured: list[Measured], servers: dict[str, str]) -> dict[str, Any]:
    """What `--json` prints; of the last span, beside the first."""
    eighth, last = measured[0], measured[-1]
    seconds = last.compaction.seconds
    return {
        "events": last.events,
        "objects": last.written.objects,
        "compact_seconds": round(seconds, 1),
        "peak_mb": round(last.compaction.peak_mb),
        "eighth_compact_seconds": round(eighth.compaction.seconds, 1),
        "eighth_peak_mb": round(eighth.compaction.peak_mb),
        "daily_seconds": round(last.daily.seconds, 1),
        "daily_peak_mb": round(last.daily.peak_mb),
        "all_jobs_seconds": round(last.all_seconds, 1),
        "job_seconds": {name: round(ran.seconds, 1) for name, ran in last.jobs.items()},
        "job_peak_mb": {name: round(ran.peak_mb) for name, ran in last.jobs.items()},
        "eighth_all_jobs_seconds": round(eighth.all_seconds, 1),
        "eighth_daily_seconds": round(eighth.daily.seconds, 1),
        "pandas_eighth_seconds": round(eighth.pandas.seconds, 1) if eighth.pandas else None,
        "pandas_eighth_peak_mb": round(eighth.pandas.peak_mb) if eighth.pandas else None,
        "growth": round(seconds / 8 / eighth.compaction.seconds, 3) if last is not eighth else None,
        "events_per_s": round(last.events / seconds),
        "generate_seconds": round(last.written.seconds, 1),
        "archive_mb": round(last.written.size_bytes / MEGABYTE),
        **{kind: last.of_kind(kind) for kind in ("late", "duplicates", "unreadable")},
        "servers": servers,
    }


def _table(measured: list[Measured]) -> Table:
    table = Table(title=f"All jobs of a day at {EVENTS_PER_S:,} events/s")
    table.add_column("archive of")
    columns = (
        "events",
        "objects",
        "MB",
        "written, s",
        *(f"{name}, s" for name in measured[0].jobs),
        "all, s",
    )
    for column in (*columns, "most MB", "daily by pandas, s", "peak, MB"):
        table.add_column(column, justify="right")
    for one in measured:
        table.add_row(
            f"one {one.span.name}",
            f"{one.events:,}",
            f"{one.written.objects:,}",
            f"{one.written.size_bytes / MEGABYTE:,.0f}",
            f"{one.written.seconds:.1f}",
            *(f"{ran.seconds:.1f}" for ran in one.jobs.values()),
            f"{one.all_seconds:.1f}",
            f"{max(ran.peak_mb for ran in one.jobs.values()):,.0f}",
            *_told(one.pandas),
        )
    return table


def _told(ran: Ran | None) -> tuple[str, str]:
    return (f"{ran.seconds:.1f}", f"{ran.peak_mb:,.0f}") if ran else ("", "")


@click.command(epilog="Example: python -m bench.batch --quick --json")
@click.option("--quick", is_flag=True, help="The eighth of a day alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
def main(quick: bool, as_json: bool) -> None:
    """Do all jobs of a closed day, and before it of an eighth of a day.

    The archive is written straight to S3, as the archive role leaves it; then each job of `city-batch` has
    the machine to itself, and on the eighth a program in pandas that makes the same daily views. Before
    `reconcile` Redis gets the windows, as the services would have left them. Exit code 1 if what the jobs
    say of the day is not what was written, or not the same.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-batch-") as folder,
            bed_of(Path(folder), "s3", "redis") as ready,
        ):
            measured = [measure(ready.settings, span) for span in ([EIGHTH] if quick else [EIGHTH, WHOLE])]
            servers = ready.names
    except (ServerError, BucketError, BotoCoreError, ClientError, JobError) as error:
        raise click.ClickException(str(error)) from error
    print_result(result(measured, servers), _table(measured), as_json=as_json)
    wrong = [f"{one.span.name}: {said}" for one in measured for said in one.differences]
    for said in wrong:
        click.echo(said, err=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

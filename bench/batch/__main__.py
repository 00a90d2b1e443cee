"""`python -m bench.batch`: a day's archive compacted and its daily views made, beside an eighth of a day."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table

from bench.batch.by_pandas import numbers_of, run_by_pandas, unlike
from bench.batch.jobs import JobError, Ran, differences, found, job
from bench.batch.senders import EVENTS_PER_S
from bench.batch.span import EIGHTH, WHOLE, Span
from bench.batch.writing import Written, write
from bench.report import print_result, progress
from bench.servers import bed_of
from citystream.archive.bucket import BucketError, create_bucket
from citystream.settings import Settings
from demo.servers.server import ServerError

MEGABYTE = 1_000_000


class Measured(NamedTuple):
    """One span, written, compacted, and made into daily views."""

    span: Span
    written: Written
    compaction: Ran
    daily: Ran
    pandas: Ran | None
    """The same views by pandas; of an eighth alone."""
    differences: list[str]

    @property
    def events(self) -> int:
        """Of the day."""
        return self.of_kind("events")

    def of_kind(self, kind: str) -> int:
        """Events of a kind, of all types."""
        return sum(count for (_, own), count in self.written.tally.items() if own == kind)


def measure(settings: Settings, span: Span) -> Measured:
    """Archive a span in a namespace of its own, compact it, make its daily views, and compare.

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
    compaction, daily = job(own, "compact", date), job(own, "daily", date)
    wrong = differences(written.tally, asyncio.run(found(own, date)))
    pandas = None
    if span is EIGHTH:
        pandas, told = run_by_pandas(own, date)
        wrong += unlike(numbers_of(own, date), told)
    return Measured(span, written, compaction, daily, pandas, wrong)


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
    table = Table(title=f"A day at {EVENTS_PER_S:,} events/s, compacted and made into daily views")
    table.add_column("archive of")
    columns = ("events", "objects", "MB", "written, s", "compacted, s", "peak, MB", "daily, s", "peak, MB")
    for column in (*columns, "by pandas, s", "peak, MB"):
        table.add_column(column, justify="right")
    for one in measured:
        table.add_row(
            f"one {one.span.name}",
            f"{one.events:,}",
            f"{one.written.objects:,}",
            f"{one.written.size_bytes / MEGABYTE:,.0f}",
            f"{one.written.seconds:.1f}",
            *_told(one.compaction),
            *_told(one.daily),
            *_told(one.pandas),
        )
    return table


def _told(ran: Ran | None) -> tuple[str, str]:
    return (f"{ran.seconds:.1f}", f"{ran.peak_mb:,.0f}") if ran else ("", "")


@click.command(epilog="Example: python -m bench.batch --quick --json")
@click.option("--quick", is_flag=True, help="The eighth of a day alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
def main(quick: bool, as_json: bool) -> None:
    """Compact the archive of a closed day and make its daily views, and before it of an eighth of a day.

    The archive is written straight to S3, as the archive role leaves it; then `city-batch compact` and
    `city-batch daily` have the machine to themselves, and on the eighth a program in pandas that makes the
    same views. Exit code 1 if what they say of the day is not what was written, or not the same.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-batch-") as folder,
            bed_of(Path(folder), "s3") as ready,
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

"""The `city` command: topics, bucket, schemas and the city model."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from citystream.archive.bucket import BucketError, create_bucket
from citystream.contracts import city_model, schemas
from citystream.contracts.registry import EVENTS
from citystream.log.admin import TopicReport, TopicsError, create_topics, grow_topics, list_topics
from citystream.settings import Settings, SettingsError, load

T = TypeVar("T")

types_option = click.option(
    "--type",
    "types",
    multiple=True,
    default=tuple(EVENTS),
    show_default=True,
    metavar="NAME",
    help="A data type; may be given more than once.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="citystream")
def main() -> None:
    """Set up and check the city's contracts. Settings come from CITY_* variables (docs/operations.md)."""


@main.group()
def topics() -> None:
    """Kafka topics: a source, dead letters, a changelog and a control topic for each data type."""


@topics.command("create")
@types_option
def topics_create(types: tuple[str, ...]) -> None:
    """Create the topics that are missing; leave the others and report what differs.

    \b
    Examples:
      city topics create
      CITY_KAFKA=kafka-1:9092,kafka-2:9092 CITY_REPLICATION=3 city topics create
      city topics create --type parking
    """
    _show(_run(create_topics(_settings(), types)))


@topics.command("list")
@types_option
def topics_list(types: tuple[str, ...]) -> None:
    """Show the topics, their partitions, and what is missing or differs. Exits 1 if a topic is missing.

    \b
    Examples:
      city topics list
      city topics list --type gps --type parking
    """
    reports = _run(list_topics(_settings(), types))
    _show(reports)
    if any(not report.partitions for report in reports):
        raise click.ClickException("topics are missing; make them with: city topics create")


@topics.command("grow")
@click.option("--type", "type_", required=True, metavar="NAME", help="The data type.")
@click.option("--partitions", type=click.IntRange(1, 10_000), required=True, help="How many it shall have.")
def topics_grow(type_: str, partitions: int) -> None:
    """Add partitions to a type's topics while its workers run; there is no way back.

    Workers notice within seconds. Senders notice when they next ask for metadata (mostly within 5 minutes),
    and may then send a key to another partition: windows are merged over partitions, so none is lost.

    \b
    Example:
      city topics grow --type traffic --partitions 12
    """
    _show(_run(grow_topics(_settings(), type_, partitions)))
    click.echo(f"now set CITY_PARTITIONS={partitions}, so that `city topics list` expects them")


@main.group()
def bucket() -> None:
    """The S3 bucket of the archive."""


@bucket.command("create")
def bucket_create() -> None:
    """Create the bucket if it is not there.

    \b
    Example:
      CITY_S3=https://s3.example CITY_S3_BUCKET=city city bucket create
    """
    settings = _settings()
    made = _run(create_bucket(settings))
    click.echo(f"{'created' if made else 'exists'}  {settings.s3_bucket}")


@main.group("schemas")
def schemas_group() -> None:
    """JSON Schemas of the events."""


@schemas_group.command("export")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs/schemas"),
    show_default=True,
    help="Where the schemas lie.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file is not current.")
def schemas_export(out: Path, check: bool) -> None:
    """Write each event's JSON Schema (2020-12).

    \b
    Examples:
      city schemas export
      city schemas export --check
    """
    if check:
        stale = schemas.stale(out, EVENTS)
        if stale:
            raise click.ClickException(
                f"not current: {', '.join(str(path) for path in stale)}; run: city schemas export --out {out}"
            )
        click.echo(f"{out}: current")
        return
    try:
        written = schemas.export(out, EVENTS)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    for path in written:
        click.echo(path)


@main.group()
def model() -> None:
    """The city model (GeoJSON)."""


@model.command("check")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def model_check(file: Path) -> None:
    """Check a city model: every feature, field and reference.

    \b
    Example:
      city model check mytown.geojson
    """
    try:
        city = city_model.load(file)
    except city_model.CityModelError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{file}: {len(city.roads)} roads, {len(city.hospitals)} hospitals, {len(city.sensors)} sensors, "
        f"{len(city.cameras)} cameras, {len(city.stations)} stations"
    )


def _settings() -> Settings:
    try:
        return load()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except (TopicsError, BucketError) as error:
        raise click.ClickException(str(error)) from error


def _show(reports: list[TopicReport]) -> None:
    """One line a topic; what differs goes to stderr too, so that a script's log has it."""
    width = max((len(report.topic.name) for report in reports), default=0)
    for report in reports:
        state = "created" if report.created else "exists" if report.partitions else "missing"
        click.echo(
            f"{state:<8} {report.topic.name:<{width}}  {report.partitions:>4} partitions  {report.topic.kind}"
        )
    for report in reports:
        for difference in report.differences:
            click.echo(f"differs: {report.topic.name}: {difference}", err=True)


if __name__ == "__main__":
    main()

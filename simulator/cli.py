"""`city-simulator`: make a city, run it, or feed real data."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

import click
from pydantic import ValidationError

from citystream import settings as environment
from citystream.commands.group import Group
from citystream.contracts import city_model
from citystream.logs.setup import configure_logging
from citystream.settings import Settings
from simulator import city, feed, live
from simulator.arguments import Misbehaviours, Moment, SpeedUp
from simulator.counts import Counts
from simulator.datasets import los_loop, metro_interstate
from simulator.datasets.dataset import Dataset, DatasetError
from simulator.misbehaviour import KINDS
from simulator.publisher import PublishError

DATASETS: dict[str, Dataset] = {one.name: one for one in (los_loop.DATASET, metro_interstate.DATASET)}

FILE = click.Path(dir_okay=False, path_type=Path)

Result = TypeVar("Result")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """A simulated city, and real data sets, as events on the platform's topics.

    Kafka is where CITY_KAFKA says (default 127.0.0.1:9092), and topic names begin with
    CITY_NAMESPACE. Make the topics with `city topics create`.
    """


@main.command()
@click.option("--out", type=FILE, required=True, help="GeoJSON file to write.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same city.")
@click.option("--roads", type=click.IntRange(city.FEWEST_ROADS, 5000), default=100, show_default=True)
@click.option("--hospitals", type=click.IntRange(0, 1000), default=10, show_default=True)
@click.option("--cameras", type=click.IntRange(0, 5000), default=20, show_default=True)
@click.option(
    "--stations", type=click.IntRange(0, 1000), default=6, show_default=True, help="Weather stations."
)
def model(out: Path, seed: int, roads: int, hospitals: int, cameras: int, stations: int) -> None:
    """Write a city model: rings and radials round the middle of Munich.

    \b
    Examples:
      city-simulator model --out city.geojson
      city-simulator model --out large.geojson --roads 600 --hospitals 30 --seed 7
    """
    _write_model(out, city.generate(seed, roads, hospitals, cameras, stations))


@main.command()
@click.option(
    "--rate",
    type=click.FloatRange(1, 200_000),
    default=1000,
    show_default=True,
    help="Events per second over all types, on average.",
)
@click.option("--seed", default=1, show_default=True, help="The same seed and start give the same stream.")
@click.option("--vehicles", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option(
    "--model", "model_file", type=FILE, help="City to drive in.  [default: CITY_MODEL, else the seed's own]"
)
@click.option(
    "--duration", type=click.FloatRange(0, min_open=True), help="Seconds to run.  [default: until stopped]"
)
@click.option(
    "--misbehave", type=Misbehaviours(), default=frozenset(), help=f"Comma-separated: {', '.join(KINDS)}."
)
@click.option("--count-file", type=FILE, help="JSON with what Kafka acknowledged, replaced every second.")
@click.option("--start", type=Moment(), help="City time to start at and stamp with.  [default: now]")
def run(
    rate: float,
    seed: int,
    vehicles: int,
    model_file: Path | None,
    duration: float | None,
    misbehave: frozenset[str],
    count_file: Path | None,
    start: int | None,
) -> None:
    """Run the city, until Ctrl-C.

    \b
    Examples:
      city-simulator run
      city-simulator run --rate 5000 --misbehave late,duplicate,malformed --count-file sent.json
      CITY_NAMESPACE=monday city-simulator run --start 2026-03-02T06:30:00Z --duration 600
    """
    settings = _settings()
    path = model_file or settings.model
    try:
        driven = city_model.load(path) if path else city.generate(seed)
    except city_model.CityModelError as error:
        raise click.ClickException(str(error)) from error
    plan = live.Run(driven, seed, rate, vehicles, duration, misbehave, count_file, start)
    _print_counts(_finish(live.run(plan, settings)))


@main.command(name="feed")
@click.option("--dataset", "name", type=click.Choice(sorted(DATASETS)), required=True)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--speed",
    type=SpeedUp(),
    default="max",
    show_default=True,
    help="Data time over real time (60x), or max.",
)
@click.option("--namespace", help="Namespace of the topics.  [default: losloop or metro]")
@click.option("--limit", type=click.IntRange(1), help="Events to send at most.")
@click.option("--model-out", type=FILE, help="Also write the data set's city model here.")
def feed_command(
    name: str, path: Path, speed: float, namespace: str | None, limit: int | None, model_out: Path | None
) -> None:
    """Publish a real data set with its own times, in a namespace of its own.

    PATH is the folder with the data set's files, or its main file.

    \b
    los-loop          los_speed.csv, graph_sensor_locations.csv, los_adj.csv
                      207 detectors in Los Angeles, every 5 minutes for a week. The file has no
                      times: its first row is taken as 2012-03-01T00:00:00Z. It has no
                      vehicle_count.
    metro-interstate  Metro_Interstate_Traffic_Volume.csv
                      I-94 in Minneapolis, hourly, 2012 to 2018, with weather. speed_kmh is derived
                      from the volume (BPR function); there is no humidity_pct, wind_speed_ms
                      or visibility_m.

    \b
    Examples:
      CITY_NAMESPACE=losloop city topics create
      city-simulator feed --dataset los-loop ../shared/data
      city-simulator feed --dataset metro-interstate ../shared/data --speed 3600x --limit 1000
    """
    dataset = DATASETS[name]
    folder = path.parent if path.suffix == ".csv" else path
    settings = _settings(namespace or dataset.namespace)
    try:
        if model_out:
            _write_model(model_out, dataset.model(folder))
        counts, skipped = _finish(feed.feed(feed.Feed(dataset, folder, speed, limit), settings))
    except DatasetError as error:
        raise click.ClickException(str(error)) from error
    _print_counts(counts)
    for reason, count in skipped.most_common():
        click.echo(f"skipped {count:,}: {reason}")
    for note in dataset.notes:
        click.echo(f"note: {note}")


def _settings(namespace: str | None = None) -> Settings:
    try:
        settings = environment.load()
        if namespace:
            settings = Settings(namespace=namespace)
    except environment.SettingsError as error:
        raise click.UsageError(str(error)) from error
    except ValidationError as error:
        raise click.UsageError(f"--namespace: {error.errors()[0]['msg']}") from error
    configure_logging(settings.log, "simulator")
    return settings


def _write_model(out: Path, made: city_model.CityModel) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(city_model.dump(made))
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    click.echo(
        f"{out}: {len(made.roads)} roads, {len(made.hospitals)} hospitals, {len(made.sensors)} sensors, "
        f"{len(made.cameras)} cameras, {len(made.stations)} weather stations"
    )


def _finish(work: Coroutine[None, None, Result]) -> Result:
    try:
        return asyncio.run(work)
    except PublishError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'input or output'}: {error.strerror}") from error


def _print_counts(counts: Counts) -> None:
    sent = counts.by_type("event", "late", "duplicate", "malformed")
    for type_, count in sent.items():
        if count:
            click.echo(f"sent {count:,} {type_}")
    if not counts.total:
        click.echo("sent nothing")

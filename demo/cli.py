"""The `city-demo` command."""

import asyncio
import json
import secrets
import sys
from pathlib import Path

import click
from rich.console import Console

from citystream.archive.bucket import BucketError
from citystream.log.admin import TopicsError
from citystream.settings import SettingsError
from demo.plan import Broker, Plan
from demo.servers.server import ServerError
from demo.smoke.run import smoke as run_smoke
from demo.supervision import CityDown
from demo.up import Show
from demo.up import up as run_up

DATA = Path(".data")
FAILURES = (ServerError, CityDown, SettingsError, TopicsError, BucketError)
"""What keeps a city from running; each says why and what to do."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run the whole city on this machine: servers, services, gateway and simulator.

    A server that CITY_KAFKA, CITY_REDIS, CITY_S3 or CITY_ELASTICSEARCH names is used instead of an
    embedded one; all other CITY_* settings are passed on to the services (docs/demo.md).
    """


broker_option = click.option(
    "--broker",
    type=click.Choice(["embedded", "apache"]),
    default="embedded",
    show_default=True,
    help="Kafka from a wheel, or Apache Kafka (needs Java and Maven).",
)
rate_option = click.option(
    "--rate", type=click.IntRange(1, 1_000_000), default=1_000, show_default=True, help="Events per second."
)
seed_option = click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same city."
)


@main.command()
@broker_option
@rate_option
@seed_option
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=8_000,
    show_default=True,
    help="Of the gateway; a free one is taken if it is not free.",
)
@click.option("--duration", type=click.FloatRange(1), help="Stop after so many seconds [default: at Ctrl-C].")
@click.option(
    "--dashboard",
    metavar="COMMAND",
    help="Builds the gateway's page while the city starts; the city lives without it too.",
)
@click.option(
    "--monitoring", is_flag=True, help="A Prometheus beside it, with our alerts, where this machine has one."
)
def up(
    broker: Broker,
    rate: int,
    seed: int,
    port: int,
    duration: float | None,
    dashboard: str | None,
    monitoring: bool,
) -> None:
    """Start the city and show how it is doing; Ctrl-C stops everything.

    \b
    Examples:
      city-demo up
      city-demo up --broker apache --rate 5000
      CITY_REDIS=redis://cache:6379/0 city-demo up
      city-demo up --monitoring
    """
    plan = Plan(
        folder=(DATA / "demo").absolute(),
        broker=broker,
        rate=rate,
        seed=seed,
        port=port,
        monitoring=monitoring,
    )
    try:
        asyncio.run(run_up(plan, duration, dashboard, Console()))
    except FAILURES as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


@main.command()
@broker_option
@rate_option
@seed_option
@click.option(
    "--duration",
    type=click.FloatRange(5),
    default=60,
    show_default=True,
    help="Seconds that the simulator sends.",
)
@click.option(
    "--speed/--no-speed", default=True, show_default=True, help="Whether a slow answer fails it too."
)
def smoke(broker: Broker, rate: int, seed: int, duration: float, speed: bool) -> None:
    """Run the city without a screen, check what came out, and say so in one line of JSON.

    Some events come late, twice or malformed, on purpose. Exits 0 if every check holds, else 1. What
    is done and seen goes to stderr.

    \b
    Examples:
      city-demo smoke
      city-demo smoke --duration 20 | tail -1 | python3 -m json.tool
    """
    plan = Plan(
        folder=(DATA / "smoke").absolute(),
        broker=broker,
        rate=rate,
        seed=seed,
        misbehave=("late", "duplicate", "malformed", "field"),
        archive_s=5.0,
        namespace=f"smoke-{secrets.token_hex(3)}",
    )
    console = Console(stderr=True)
    show = Show(console)
    try:
        result = asyncio.run(run_smoke(plan, duration, show.say, speed=speed))
    except FAILURES as error:
        click.echo(f"Error: {error}", err=True)
        click.echo(json.dumps({"ok": False, "broker": broker, "error": str(error).splitlines()[0]}))
        sys.exit(1)
    for check in result.checks:
        click.echo(check.line(), err=True)
    click.echo(json.dumps(result.document()))
    sys.exit(0 if result.ok else 1)


if __name__ == "__main__":
    main()

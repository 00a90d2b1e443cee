"""`python -m bench.dashboard`: the page's frames, memory, first useful paint and heap, in Chromium."""

import asyncio
import sys
import tempfile
from pathlib import Path

import click
from playwright.async_api import Error

from bench.dashboard import figures
from bench.dashboard.measure import QUICK, Size, measure
from bench.report import print_result
from demo.servers.server import ServerError
from tests.browser.town import DASHBOARD
from tests.harness.programs import NoProgramError


@click.command(
    epilog="Examples: make bench-dashboard; python -m bench.dashboard --quick; "
    "python -m bench.dashboard --rounds 5 --minutes 30 --json"
)
@click.option(
    "--rounds", type=click.IntRange(1), default=Size.rounds, show_default=True, help="Through all cities."
)
@click.option(
    "--seconds",
    type=click.FloatRange(1),
    default=Size.seconds,
    show_default=True,
    help="Of each scene in a round.",
)
@click.option(
    "--paints",
    type=click.IntRange(1),
    default=Size.paints,
    show_default=True,
    help="First visits with a cold cache, of which the median counts.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0.5),
    default=Size.minutes,
    show_default=True,
    help="At the page, for the slope of its heap.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="One round of short scenes, one paint, one minute whose slope is not judged: under five minutes.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
def main(rounds: int, seconds: float, paints: int, minutes: float, quick: bool, as_json: bool) -> None:
    """Measure the dashboard in Chromium, which draws in software, beside a gateway, Redis and what feeds it.

    Cities with no vehicle, 1,000 and 10,000 take turns: frames while the map lies still and while it is
    dragged, memory, the first useful paint with a cold cache; then somebody stays in the one of 1,000. Exit
    code 1 if the heap grows by more than 1 MB/min, or the page complains.
    """
    size = QUICK if quick else Size(rounds=rounds, seconds=seconds, paints=paints, minutes=minutes)
    if not (DASHBOARD / "index.html").exists():
        raise click.ClickException("the page is not built: make dashboard")
    try:
        with tempfile.TemporaryDirectory(prefix="bench-dashboard-") as folder:
            found = asyncio.run(measure(Path(folder), size))
    except (ServerError, NoProgramError, AssertionError, TimeoutError, Error) as error:
        raise click.ClickException(str(error) or repr(error)) from error
    print_result(figures.result(found, size), *figures.tables(found, size), as_json=as_json)
    said = list(figures.complaints(found, judged=not quick))
    for complaint in said:
        click.echo(complaint, err=True)
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()

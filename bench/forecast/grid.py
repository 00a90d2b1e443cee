"""`python -m bench.forecast.grid`: what becomes of the fourth fifth where one parameter is another.

It tells how much the choice of each constant matters. Each run is a process of its own, in which one of them
is replaced; the last fifth is never read.
"""

from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import click
import numpy as np
from rich.table import Table

from bench.forecast.prequential import forecast
from bench.forecast.scoring import coverage, errors, winkler
from bench.forecast.speeds import Speeds, read
from bench.report import print_result
from citystream.contracts.forecast import HORIZONS_MIN, STEP_S
from simulator.datasets.dataset import DatasetError
from simulator.datasets.los_loop import BEGIN, KMH_PER_MPH, NEARNESS, SPEEDS

PACKAGE = "services.traffic.forecast"


class Change(NamedTuple):
    """One constant with another value."""

    module: str
    name: str
    value: float


CHANGES: tuple[Change | None, ...] = (
    None,
    *(Change("forecaster", "FORGETTING", value) for value in (0.999, 0.99975)),
    *(Change("forecaster", "POOL_ROADS", value) for value in (10, 40)),
    *(Change("road", "OUTLIER_KMH", value) for value in (2.0, 8.0)),
    *(Change("lead", "SLOWNESS", value) for value in (0.0, 1.0)),
    *(Change("lead", "ERROR_RATE", value) for value in (0.015, 0.06)),
    *(Change("daily_profile", "MOST_READINGS", value) for value in (10, 40)),
    *(Change("conformal_interval", "RATE", value) for value in (0.01, 0.04)),
    *(Change("conformal_interval", "MOST_READINGS", value) for value in (25, 100)),
)


class Score(NamedTuple):
    """Of one horizon."""

    mae: float
    mape_pct: float
    coverage80_pct: float
    winkler: float


def score(speeds: Speeds, change: Change | None) -> dict[str, Score]:
    """Scores of the last quarter of the speeds by horizon in minutes, with the change."""
    if change is not None:
        setattr(import_module(f"{PACKAGE}.{change.module}"), change.name, change.value)
    passed = forecast(speeds, BEGIN.replace(tzinfo=None), ZoneInfo("UTC"), KMH_PER_MPH, _label(change))
    found = {}
    for minutes in HORIZONS_MIN:
        told = passed.told[minutes]
        which = ~np.isnan(speeds.values) & ~np.isnan(told.speed)
        which[: len(which) * 3 // 4] = False
        off = errors(told.speed[which], speeds.values[which])
        inside, _ = coverage(told, speeds.values, which)
        found[str(minutes)] = Score(off["mae"], off["mape_pct"], inside, winkler(told, speeds.values, which))
    return found


@click.command(epilog="Example: python -m bench.forecast.grid data/ --json")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--at-once", type=click.IntRange(1), default=2, show_default=True, help="Runs, a core each.")
@click.option("--json", "as_json", is_flag=True, help="End with one line of JSON.")
def main(folder: Path, at_once: int, as_json: bool) -> None:
    """Score the fourth fifth of los-loop with each of the service's constants halved and doubled."""
    try:
        recorded = read(folder, SPEEDS, NEARNESS, STEP_S)
    except DatasetError as error:
        raise click.ClickException(str(error)) from error
    speeds = recorded.having(recorded.values[: len(recorded.values) * 4 // 5])
    # A process each: what one has changed is not there for the next.
    with ProcessPoolExecutor(at_once, get_context("spawn"), max_tasks_per_child=1) as pool:
        runs = [pool.submit(score, speeds, change) for change in CHANGES]
        scores = {_label(change): run.result() for change, run in zip(CHANGES, runs, strict=True)}
    table = Table(title="Fourth fifth, mph: MAE / MAPE / in 80 % / Winkler")
    table.add_column("constant")
    for minutes in HORIZONS_MIN:
        table.add_column(str(minutes), justify="right")
    for label, found in scores.items():
        table.add_row(label, *(" / ".join(f"{value:#.3g}" for value in of) for of in found.values()))
    result = {
        label: {minutes: of._asdict() for minutes, of in found.items()} for label, found in scores.items()
    }
    print_result(result, table, as_json=as_json)


def _label(change: Change | None) -> str:
    return "as it is" if change is None else f"{change.module}.{change.name} = {change.value:g}"


if __name__ == "__main__":
    main()

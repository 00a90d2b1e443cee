"""`python -m bench.forecast`: the service's forecasts on recorded speeds, beside simple ones."""

from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from rich.table import Table

from bench.forecast.closing import closing
from bench.forecast.gaps import OUTAGE_MIN, OUTAGES, ZEROS, with_gaps
from bench.forecast.speeds import read
from bench.forecast.trial import FORECASTERS, Scores, Trial, Unit
from bench.report import print_result, progress
from citystream.contracts.forecast import REGIMES_KMH, STEP_S
from simulator.datasets.dataset import DatasetError
from simulator.datasets.los_loop import BEGIN, KMH_PER_MPH, NEARNESS, SPEEDS

DATASETS = {"los-loop": (SPEEDS, NEARNESS)}
FIFTHS = 5
UNITS = {"mph": Unit(KMH_PER_MPH, (20, 40, 60)), "km/h": Unit(1.0, REGIMES_KMH)}


@click.command(epilog="Example: python -m bench.forecast --dataset los-loop data/ --json")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--dataset", type=click.Choice(list(DATASETS)), help="Names of its files; see --speeds, --adjacency."
)
@click.option("--speeds", help="File: a column a sensor with its id in the first line, then a line a step.")
@click.option("--adjacency", help="File: a line and a column a sensor, in the same order; 0 is not near.")
@click.option(
    "--step", "step_s", type=int, default=STEP_S, show_default=True, help="Seconds between two lines."
)
@click.option("--unit", type=click.Choice(list(UNITS)), default="mph", show_default=True)
@click.option(
    "--begin",
    type=click.DateTime(),
    default=BEGIN.strftime("%Y-%m-%dT%H:%M:%S"),
    show_default=True,
    help="Local time of the first line.",
)
@click.option("--zone", default="UTC", show_default=True, help="Whose local time; UTC has no summer time.")
@click.option(
    "--fifth",
    type=click.IntRange(2, FIFTHS),
    default=FIFTHS,
    show_default=True,
    help="Which is scored, and the last that is read; parameters are chosen on the fourth.",
)
@click.option("--roads", type=click.IntRange(1), default=1_000, show_default=True, help="Of the large city.")
@click.option("--json", "as_json", is_flag=True, help="End with one line of JSON.")
def main(
    folder: Path,
    dataset: str | None,
    speeds: str | None,
    adjacency: str | None,
    step_s: int,
    unit: str,
    begin: datetime,
    zone: str,
    fifth: int,
    roads: int,
    as_json: bool,
) -> None:
    """Forecast recorded speeds 5, 15, 30 and 60 minutes ahead, as the traffic service does.

    One pass in order of time: each window is forecast, scored, and only then learned from. The last fifth is
    scored beside the last value, the historical average and an autoregression of each sensor, on the same
    windows, in the file's unit. Then the same with holes in the data, and a close of a large city.
    """
    files = DATASETS.get(dataset or "", (speeds, adjacency))
    names = (speeds or files[0], adjacency or files[1])
    if names[0] is None or names[1] is None:
        raise click.UsageError("give --dataset, or both --speeds and --adjacency")
    if step_s < 1 or STEP_S % step_s:
        raise click.BadParameter(f"{step_s} s do not divide {STEP_S} s", param_hint="--step")
    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise click.BadParameter(str(error), param_hint="--zone") from error
    try:
        recorded = read(folder, names[0], names[1], step_s)
        steps = len(recorded.values)
        scored = range(steps * (fifth - 1) // FIFTHS, steps * fifth // FIFTHS)
        trial = Trial(scored, begin, local, UNITS[unit])
        values = recorded.values[: scored.stop]
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            whole = pool.submit(trial.run, recorded.having(values), "as recorded")
            gaps = pool.submit(trial.run, recorded.having(with_gaps(values, scored)), "with gaps")
            (horizons, us_per_step), (holey, _) = whole.result(), gaps.result()
    except DatasetError as error:
        raise click.ClickException(str(error)) from error
    progress.print("a close of a large city")
    result = {
        "horizons": horizons,
        "gaps": {
            "horizons": holey,
            "zeros_pct": 100 * ZEROS,
            "outages_min": [OUTAGE_MIN] * OUTAGES,
        },
        "us_per_step": round(us_per_step, 1),
        "close": closing(roads),
        "sensors": len(recorded.sensors),
        "steps": [scored.start, scored.stop],
        "unit": unit,
    }
    print_result(
        result,
        _table(f"Forecasts of fifth {fifth}, {unit}", horizons),
        _table("The same with gaps", holey),
        as_json=as_json,
    )


def _table(title: str, horizons: dict[str, Scores]) -> Table:
    table = Table(title=title)
    table.add_column("minutes", justify="right")
    table.add_column("forecaster")
    for name in ("MAE", "RMSE", "MAPE", "in 80 %", "least sensor", "Winkler"):
        table.add_column(name, justify="right")
    for minutes, scores in horizons.items():
        of_intervals = {
            "river": (
                f"{scores['coverage80_pct']:.1f} %",
                f"{scores['least_sensor_coverage_pct']:.1f} %",
                f"{scores['winkler']:.2f}",
            ),
            "last_value": ("", "", f"{scores['winkler_last_value']:.2f}"),
        }
        for name in FORECASTERS:
            of = scores[name]
            errors = (f"{of['mae']:.2f}", f"{of['rmse']:.2f}", f"{of['mape_pct']:.1f} %")
            table.add_row(minutes, name, *errors, *of_intervals.get(name, ()))
        table.add_section()
    return table


if __name__ == "__main__":
    main()

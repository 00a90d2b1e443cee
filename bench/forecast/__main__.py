"""`python -m bench.forecast`: the service's forecasts on recorded speeds, beside simple ones."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import numpy as np
from rich.table import Table

from bench.forecast.baselines import autoregression, historical_average, last_value, last_value_intervals
from bench.forecast.closing import closing
from bench.forecast.gaps import OUTAGE_MIN, OUTAGES, ZEROS, with_gaps
from bench.forecast.prequential import Pass, forecast
from bench.forecast.scoring import errors, regimes, winkler, within
from bench.forecast.speeds import Floats, Speeds, read
from bench.report import print_result, progress
from citystream.contracts.forecast import HORIZONS_MIN, REGIMES_KMH, STEP_S
from simulator.datasets.dataset import DatasetError
from simulator.datasets.los_loop import BEGIN, KMH_PER_MPH, NEARNESS, SPEEDS

DATASETS = {"los-loop": (SPEEDS, NEARNESS)}
DAY_STEPS = 86_400 // STEP_S
FIFTHS = 5
FORECASTERS = ("river", "last_value", "historical_average", "ar12")


class Unit(NamedTuple):
    """What speeds are told in."""

    kmh: float
    regimes: tuple[int, ...]


UNITS = {"mph": Unit(KMH_PER_MPH, (20, 40, 60)), "km/h": Unit(1.0, REGIMES_KMH)}


@dataclass(frozen=True)
class Trial:
    """Which steps of which speeds are scored, and what they are told in."""

    speeds: Speeds
    scored: range
    begin: datetime
    zone: ZoneInfo
    unit: Unit

    def run(self, values: Floats, title: str) -> tuple[Pass, dict[str, Any]]:
        """One pass over the values, and its scores by horizon in minutes."""
        speeds = Speeds(self.speeds.sensors, values, self.speeds.neighbours)
        passed = forecast(speeds, self.begin, self.zone, self.unit.kmh, title)
        progress.print(f"{title}: baselines")
        return passed, {str(minutes): self._scores(values, passed, minutes) for minutes in HORIZONS_MIN}

    def _scores(self, values: Floats, passed: Pass, minutes: int) -> dict[str, Any]:
        ahead = minutes * 60 // STEP_S
        river = passed.told[minutes]
        unchanged = last_value_intervals(values, ahead, self.unit.kmh)
        told = {
            "river": river.speed,
            "last_value": last_value(values, ahead),
            "historical_average": historical_average(values, ahead, DAY_STEPS),
            "ar12": autoregression(values, ahead),
        }
        readings = np.zeros(values.shape, bool)
        readings[self.scored.start : self.scored.stop] = True
        readings &= ~np.isnan(values)
        # All are scored on the same windows: those that each of them tells.
        which = readings & ~np.isnan(list(told.values())).any(axis=0)
        inside = np.where(which, within(river, values), np.nan)
        sensors = inside[:, which.any(axis=0)]
        by_regime = regimes(values, self.unit.regimes)
        return {
            **{name: errors(speeds[which], values[which]) for name, speeds in told.items()},
            "coverage80_pct": round(float(100 * np.nanmean(inside)), 2),
            "least_sensor_coverage_pct": round(float(100 * np.nanmean(sensors, axis=0).min()), 2),
            "winkler": winkler(river, values, which),
            "winkler_last_value": winkler(unchanged, values, which),
            "scored": int(which.sum()),
            "scored_pct": round(100 * float(which.sum() / readings.sum()), 2),
            "regimes": {
                label: {
                    "scored": int((which & those).sum()),
                    **{
                        name: errors(speeds[which & those], values[which & those])
                        for name, speeds in told.items()
                        if (which & those).any()
                    },
                }
                for label, those in by_regime.items()
            },
        }


@click.command(
    epilog="Example: python -m bench.forecast --dataset los-loop data/ --json (los_speed.csv and los_adj.csv lie there)"
)
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
    as_json: bool,
) -> None:
    """Forecast recorded speeds 5, 15, 30 and 60 minutes ahead, as the traffic service does.

    One pass in order of time: each window is forecast, scored, and only then learned from. The last fifth is
    scored beside the last value, the historical average and an autoregression of each sensor, on the same
    windows, in the file's unit. Then the same with holes in the data, and a close of 1,000 roads.
    """
    files = DATASETS.get(dataset or "", (speeds, adjacency))
    names = (speeds or files[0], adjacency or files[1])
    if names[0] is None or names[1] is None:
        raise click.UsageError("give --dataset, or both --speeds and --adjacency")
    if step_s < 1 or STEP_S % step_s:
        raise click.BadParameter(f"{step_s} s do not divide {STEP_S} s", param_hint="--step")
    try:
        recorded = read(folder, names[0], names[1], step_s)
        local = ZoneInfo(zone)
    except (DatasetError, ZoneInfoNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    steps = len(recorded.values)
    scored = range(steps * (fifth - 1) // FIFTHS, steps * fifth // FIFTHS)
    values = recorded.values[: scored.stop]
    trial = Trial(recorded, scored, begin, local, UNITS[unit])
    passed, horizons = trial.run(values, "as recorded")
    _, holey = trial.run(with_gaps(values, scored), "with gaps")
    progress.print("a close of a large city")
    result = {
        "horizons": horizons,
        "gaps": {
            "horizons": holey,
            "zeros_pct": 100 * ZEROS,
            "outages_min": [OUTAGE_MIN] * OUTAGES,
        },
        "us_per_step": round(passed.us_per_step, 1),
        "close": closing(),
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


def _table(title: str, horizons: dict[str, Any]) -> Table:
    table = Table(title=title)
    table.add_column("minutes")
    for name in FORECASTERS:
        table.add_column(f"{name}\nMAE / RMSE / MAPE", justify="right")
    for name in ("in 80 %", "least sensor", "Winkler", "of last value"):
        table.add_column(name, justify="right")
    for minutes, scores in horizons.items():
        table.add_row(
            minutes,
            *(
                f"{of['mae']:.2f} / {of['rmse']:.2f} / {of['mape_pct']:.1f} %"
                for of in (scores[name] for name in FORECASTERS)
            ),
            f"{scores['coverage80_pct']:.1f} %",
            f"{scores['least_sensor_coverage_pct']:.1f} %",
            f"{scores['winkler']:.2f}",
            f"{scores['winkler_last_value']:.2f}",
        )
    return table


if __name__ == "__main__":
    main()

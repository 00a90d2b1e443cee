"""One pass of the service's own forecaster: each window is forecast before it is learned from."""

import time
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bench.forecast.speeds import Speeds
from bench.forecast.told import Told
from bench.report import progress
from citystream.contracts.forecast import HORIZONS_MIN, STEP_S
from services.traffic.forecast.closed import ClosedWindow
from services.traffic.forecast.forecaster import Forecaster

# Times that it is told how far a pass has come; two run at once, so no bar.
PROGRESS = 20


@dataclass(frozen=True)
class Pass:
    """What came of it."""

    told: dict[int, Told]
    """By horizon in minutes."""
    us_per_step: float
    """Of CPU for a road and step: scored, learned from, and forecast at all horizons."""


def forecast(speeds: Speeds, begin: datetime, zone: ZoneInfo, kmh_per_unit: float, title: str) -> Pass:
    """Forecast every window from those before it; the first one starts at `begin`, in the zone's time."""
    forecaster = Forecaster(speeds.neighbours, zone)
    places = {sensor: place for place, sensor in enumerate(speeds.sensors)}
    steps = len(speeds.values)
    told = {minutes: Told.nothing(speeds.values.shape) for minutes in HORIZONS_MIN}
    begin_ms = round(begin.replace(tzinfo=zone).timestamp() * 1000)
    spent_s = 0.0
    for step in range(steps):
        read = {
            sensor: speed * kmh_per_unit
            for sensor, speed in zip(speeds.sensors, speeds.values[step].tolist(), strict=True)
            if speed == speed  # NaN is not
        }
        if step % (steps // PROGRESS) == 0:
            progress.print(f"{title}: {100 * step // steps} %")
        window = ClosedWindow(begin_ms + (step + 1) * STEP_S * 1000, read)
        started = time.thread_time()
        forecasts = forecaster.step(window)
        spent_s += time.thread_time() - started
        for one in forecasts:
            place = places[one.road_id]
            for ahead in one.ahead:
                of = step + ahead.minutes * 60 // STEP_S
                if of < steps:
                    into = told[ahead.minutes]
                    into.speed[of, place] = ahead.speed_kmh / kmh_per_unit
                    into.low[of, place] = ahead.low_kmh / kmh_per_unit
                    into.high[of, place] = ahead.high_kmh / kmh_per_unit
    return Pass(told, 1e6 * spent_s / steps / len(speeds.sensors))

"""Writes forecasts as the role that makes them does: latest values, by the kit's own sink."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from citystream.contracts import forecast
from citystream.contracts.forecast import Ahead, Errors, HorizonScores, ModelReport, RoadForecast, Scores
from citystream.fold.fold import LatestState, Slot
from citystream.fold.updates import Origin
from citystream.service import Latest
from citystream.settings import Settings
from citystream.sinks.redis import RedisSink

FORECASTS: Latest[Any] = Latest(
    forecast.ROADS, key=lambda one: one.road_id, value=lambda one, _: msgspec.to_builtins(one), ttl_s=600
)
REPORTS: Latest[Any] = Latest(
    forecast.MODELS, key=lambda one: one.name, value=lambda one, _: msgspec.to_builtins(one), ttl_s=600
)


def ahead(*speeds_kmh: float) -> tuple[Ahead, ...]:
    """So many horizons, 4 km/h to either side."""
    pairs = zip(forecast.HORIZONS_MIN, speeds_kmh, strict=False)
    return tuple(Ahead(minutes, speed, speed - 4, speed + 4) for minutes, speed in pairs)


def report(name: str, as_of_ms: int, *, mae_kmh: float | None = 5.0) -> ModelReport:
    """Scores of one horizon, in two regimes."""
    mape_pct = None if mae_kmh is None else 2 * mae_kmh
    scores = Scores(288, Errors(mae_kmh, mae_kmh, mape_pct), Errors(6.0, 9.0, 12.0))
    regimes = {"30-60": scores, "0-30": Scores(0, *[Errors(None, None, None)] * 2)}
    horizon = HorizonScores(15, scores, 79.5, 14.0, 16.0, regimes)
    return ModelReport(name, as_of_ms, as_of_ms - 86_400_000, 207, (horizon,))


async def publish(url: str, namespace: str, *made: RoadForecast, reports: Sequence[ModelReport] = ()) -> None:
    """Have it written and announced, in one flush."""
    sink = RedisSink(Settings(namespace=namespace, redis=url), forecast.TYPE)
    sink.offer(_slots(FORECASTS, made), Origin(forecast.TYPE, 0, 0, {}))
    sink.offer(_slots(REPORTS, reports), Origin(forecast.TYPE, 0, 0, {}))
    assert await sink.flush()
    await sink.close()


def _slots(view: Latest[Any], things: Iterable[Any]) -> list[Slot]:
    slots = []
    for one in things:
        value = view.value(one, one.as_of_ms)
        slot = Slot(view, view.key(one), 0, LatestState(one.as_of_ms, value, None))
        slot.time_ms = one.as_of_ms
        slots.append(slot)
    return slots

"""Forecasts of roads, and how good each model's were: the latest of each.

They are made of closed windows by a process of the traffic service; a city without one has none, and roads
of the city model say so.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from citystream.contracts import forecast
from citystream.contracts.city_model import CityModel
from citystream.contracts.event_time import rfc3339
from citystream.contracts.forecast import HorizonScores, ModelReport, RoadForecast
from citystream.contracts.stored import latest
from citystream.contracts.traffic import congestion_level
from gateway import bounds
from gateway.reader import Reader
from gateway.staleness import Judged, Staleness
from gateway.traffic import Congestion, RoadWindow
from gateway.view import Entry, View

STALE_AFTER_S = forecast.OUTAGE_MS / 1000
"""How much newer traffic may be than a forecast: as long as a road may be silent and still have one."""


class PredictedSpeed(msgspec.Struct, frozen=True):
    """One window ahead: what is expected, and the interval that holds 80 % of windows."""

    minutes: int
    """From `as_of` to the window's end."""
    window_end: str
    speed_kmh: float
    low_kmh: float
    high_kmh: float
    congestion: Congestion


class PredictedRoad(Judged, frozen=True):
    """What is expected of a road."""

    road_id: str
    name: str
    as_of: str | None
    """End of the last closed window; null of a road of which nobody has made a forecast."""
    last_speed_kmh: float | None
    last_read: str | None
    reason: Literal["never_read", "outage", "not_made"] | None
    """Why there are no `forecasts`."""
    forecasts: list[PredictedSpeed]
    """By minutes; empty where there is a reason."""


class ModelScores(msgspec.Struct, frozen=True):
    """One model's forecasts of the last day, each scored before the model learned from it."""

    name: str
    as_of: str
    since: str
    """End of the first window scored."""
    roads: int
    coverage_wanted_pct: int
    """Share of windows that intervals are to hold."""
    horizons: list[HorizonScores]


_roads = msgspec.msgpack.Decoder(RoadForecast)
_models = msgspec.msgpack.Decoder(ModelReport)


class ForecastReader(Reader[RoadForecast]):
    """`forecast` by road."""

    type_ = forecast.TYPE
    name = forecast.ROADS
    kind = "latest"

    def __init__(self, model: CityModel | None, traffic: View[RoadWindow]) -> None:
        """`traffic`: what forecasts are made of, and may fall behind."""
        self._model = model.roads if model else {}
        self._boxes = {road.id: bounds.of_line(road.line) for road in self._model.values()}
        staleness = Staleness(STALE_AFTER_S)
        self.view = View("predictions", forecast.TTL_S, self._blanks(), staleness=staleness, beside=traffic)

    def take(self, key: str, fields: Mapping[bytes, bytes], event_s: float | None) -> None:
        made = latest(fields, _roads)
        body = msgspec.json.encode(self._document(made))
        self.view.put(Entry(key, made.as_of_ms, made, body, self._boxes.get(key)))

    def _document(self, made: RoadForecast) -> dict[str, Any]:
        road = self._model.get(made.road_id)
        free_flow = road.free_flow_kmh if road else None
        told = forecast.document(made)
        for one in told["forecasts"]:
            one["congestion"] = _congestion(one["speed_kmh"], free_flow)
        return {"road_id": made.road_id, "name": road.name if road else made.road_id, **told}

    def _blanks(self) -> Iterable[Entry[RoadForecast]]:
        for road in self._model.values():
            body: dict[str, Any] = {
                "road_id": road.id,
                "name": road.name,
                **dict.fromkeys(("as_of", "last_speed_kmh", "last_read")),
                "reason": "not_made",
                "forecasts": [],
            }
            yield Entry(road.id, None, None, msgspec.json.encode(body), self._boxes[road.id])


class ModelReader(Reader[ModelReport]):
    """`forecast` models by name."""

    type_ = forecast.TYPE
    name = forecast.MODELS
    kind = "latest"

    def __init__(self) -> None:
        self.view: View[ModelReport] = View("models", forecast.TTL_S)

    def take(self, key: str, fields: Mapping[bytes, bytes], event_s: float | None) -> None:
        report = latest(fields, _models)
        told = ModelScores(
            name=report.name,
            as_of=rfc3339(report.as_of_ms),
            since=rfc3339(report.since_ms),
            roads=report.roads,
            coverage_wanted_pct=forecast.COVERAGE_PCT,
            horizons=list(report.horizons),
        )
        self.view.put(Entry(key, report.as_of_ms, report, msgspec.json.encode(told)))


def _congestion(speed_kmh: float, free_flow_kmh: float | None) -> Congestion:
    ratio = speed_kmh / free_flow_kmh if free_flow_kmh else None
    return Congestion(congestion_level(speed_kmh, free_flow_kmh), ratio)

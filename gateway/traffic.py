"""Roads: the newest window of each, and how far it is from free flow."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from citystream.contracts.city_model import CityModel
from citystream.contracts.event_time import rfc3339
from citystream.contracts.redis_keys import AGGREGATE_TTL_S
from citystream.contracts.stored import newest_window
from citystream.contracts.traffic import WINDOWS, Level, TrafficWindow, congestion_level
from gateway import bounds
from gateway.reader import Reader
from gateway.view import Entry, View


class Congestion(msgspec.Struct, frozen=True):
    """How far a road is from free flow."""

    level: Level
    ratio: float | None
    """Mean speed over free-flow speed."""


class WindowFigures(msgspec.Struct, frozen=True):
    """What is told of a window."""

    window_start: str | None
    window_end: str | None
    closed: bool | None
    readings: int | None
    vehicles: int | None
    standing: int | None
    """Readings of vehicles that stand."""
    mean_speed_kmh: float | None
    """Of the readings that have a speed."""
    weighted_mean_speed_kmh: float | None
    """Each speed as often as vehicles had it; a time mean too, not that of a stretch."""
    min_speed_kmh: float | None
    max_speed_kmh: float | None
    stddev_speed_kmh: float | None
    p15_speed_kmh: float | None
    p50_speed_kmh: float | None
    p85_speed_kmh: float | None
    occupancy_pct: float | None
    congestion: Congestion


class LiveRoad(WindowFigures, frozen=True):
    """A road and its newest window; all null of one that has not reported."""

    road_id: str
    name: str
    timestamp: str | None


NOTHING_PASSED = 10.0
"""Rank of a road on which nothing drives: behind those whose speed is known."""

_decoder = msgspec.msgpack.Decoder(TrafficWindow)
_no_summary = dict.fromkeys(TrafficWindow().summary())


class RoadWindow(msgspec.Struct, frozen=True):
    """One window of one road, over all partitions."""

    name: str
    start_s: int
    state: TrafficWindow
    ratio: float | None
    """Mean speed over free-flow speed."""
    level: Level
    closed: bool

    @property
    def rank(self) -> float | None:
        """Where it stands among congested roads, least first; None of one that is not known to be any."""
        if self.ratio is not None:
            return self.ratio
        return {"jammed": 0.0, "free": NOTHING_PASSED}.get(self.level)


class TrafficReader(Reader[RoadWindow]):
    """`traffic` windows by road."""

    type_ = "traffic"
    name = WINDOWS
    kind = "live"
    windowed = True

    def __init__(self, model: CityModel | None, window_s: int) -> None:
        self.window_s = window_s
        self._roads = model.roads if model else {}
        self._boxes = {road.id: bounds.of_line(road.line) for road in self._roads.values()}
        self._watermark_ms = -1
        self.view = View("traffic", AGGREGATE_TTL_S, self._blanks())

    def take(self, key: str, fields: Mapping[bytes, bytes], event_s: float | None) -> None:
        start_s, state = newest_window(fields, _decoder)
        time_ms = start_s * 1000 if event_s is None else int(event_s * 1000)
        self._put(key, start_s, state, time_ms)

    def advance(self, watermark_ms: int) -> None:
        self._watermark_ms = watermark_ms
        for key in self.view.with_data():
            entry = self.view.get(key)
            if entry and entry.value and entry.value.closed != self.is_closed(entry.value.start_s):
                self._put(key, entry.value.start_s, entry.value.state, entry.time_ms)

    def is_closed(self, start_s: int) -> bool:
        """Whether every partition that had events has passed a window's end."""
        return self._watermark_ms >= (start_s + self.window_s) * 1000

    def window(self, key: str, start_s: int, state: TrafficWindow) -> RoadWindow:
        """A road's window, against its free flow."""
        road = self._roads.get(key)
        free_flow = road.free_flow_kmh if road else None
        mean = state.mean_speed_kmh
        return RoadWindow(
            name=road.name if road else key,
            start_s=start_s,
            state=state,
            ratio=mean / free_flow if mean is not None and free_flow else None,
            level=state.congestion_level(free_flow),
            closed=self.is_closed(start_s),
        )

    def document(self, window: RoadWindow) -> dict[str, Any]:
        """What is told of a window."""
        return {
            "window_start": rfc3339(window.start_s * 1000),
            "window_end": rfc3339((window.start_s + self.window_s) * 1000),
            "closed": window.closed,
            **window.state.summary(),
            "congestion": {"level": window.level, "ratio": window.ratio},
        }

    def _put(self, key: str, start_s: int, state: TrafficWindow, time_ms: int | None) -> None:
        window = self.window(key, start_s, state)
        self.view.put(Entry(key, time_ms, window, self._body(key, window, time_ms), self._boxes.get(key)))

    def _body(self, key: str, window: RoadWindow, time_ms: int | None) -> bytes:
        return msgspec.json.encode(
            {
                "road_id": key,
                "name": window.name,
                "timestamp": None if time_ms is None else rfc3339(time_ms),
                **self.document(window),
            }
        )

    def _blanks(self) -> Iterable[Entry[RoadWindow]]:
        for road in self._roads.values():
            body = {
                "road_id": road.id,
                "name": road.name,
                **dict.fromkeys(("timestamp", "window_start", "window_end", "closed")),
                **_no_summary,
                "congestion": {"level": congestion_level(None, road.free_flow_kmh), "ratio": None},
            }
            yield Entry(road.id, None, None, msgspec.json.encode(body), self._boxes[road.id])

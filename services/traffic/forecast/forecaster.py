"""Forecasts of a whole city's roads, one step a closed window.

Pure: what it tells depends on the windows alone, and a forecaster restored from the rows goes on to the last
bit as if it had never stopped.
"""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from citystream.contracts.forecast import STEP_S, ModelReport, RoadForecast
from services.traffic.forecast.closed import ClosedWindow
from services.traffic.forecast.conformal_interval import MOST_KMH
from services.traffic.forecast.features import NEIGHBOURS, Moment
from services.traffic.forecast.road import Models, Road, RoadState, new_models
from services.traffic.forecast.rows import FormatError, decode, encode
from services.traffic.forecast.scoreboard import HOURS, Hour, Scoreboard

NAME = "recursive-least-squares"
"""Of the model."""
FORGETTING = 0.9995
"""A road's model remembers about 2,000 steps, a week."""
POOL_ROADS = 20
"""Roads that the pooled model learns from in a step, in turn: enough to lead a new road."""
POOL_FORGETTING = FORGETTING ** (1 / POOL_ROADS)

CITY = "city"
ROAD, MODEL, SCORES = "road/", "model/", "scores/"
"""Beginnings of keys: a road's memory, its models, an hour's scores by the hour of the day."""

ModelState = list[tuple[bytes, bytes]]
"""Weights and covariance by horizon."""


class City(msgspec.Struct, frozen=True, array_like=True):
    """What belongs to no road."""

    as_of_ms: int
    pooled: ModelState


class Forecaster:
    """Learns from closed windows, and forecasts those to come.

    Args:
        neighbours: road -> the roads near to it, the nearest first; it may be empty
        zone: of the city, for the time of the day
    """

    def __init__(self, neighbours: Mapping[str, Sequence[str]], zone: ZoneInfo) -> None:
        self._near = {road: [one for one in near if one != road] for road, near in neighbours.items()}
        self._zone = zone
        self._as_of_ms = 0
        self._pooled = new_models(POOL_FORGETTING)
        self._roads: dict[str, Road] = {}
        self._scoreboard = Scoreboard()
        self._changed: set[str] = set()
        self._learned: set[str] = set()

    def step(self, window: ClosedWindow) -> list[RoadForecast]:
        """Score the forecasts of this window, learn from it, and forecast: each road that is known, by id.

        Windows come in order; see `ClosedWindow`.

        Raises:
            ValueError: the window does not end after the one before.
        """
        end_ms = window.end_ms
        if end_ms % (STEP_S * 1000) or end_ms <= self._as_of_ms:
            raise ValueError(f"end_ms: {end_ms} is no multiple of {STEP_S} s after {self._as_of_ms}")
        self._as_of_ms = end_ms
        speeds = {road: float(min(speed, MOST_KMH)) for road, speed in window.speeds_kmh.items()}
        self._changed = {id_ for id_, road in self._roads.items() if id_ in speeds or road.waits}
        self._settle(end_ms, speeds)
        moment = Moment.of(window, self._zone)
        for id_ in sorted(speeds.keys() - self._roads.keys()):
            self._roads[id_] = Road(id_, _copies(self._pooled))
            self._changed.add(id_)
            self._learned.add(id_)
        for id_, road in self._roads.items():
            road.observe(moment, speeds.get(id_))
        return [self._forecast(id_, moment) for id_ in sorted(self._roads.keys() | self._near.keys())]

    def report(self) -> ModelReport:
        """Scores of the hour that goes on and of the 23 before it."""
        since_ms = self._scoreboard.since_ms()
        return ModelReport(
            NAME,
            self._as_of_ms,
            self._as_of_ms if since_ms is None else since_ms,
            len(self._roads),
            self._scoreboard.horizons(),
        )

    def changed(self) -> list[tuple[str, bytes]]:
        """Rows that the last step changed: their keys, and values short of 16 kB."""
        rows: list[tuple[str, object]] = [(CITY, City(self._as_of_ms, _states(self._pooled)))]
        hour = self._scoreboard.newest
        rows.append((f"{SCORES}{hour.hour % HOURS:02}", hour))
        rows += [(ROAD + id_, self._roads[id_].state()) for id_ in sorted(self._changed)]
        rows += [(MODEL + id_, _states(self._roads[id_].models)) for id_ in sorted(self._learned)]
        return [(key, encode(state)) for key, state in rows]

    def restore(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Go on from rows as they were last written, in any order; to be called before the first step.

        Raises:
            FormatError: a row is of another version, or a road's models are missing.
        """
        table = dict(rows)
        if CITY in table:
            city = decode(CITY, table[CITY], City)
            self._as_of_ms = city.as_of_ms
            self._pooled = _models(CITY, city.pooled, POOL_FORGETTING)
        self._scoreboard.restore(
            decode(key, value, Hour) for key, value in table.items() if key.startswith(SCORES)
        )
        if self._as_of_ms:
            self._scoreboard.turn(self._as_of_ms)
        for key in sorted(key for key in table if key.startswith(ROAD)):
            id_ = key.removeprefix(ROAD)
            of_models = MODEL + id_
            if of_models not in table:
                raise FormatError(f"{of_models}: missing; learn anew, without rows")
            models = _models(of_models, decode(of_models, table[of_models], ModelState), FORGETTING)
            self._roads[id_] = Road(id_, models).restore(decode(key, table[key], RoadState))

    def _settle(self, end_ms: int, speeds: Mapping[str, float]) -> None:
        self._scoreboard.turn(end_ms)
        self._learned = set()
        turns = max(1, len(self._roads) // POOL_ROADS)
        turn = end_ms // (STEP_S * 1000) % turns
        for number, id_ in enumerate(sorted(self._roads)):
            for horizon, scored in enumerate(self._roads[id_].settle(end_ms, speeds.get(id_))):
                if scored is None:
                    continue
                self._scoreboard.add(end_ms, horizon, scored)
                self._learned.add(id_)
                if number % turns == turn:
                    scored.teach(self._pooled[horizon])

    def _forecast(self, id_: str, moment: Moment) -> RoadForecast:
        road = self._roads.get(id_)
        if road is None:
            return RoadForecast(id_, moment.end_ms, reason="never_read")
        near = self._near.get(id_, ())
        return road.forecast(
            moment,
            [self._roads.get(one) for one in near[:NEIGHBOURS]],
            (moment.severity([id_]), moment.severity(near)),
            self._pooled,
        )


def _copies(pooled: Models) -> Models:
    """Models of a new road, which know what the pooled ones do and are as ready to learn as any."""
    models = new_models(FORGETTING)
    for model, original in zip(models, pooled, strict=True):
        model.weights = original.weights.copy()
    return models


def _states(models: Models) -> ModelState:
    return [model.state() for model in models]


def _models(key: str, states: ModelState, forgetting: float) -> Models:
    try:
        return [model.restore(*state) for model, state in zip(new_models(forgetting), states, strict=True)]
    except ValueError as error:
        raise FormatError(f"{key}: {error}") from error

"""The forecasts' own state: a function of the records that it was given, in the order of Kafka time.

It knows no Kafka: `take` says when five minutes are over, `step` forecasts, `rows` is what must be kept.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import msgspec

from citystream.contracts import topics
from citystream.contracts.city_model import CityModel, zone_of
from citystream.contracts.emergency import Emergency
from citystream.contracts.forecast import STEP_S, RoadForecast
from citystream.contracts.weather import Weather
from citystream.fold.reader import Reader
from citystream.log.kafka_time import Ordered, Part
from citystream.settings import Settings, SettingsError
from citystream.stream import time_rules
from services.traffic.aggregate import service
from services.traffic.forecast.closed import ClosedWindow
from services.traffic.forecast.closing import CityWindows, PartitionWindows
from services.traffic.forecast.forecaster import Forecaster
from services.traffic.forecast.rows import FormatError
from services.traffic.forecast.surroundings import Around

MODEL, PARTITION, FORECAST = "model/", "partition/", "forecast/"
"""What begin the keys of: the forecaster's rows, windows that are not told of yet, the last forecasts."""
AROUND, STEPPED = "around", "stepped"

log = logging.getLogger(__name__)

_encode = msgspec.msgpack.Encoder().encode


class Stepped(msgspec.Struct, array_like=True):
    """How far it is: the row that is written last."""

    end_ms: int
    blank: int
    positions: list[tuple[str, int, int]]
    """topic, partition, next offset"""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The topics that are read."""

    windows: str
    """changelog of the traffic service"""
    weather: str
    emergency: str

    def __iter__(self) -> Iterator[str]:
        return iter((self.windows, self.weather, self.emergency))


def inputs(settings: Settings) -> Inputs:
    """The topics that it reads."""
    return Inputs(
        topics.changelog(settings.namespace, "traffic"),
        topics.source(settings.shared, "weather"),
        topics.source(settings.shared, "emergency"),
    )


class Stepper:
    """Windows, surroundings, forecaster; as of the last record taken."""

    def __init__(self, settings: Settings, model: CityModel | None) -> None:
        """
        Raises:
            SettingsError: windows of this length do not make up five minutes.
        """
        rules = time_rules(settings)
        view = service(model).windows[0]
        if STEP_S % rules.window_of(view):
            raise SettingsError(
                f"CITY_WINDOW_S: forecasts are of {STEP_S} s, which {rules.window_of(view)} does not divide"
            )
        self._inputs = inputs(settings)
        self._windows = CityWindows(view, rules.disorder_ms)
        self._around = Around()
        self._weather = Reader(Weather, settings.future_ms)
        self._emergency = Reader(Emergency, settings.future_ms)
        neighbours = {road.id: road.neighbours for road in model.roads.values()} if model else {}
        self._new_forecaster = partial(Forecaster, neighbours, zone_of(model, settings.timezone))
        self.forecaster = self._new_forecaster()
        self._useless: dict[str, bytes] = {}
        """Rows of another version of the forecaster, to be made empty."""
        self.forecasts: dict[str, RoadForecast] = {}
        """The last of each road."""
        self.positions: dict[Part, int] = {}
        """Next offsets."""

    @property
    def end_ms(self) -> int:
        """End of the last window that was forecast from; -1 before the first."""
        return self._windows.stepped_ms

    def take(self, ordered: Ordered) -> Iterator[ClosedWindow]:
        """One record; the five minutes that are over then. Step each before the next is asked for."""
        part, time_ms, record = ordered
        if part.topic == self._inputs.windows:
            self._windows.take(part.partition, time_ms, record)
        else:
            self._take_event(ordered)
        for end_ms, speeds in self._windows.over(time_ms):
            yield ClosedWindow(end_ms, speeds, self._around.at(end_ms))
        # Last: what is kept of a step in between has the record taken once more, which changes nothing.
        self.positions[part] = record.offset + 1

    def _take_event(self, ordered: Ordered) -> None:
        part, _, record = ordered
        try:
            if part.topic == self._inputs.weather:
                self._around.weather(self._weather.read(record.value, record.timestamp)[0])
            else:
                event, _ = self._emergency.read(record.value, record.timestamp)
                self._around.emergency(event, part.partition, record.offset)
        except (ValueError, RecursionError):
            # A dead letter of its own service.
            return

    def step(self, window: ClosedWindow) -> list[RoadForecast]:
        """Learn from a window, and forecast."""
        made = self.forecaster.step(window)
        self.forecasts = {one.road_id: one for one in made}
        return made

    def rows(self) -> dict[str, bytes]:
        """What the last step changed; `STEPPED` belongs behind the others."""
        useless, self._useless = self._useless, {}
        rows = useless | {MODEL + key: value for key, value in self.forecaster.changed()}
        rows |= {FORECAST + road: _encode(one) for road, one in self.forecasts.items()}
        rows |= {f"{PARTITION}{number}": _encode(part) for number, part in self._windows.parts.items()}
        rows[AROUND] = _encode(self._around)
        positions = [(*part, offset) for part, offset in sorted(self.positions.items())]
        rows[STEPPED] = _encode(Stepped(self._windows.stepped_ms, self._windows.blank, positions))
        return rows

    def restore(self, rows: Mapping[str, bytes]) -> None:
        """As it was after the step that these rows were written by."""
        decode = msgspec.msgpack.decode
        stepped = decode(rows[STEPPED], type=Stepped)
        self._windows.stepped_ms, self._windows.blank = stepped.end_ms, stepped.blank
        self.positions = {Part(topic, partition): offset for topic, partition, offset in stepped.positions}
        self._around = decode(rows[AROUND], type=Around)
        for key, value in sorted(rows.items()):
            if key.startswith(PARTITION):
                number = int(key.removeprefix(PARTITION))
                self._windows.parts[number] = decode(value, type=PartitionWindows)
            elif key.startswith(FORECAST) and value:
                forecast = decode(value, type=RoadForecast)
                self.forecasts[forecast.road_id] = forecast
        model = {key: value for key, value in rows.items() if key.startswith(MODEL) and value}
        try:
            self.forecaster.restore((key.removeprefix(MODEL), value) for key, value in model.items())
        except FormatError as error:
            log.warning("what was learned is of no use any more, and is learned anew: %s", error)
            self.forecaster = self._new_forecaster()
            self._useless = dict.fromkeys((key for key in rows if key.startswith((MODEL, FORECAST))), b"")

"""Who sends what: the simulator's five types, shares, ids and forms, as texts to be put together.

An event is written from an id, a time and some texts, each picked from a list: by who sends, by whose turn it
is, or by chance. That takes a microsecond where the simulator needs fifty.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from bench.batch.span import CUT_MS, PARTITIONS
from citystream.contracts.emergency import IncidentStatus
from simulator.fleet import vehicle_types
from simulator.incidents import KIND_SHARES
from simulator.observers import PLATE_SHARE
from simulator.world import CAMERA_SHARE, TRAFFIC_SHARE, WEATHER_SHARE

EVENTS_PER_S = 1_000
VEHICLES = 1_000
ROADS = 100
CAMERAS = 20
STATIONS = 6
INCIDENTS = 2_000
"""Enough for a day: each partition has a step of one in each cut."""
STATUSES: tuple[IncidentStatus, ...] = (
    "reported", "dispatched", "en_route", "on_scene", "transporting", "resolved",
)  # fmt: skip

Texts = Any
"""Arrow array of strings."""
Stamp = Callable[[Any], Texts]
"""Writes event times (array of epoch milliseconds) as the type's senders do."""


class Piece(NamedTuple):
    """One text of an event, from a list."""

    by: Literal["thing", "turn", "chance"]
    texts: Texts


@dataclass(frozen=True)
class Senders:
    """All that send one type."""

    type: str
    number: int
    """Of the type among the five."""
    per_cut: int
    """Events of all partitions."""
    entities: Texts
    """Of each thing that sends; number modulo `PARTITIONS` is its partition."""
    keys: Texts
    """Of its records."""
    stamp: Stamp
    pieces: tuple[Piece, ...]
    """What follows the time, up to the closing brace."""
    turns: int = 1
    """Events of a thing in a row; then it is the next one's turn."""

    def things(self, partition: int) -> int:
        """How many send to a partition."""
        return len(range(partition, len(self.entities), PARTITIONS))

    def count(self, partition: int) -> int:
        """Events of a partition in a cut."""
        return self.per_cut * self.things(partition) // len(self.entities)


def milliseconds(times_ms: Any) -> Texts:
    """Epoch milliseconds."""
    return pa.array(times_ms).cast(pa.string())


def seconds(times_ms: Any) -> Texts:
    """Epoch seconds with their fraction."""
    return pa.array([str(ms / 1000) for ms in times_ms.tolist()], pa.string())


def rfc3339(times_ms: Any) -> Texts:
    """RFC 3339, UTC."""
    return pc.strftime(pa.array(times_ms * 1000).cast(pa.timestamp("us")), '"%Y-%m-%dT%H:%M:%SZ"')


def all_senders() -> list[Senders]:
    """The five types: `EVENTS_PER_S` a second in all."""
    cut_s = CUT_MS // 1000
    traffic, camera, weather = (
        round(EVENTS_PER_S * cut_s * share) for share in (TRAFFIC_SHARE, CAMERA_SHARE, WEATHER_SHARE)
    )
    gps = EVENTS_PER_S * cut_s - traffic - camera - weather - PARTITIONS
    rng = Random(1)
    return [
        _vehicles(gps, rng),
        _sensors(traffic),
        _incidents(rng),
        _stations(weather, rng),
        _cameras(camera, rng),
    ]


def _vehicles(per_cut: int, rng: Random) -> Senders:
    ids = _ids("vehicle-{:04}", VEHICLES)
    types = vehicle_types(VEHICLES)
    rng.shuffle(types)
    heads = (
        f',"vehicle_id":"{id_}","vehicle_type":"{type_}","latitude":'
        for id_, type_ in zip(ids, types, strict=True)
    )
    courses = (
        f',"heading_deg":{rng.randrange(3_600) / 10},"road_id":"{road}"'
        for road in _ids("road-{:03}", ROADS)
        for _ in range(4)
    )
    pieces = (
        Piece("thing", _texts(heads)),
        Piece("chance", _texts(f"{48 + micro / 1e6:.6f}" for micro in range(85_000, 190_000))),
        Piece("chance", _texts(f',"longitude":{11 + micro / 1e6:.6f}' for micro in range(500_000, 650_000))),
        Piece("chance", _texts(f',"speed_kmh":{tenths / 10}' for tenths in range(800))),
        Piece("chance", _texts(courses)),
    )
    return Senders("gps", 0, per_cut, _texts(ids), _texts(ids), milliseconds, pieces)


def _sensors(per_cut: int) -> Senders:
    ids, roads = _ids("sensor-{:03}", ROADS), _ids("road-{:03}", ROADS)
    heads = (
        f',"sensor_id":"{id_}","road_id":"{road}","speed_kmh":' for id_, road in zip(ids, roads, strict=True)
    )
    pieces = (
        Piece("thing", _texts(heads)),
        Piece("chance", _texts(str(tenths / 10) for tenths in range(50, 750))),
        Piece("chance", _texts(f',"vehicle_count":{count}' for count in (0, 0, 0, 0, 1, 1, 2))),
        Piece("chance", _texts(f',"occupancy_pct":{tenths / 10}' for tenths in range(400))),
    )
    return Senders("traffic", 1, per_cut, _texts(ids), _texts(roads), rfc3339, pieces)


def _incidents(rng: Random) -> Senders:
    ids = _ids("s1-incident-{:05}", INCIDENTS)
    kinds = rng.choices(list(KIND_SHARES), list(KIND_SHARES.values()), k=INCIDENTS)
    heads = (
        f',"incident_id":"{id_}","kind":"{kind}","status":"' for id_, kind in zip(ids, kinds, strict=True)
    )
    tails = (
        f'","severity":{rng.randint(1, 5)},"latitude":{rng.uniform(48.08, 48.19):.6f},'
        f'"longitude":{rng.uniform(11.5, 11.65):.6f},"road_id":"road-{rng.randint(1, ROADS):03}",'
        f'"unit_id":"vehicle-{rng.randint(1, 50):04}","hospital_id":null'
        for _ in ids
    )
    pieces = (
        Piece("thing", _texts(heads)),
        Piece("turn", _texts(STATUSES)),
        Piece("thing", _texts(tails)),
    )
    own = _texts(ids)
    return Senders("emergency", 2, PARTITIONS, own, own, rfc3339, pieces, turns=len(STATUSES))


def _stations(per_cut: int, rng: Random) -> Senders:
    ids = _ids("station-{}", STATIONS)
    heads = (
        f',"station_id":"{id_}","latitude":{rng.uniform(48.08, 48.19):.7f},'
        f'"longitude":{rng.uniform(11.5, 11.65):.7f},"temperature_c":'
        for id_ in ids
    )
    skies = (
        f',"wind_speed_ms":{rng.uniform(2, 4):.2f},"precipitation_mm_h":0.0,"visibility_m":20000,'
        f'"condition":"clear","air_quality_index":{rng.uniform(25, 60):.1f}'
        for _ in range(1_000)
    )
    pieces = (
        Piece("thing", _texts(heads)),
        Piece("chance", _texts(str(hundredths / 100) for hundredths in range(500, 1_500))),
        Piece("chance", _texts(f',"humidity_pct":{tenths / 10}' for tenths in range(500, 900))),
        Piece("chance", _texts(skies)),
    )
    return Senders("weather", 3, per_cut, _texts(ids), _texts(ids), seconds, pieces)


def _cameras(per_cut: int, rng: Random) -> Senders:
    ids, roads = _ids("camera-{:03}", CAMERAS), _ids("road-{:03}", ROADS)[:CAMERAS]
    heads = (
        f',"camera_id":"{id_}","road_id":"{road}","counts":' for id_, road in zip(ids, roads, strict=True)
    )
    counts = (
        f'{{"car":{rng.randrange(4)},"bus":0,"truck":{rng.randrange(2)},"motorcycle":0,'
        f'"bicycle":{rng.randrange(2)},"pedestrian":{rng.randrange(3)},"other":0}}'
        for _ in range(200)
    )
    plates = (
        f',"incident":null,"plate_hash":"{rng.randbytes(16).hex()}"'
        if rng.random() < PLATE_SHARE
        else ',"incident":null,"plate_hash":null'
        for _ in range(20_000)
    )
    pieces = (
        Piece("thing", _texts(heads)),
        Piece("chance", _texts(counts)),
        Piece("chance", _texts(f',"mean_speed_kmh":{tenths / 10}' for tenths in range(50, 750))),
        Piece("chance", _texts(plates)),
    )
    return Senders("camera", 4, per_cut, _texts(ids), _texts(roads), milliseconds, pieces)


def _ids(form: str, count: int) -> list[str]:
    return [form.format(number) for number in range(1, count + 1)]


def _texts(texts: Iterable[str]) -> Texts:
    return pa.array(list(texts), pa.string())

"""The city in time: a step from one moment to the next gives the events in between.

Nothing here reads a clock or the network. One seed, one start and one row of moments give one
stream, byte for byte.
"""

from random import Random

import msgspec

from citystream.contracts.city_model import CityModel
from citystream.contracts.emergency import Emergency
from citystream.contracts.event import Event
from simulator.congestion import Congestion
from simulator.fleet import Fleet
from simulator.incidents import Incident, Incidents
from simulator.network import Network
from simulator.observers import (
    CameraView,
    RoadWatcher,
    WeatherView,
    position_of,
    reading_of,
    rfc3339,
)
from simulator.rain import Rain
from simulator.record import Record
from simulator.rounds import Rounds

TRAFFIC_SHARE = 0.1
CAMERA_SHARE = 0.01
WEATHER_SHARE = 0.002
"""Of all events; the rest are positions, and emergencies as they come. At 1,000 events/s with
1,000 vehicles and 100 roads: each road every second, each vehicle every 1.1 s, each of 20 cameras
every 2 s, each of 6 stations every 3 s."""

CONGESTION_MS = 1_000
"""How often speeds change."""


class World:
    """One run of a simulated city.

    `rate` is events a second over all types. With `skewed`, every tenth vehicle's clock is wrong by
    up to 20 s.
    """

    def __init__(
        self,
        model: CityModel,
        seed: int,
        start_ms: int,
        vehicles: int = 1000,
        rate: float = 1000.0,
        *,
        skewed: bool = False,
    ) -> None:
        # The start stands in every id, so that two runs of one seed are two streams.
        self.run_id = f"s{seed}-{start_ms:x}"
        self.now_ms = start_ms
        self.network = Network(model)
        self.rain = Rain(Random(f"{seed}:rain"), start_ms)
        self.congestion = Congestion(self.network, self.rain, Random(f"{seed}:roads"), start_ms)
        self.fleet = Fleet(
            self.network, self.congestion, Random(f"{seed}:fleet"), vehicles, start_ms, skewed=skewed
        )
        self.incidents = Incidents(
            model,
            self.network,
            self.congestion,
            self.fleet,
            Random(f"{seed}:incidents"),
            start_ms,
            self.run_id,
        )
        self._rng = Random(f"{seed}:observers")
        self._cameras_see = CameraView(self.congestion, self.rain, self._rng)
        self._sky = WeatherView(self.congestion, self.rain, self._rng)
        self._congestion_due_ms = start_ms + CONGESTION_MS
        self._events = 0
        self._encode = msgspec.json.Encoder().encode

        positions = 1 - TRAFFIC_SHARE - CAMERA_SHARE - WEATHER_SHARE
        number = self.network.number
        sensors = [RoadWatcher(at, number[at.road_id or ""], start_ms) for at in model.sensors.values()]
        cameras = [RoadWatcher(at, number[at.road_id or ""], start_ms) for at in model.cameras.values()]
        self._vehicles = Rounds(self.fleet.vehicles, rate * positions, start_ms)
        self._sensors = Rounds(sensors, rate * TRAFFIC_SHARE, start_ms)
        self._cameras = Rounds(cameras, rate * CAMERA_SHARE, start_ms)
        self._stations = Rounds(list(model.stations.values()), rate * WEATHER_SHARE, start_ms)

    def step(self, now_ms: int) -> list[Record]:
        """Go on to the moment given; every event that happened since, its time in between."""
        records: list[Record] = []
        add = records.append
        for vehicle, at_ms in self._vehicles.due(now_ms):
            self.fleet.advance(vehicle, at_ms)
            position = position_of(vehicle, self.network, self._id(), at_ms)
            add(self._record("gps", vehicle.id, position))
        for sensor, at_ms in self._sensors.due(now_ms):
            reading = reading_of(sensor, self.congestion, self._rng, self._id(), at_ms)
            add(self._record("traffic", sensor.road_id, reading))
        for camera, at_ms in self._cameras.due(now_ms):
            seen = self._cameras_see.observation_of(camera, self._seen_on(camera.road), self._id(), at_ms)
            add(self._record("camera", camera.road_id, seen))
        for station, at_ms in self._stations.due(now_ms):
            add(self._record("weather", station.id, self._sky.observation_of(station, self._id(), at_ms)))
        for incident in self.incidents.advance(now_ms):
            add(self._record("emergency", incident.id, self._call(incident, now_ms)))
        if now_ms >= self._congestion_due_ms:
            self.congestion.advance(now_ms)
            self._congestion_due_ms = now_ms + CONGESTION_MS
        self.now_ms = now_ms
        return records

    def skip_to(self, now_ms: int) -> None:
        """Go on to the moment given without reporting: nobody could have sent it. Incidents wait."""
        for rounds in (self._vehicles, self._sensors, self._cameras, self._stations):
            rounds.skip_to(now_ms)
        self.congestion.advance(now_ms)
        self.now_ms = now_ms

    def _id(self) -> str:
        self._events += 1
        return f"{self.run_id}-{self._events}"

    def _record(self, type_: str, key: str, event: Event) -> Record:
        return Record(type_, key.encode(), self._encode(event))

    def _seen_on(self, road: int) -> str | None:
        """What a camera makes of an incident on its road."""
        for incident in self.incidents.open:
            if incident.spot.road == road and self.congestion.blocked[road]:
                return f"{incident.kind}, traffic held up"
        return None

    def _call(self, incident: Incident, now_ms: int) -> Emergency:
        """The incident as it now stands; RFC 3339."""
        return Emergency(
            event_id=self._id(),
            timestamp=rfc3339(now_ms),
            incident_id=incident.id,
            kind=incident.kind,
            status=incident.status,
            severity=incident.severity,
            latitude=incident.latitude,
            longitude=incident.longitude,
            road_id=self.network.tracks[incident.spot.road].road.id,
            unit_id=incident.unit.id if incident.unit else None,
            hospital_id=incident.hospital_id,
        )

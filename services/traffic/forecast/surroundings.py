"""Weather and incidents, as far as they were told when five minutes were over."""

import msgspec

from citystream.contracts.emergency import Emergency, IncidentState
from citystream.contracts.event_time import event_time_ms
from citystream.contracts.forecast import STEP_S
from citystream.contracts.redis_keys import DAY_S, HOUR_S
from citystream.contracts.weather import Weather
from services.traffic.forecast.closed import Surroundings

# What is newer was not known then: a feed of another time than the roads'.
AHEAD_MS = STEP_S * 1000
STATION_MS = HOUR_S * 1000
"""A station that has said nothing for longer is not asked."""
INCIDENT_MS = DAY_S * 1000
"""Nor is an incident, whose end nobody told."""


class Observed(msgspec.Struct, array_like=True):
    """What one station said last."""

    time_ms: int
    precipitation_mm_h: float | None
    visibility_m: float | None


class Around(msgspec.Struct, array_like=True):
    """What goes on, by station and by incident."""

    stations: dict[str, Observed] = msgspec.field(default_factory=dict)
    incidents: dict[str, IncidentState] = msgspec.field(default_factory=dict)

    def weather(self, event: Weather) -> None:
        """One more observation."""
        time_ms = event_time_ms(event.timestamp)
        known = self.stations.get(event.station_id)
        if known is None or known.time_ms <= time_ms:
            self.stations[event.station_id] = Observed(time_ms, event.precipitation_mm_h, event.visibility_m)

    def emergency(self, event: Emergency, partition: int, offset: int) -> None:
        """One more step of an incident."""
        place = (event_time_ms(event.timestamp), partition, offset)
        step = IncidentState(*place, event.kind, event.status, event.severity)
        step.tell("road_id", event.road_id, place)
        known = self.incidents.get(event.incident_id)
        self.incidents[event.incident_id] = known.merge(step) if known else step

    def at(self, end_ms: int) -> Surroundings:
        """What was known when a window had ended; what is too old to be asked any more is forgotten."""
        self.stations = {id_: one for id_, one in self.stations.items() if one.time_ms + STATION_MS > end_ms}
        self.incidents = {
            id_: one
            for id_, one in self.incidents.items()
            if one.time_ms + INCIDENT_MS > end_ms and (one.active or one.time_ms + STATION_MS > end_ms)
        }
        told = [one for _, one in sorted(self.stations.items()) if one.time_ms <= end_ms + AHEAD_MS]
        rain = [one.precipitation_mm_h for one in told if one.precipitation_mm_h is not None]
        sight = [one.visibility_m for one in told if one.visibility_m is not None]
        worst: dict[str, int] = {}
        for one in self.incidents.values():
            if one.active and one.road_id is not None and one.time_ms <= end_ms + AHEAD_MS:
                worst[one.road_id] = max(one.severity, worst.get(one.road_id, 0))
        return Surroundings(sum(rain) / len(rain) if rain else None, min(sight, default=None), worst)

"""Incidents, from the call to the hospital, and the units that go there."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from citystream.contracts.city_model import CityModel
from citystream.contracts.emergency import IncidentKind, IncidentStatus
from citystream.contracts.gps import VehicleType
from simulator.congestion import Congestion
from simulator.fleet import Fleet, Vehicle
from simulator.network import Network, Spot

UNIT_FOR: dict[IncidentKind, VehicleType] = {
    "medical": "ambulance",
    "accident": "ambulance",
    "fire": "fire",
    "crime": "police",
    "hazard": "fire",
}
KIND_SHARES: dict[IncidentKind, float] = {
    "medical": 0.35,
    "accident": 0.35,
    "fire": 0.1,
    "crime": 0.1,
    "hazard": 0.1,
}
BLOCKS_ROAD: frozenset[IncidentKind] = frozenset(("accident", "fire", "hazard"))
AT_START = 5
"""Calls in the first seconds, so that there is something to see."""
MEAN_GAP_S = 45.0
"""Between calls, in a city of 100 roads; a larger one has more."""
CANCELLED_SHARE = 0.08
TRANSPORTED_SHARE = 0.8
"""Of medical calls and accidents."""
RETRY_S = 5.0
"""When no unit is free."""


@dataclass(slots=True)
class Incident:
    """One call. `due_ms` is when its next step comes, if that step waits for a time."""

    id: str
    kind: IncidentKind
    severity: int
    spot: Spot
    longitude: float
    latitude: float
    status: IncidentStatus
    due_ms: float
    cancelled_at: IncidentStatus | None = None
    """The status after which the caller takes it back."""
    unit: Vehicle | None = None
    hospital_id: str | None = None

    @property
    def over(self) -> bool:
        return self.status in ("resolved", "cancelled")


class Incidents:
    """All open incidents. Ambulances stand at hospitals; police and fire engines drive about."""

    def __init__(
        self,
        model: CityModel,
        network: Network,
        congestion: Congestion,
        fleet: Fleet,
        rng: Random,
        start_ms: int,
        id_prefix: str,
    ) -> None:
        self._network = network
        self._congestion = congestion
        self._fleet = fleet
        self._rng = rng
        self._prefix = id_prefix
        self._count = 0
        self._gap_s = MEAN_GAP_S * 100 / len(network.tracks)
        self.hospitals = {place.id: network.nearest(place.position) for place in model.hospitals.values()}
        self._free: dict[VehicleType, list[Vehicle]] = {
            type_: fleet.of_type(type_) for type_ in ("ambulance", "police", "fire")
        }
        if self.hospitals:
            stands = list(self.hospitals.values())
            for index, vehicle in enumerate(self._free["ambulance"]):
                fleet.park(vehicle, stands[index % len(stands)])
        self._going_home: list[Vehicle] = []
        self._next_call_ms = [start_ms + 1000 * rng.uniform(0.5, 4) for _ in range(AT_START)]
        self._next_call_ms.append(start_ms + 1000 * rng.expovariate(1 / self._gap_s))
        self.open: list[Incident] = []

    def advance(self, now_ms: float) -> Iterator[Incident]:
        """Yield each incident at each of its steps up to now; its state is that of the step."""
        for vehicle in [one for one in self._going_home if self._fleet.arrived(one, now_ms)]:
            self._going_home.remove(vehicle)
            self._fleet.park(vehicle, vehicle.spot)
        for due in [one for one in self._next_call_ms if one <= now_ms]:
            self._next_call_ms.remove(due)
            incident = self._call(now_ms)
            self.open.append(incident)
            yield incident
        if not self._next_call_ms:
            self._next_call_ms.append(now_ms + 1000 * self._rng.expovariate(1 / self._gap_s))
        for incident in self.open:
            if self._step(incident, now_ms):
                yield incident
        self.open = [incident for incident in self.open if not incident.over]

    def _call(self, now_ms: float) -> Incident:
        rng = self._rng
        self._count += 1
        road = rng.randrange(len(self._network.tracks))
        track = self._network.tracks[road]
        spot = Spot(road, rng.uniform(0.1, 0.9) * track.length_m)
        lon, lat, _ = track.at(spot.offset_m)
        kind: IncidentKind = rng.choices(list(KIND_SHARES), list(KIND_SHARES.values()))[0]
        cancelled = rng.random() < CANCELLED_SHARE
        incident = Incident(
            id=f"{self._prefix}-incident-{self._count:05d}",
            kind=kind,
            severity=rng.choices((1, 2, 3, 4, 5), (20, 30, 28, 15, 7))[0],
            spot=spot,
            longitude=round(lon, 6),
            latitude=round(lat, 6),
            status="reported",
            due_ms=now_ms + 1000 * rng.uniform(3, 15),
            cancelled_at=rng.choice(("reported", "en_route")) if cancelled else None,
        )
        if kind in BLOCKS_ROAD:
            blocked = self._congestion.blocked
            blocked[road] = max(blocked[road], 0.4 + 0.12 * incident.severity)
        return incident

    def _step(self, incident: Incident, now_ms: float) -> bool:
        """Go one step on if its time has come; was it?"""
        due = now_ms >= incident.due_ms
        if due and incident.cancelled_at == incident.status:
            return self._end(incident, "cancelled")
        match incident.status:
            case "reported":
                return due and self._dispatch(incident, now_ms)
            case "dispatched" if due and incident.unit:
                return self._set_out(incident, incident.unit, now_ms)
            case "en_route" if incident.unit and self._fleet.arrived(incident.unit, now_ms):
                incident.status = "on_scene"
                incident.due_ms = now_ms + 1000 * self._rng.uniform(40, 150)
                return True
            case "on_scene" if due:
                return self._leave_scene(incident)
            case "transporting" if incident.unit and self._fleet.arrived(incident.unit, now_ms):
                return self._end(incident, "resolved")
        return False

    def _dispatch(self, incident: Incident, now_ms: float) -> bool:
        """Reserve the free unit that is there soonest; with none, try again later."""
        free = self._free[UNIT_FOR[incident.kind]]
        for unit in free:
            self._fleet.advance(unit, now_ms)
        nearest = min(
            free, key=lambda unit: self._network.seconds_between(unit.spot, incident.spot), default=None
        )
        if nearest is None:
            incident.due_ms = now_ms + 1000 * RETRY_S
            return False
        if self._network.seconds_between(nearest.spot, incident.spot) == float("inf"):
            return self._end(incident, "cancelled")
        free.remove(nearest)
        if nearest in self._going_home:
            self._going_home.remove(nearest)
        incident.unit, incident.status = nearest, "dispatched"
        incident.due_ms = now_ms + 1000 * self._rng.uniform(2, 10)
        return True

    def _set_out(self, incident: Incident, unit: Vehicle, now_ms: float) -> bool:
        self._fleet.advance(unit, now_ms)
        if self._network.seconds_between(unit.spot, incident.spot) == float("inf"):
            # It drove on since it was called, to where no way leads back.
            return self._end(incident, "cancelled")
        self._fleet.send(unit, incident.spot, siren=True)
        incident.status = "en_route"
        incident.due_ms = now_ms + 1000 * self._rng.uniform(10, 40)
        return True

    def _leave_scene(self, incident: Incident) -> bool:
        unit = incident.unit
        hospital = self._nearest_hospital(incident.spot)
        if (
            unit
            and unit.type == "ambulance"
            and hospital is not None
            and self._rng.random() < TRANSPORTED_SHARE
        ):
            self._clear_road(incident)
            self._fleet.send(unit, self.hospitals[hospital], siren=True)
            incident.hospital_id, incident.status = hospital, "transporting"
            return True
        return self._end(incident, "resolved")

    def _end(self, incident: Incident, status: IncidentStatus) -> bool:
        self._clear_road(incident)
        incident.status = status
        unit = incident.unit
        if unit is not None:
            self._free[unit.type].append(unit)
            home = self._nearest_hospital(unit.spot) if unit.type == "ambulance" else None
            if home is None:
                self._fleet.release(unit)
            else:
                self._fleet.send(unit, self.hospitals[home], siren=False)
                self._going_home.append(unit)
        return True

    def _clear_road(self, incident: Incident) -> None:
        """Free the road, unless another incident still blocks it; the jam itself dissolves in time."""
        self._congestion.blocked[incident.spot.road] = max(
            (
                0.4 + 0.12 * other.severity
                for other in self.open
                if other is not incident
                and other.kind in BLOCKS_ROAD
                and other.status != "transporting"
                and not other.over
                and other.spot.road == incident.spot.road
            ),
            default=0.0,
        )

    def _nearest_hospital(self, spot: Spot) -> str | None:
        """The hospital that is reached soonest; None without one, or without a way to one."""
        seconds, hospital = min(
            ((self._network.seconds_between(spot, place), id_) for id_, place in self.hospitals.items()),
            default=(float("inf"), None),
        )
        return hospital if seconds < float("inf") else None

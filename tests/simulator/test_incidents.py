from collections import defaultdict

import msgspec

from citystream.contracts.city_model import CityModel
from citystream.contracts.emergency import Emergency
from citystream.contracts.event_time import event_time_ms
from citystream.contracts.gps import Gps
from simulator.geometry import haversine_m
from simulator.incidents import UNIT_FOR
from simulator.network import Network
from simulator.world import World
from tests.simulator.conftest import MONDAY_NIGHT

ORDER = ["reported", "dispatched", "en_route", "on_scene", "transporting", "resolved"]


def lives(model: CityModel, minutes: int, seed: int = 1) -> tuple[World, dict[str, list[Emergency]]]:
    """Every incident's events over so many minutes."""
    world = World(model, seed, MONDAY_NIGHT, rate=200)
    found: dict[str, list[Emergency]] = defaultdict(list)
    for tick in range(1, minutes * 60 * 5 + 1):
        for record in world.step(MONDAY_NIGHT + tick * 200):
            if record.type == "emergency":
                event = msgspec.json.decode(record.value, type=Emergency)
                found[event.incident_id].append(event)
    return world, found


def test_incidents_go_through_their_statuses_in_order_and_end(model: CityModel) -> None:
    _, found = lives(model, 30)
    ended = [life for life in found.values() if life[-1].status in ("resolved", "cancelled")]
    assert len(ended) > 15
    for life in found.values():
        statuses = [event.status for event in life]
        assert statuses[0] == "reported"
        steps = [status for status in statuses if status != "cancelled"]
        assert steps == [status for status in ORDER if status in steps]
        if statuses[-1] == "resolved":
            assert statuses[:4] == ORDER[:4]
        times = [event_time_ms(event.timestamp) for event in life]
        assert times == sorted(times)
    assert {event.status for life in found.values() for event in life} == {*ORDER, "cancelled"}


def test_the_right_unit_comes_and_patients_go_to_the_nearest_hospital(model: CityModel) -> None:
    world, found = lives(model, 30)
    network = Network(model)
    types = {vehicle.id: vehicle.type for vehicle in world.fleet.vehicles}
    transports = 0
    for life in found.values():
        for event in life:
            if event.unit_id:
                assert types[event.unit_id] == UNIT_FOR[event.kind]
            if event.status == "transporting":
                transports += 1
                assert event.longitude is not None
                assert event.latitude is not None
                spot = network.nearest((event.longitude, event.latitude))
                seconds = {
                    place.id: network.seconds_between(spot, network.nearest(place.position))
                    for place in model.hospitals.values()
                }
                assert event.hospital_id
                # The place in the event is rounded, which moves it by centimetres.
                assert seconds[event.hospital_id] - min(seconds.values()) < 0.1
    assert transports > 5


def test_ambulances_wait_at_hospitals_and_are_where_the_incident_says(model: CityModel) -> None:
    world = World(model, 1, MONDAY_NIGHT)
    at_hospital = list(world.incidents.hospitals.values())
    assert all(unit.spot in at_hospital for unit in world.fleet.of_type("ambulance"))
    last: dict[str, Gps] = {}
    arrivals = 0
    for tick in range(1, 10 * 60 * 20 + 1):
        for record in world.step(MONDAY_NIGHT + tick * 50):
            if record.type == "gps":
                position = msgspec.json.decode(record.value, type=Gps)
                last[position.vehicle_id] = position
            elif record.type == "emergency":
                event = msgspec.json.decode(record.value, type=Emergency)
                if event.status == "on_scene":
                    arrivals += 1
                    assert event.longitude is not None
                    assert event.latitude is not None
                    unit = last[event.unit_id or ""]
                    away = haversine_m((unit.longitude, unit.latitude), (event.longitude, event.latitude))
                    # Its last position is up to 1.2 s old; 90 km/h are 25 m/s.
                    assert away < 40
    assert arrivals > 3


def test_only_the_incidents_that_are_open_hold_up_traffic(model: CityModel) -> None:
    world, _ = lives(model, 30)
    blocked = {road for road, share in enumerate(world.congestion.blocked) if share}
    assert blocked == {
        incident.spot.road
        for incident in world.incidents.open
        if incident.kind in ("accident", "fire", "hazard") and incident.status != "transporting"
    }

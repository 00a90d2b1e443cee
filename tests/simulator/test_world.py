from collections import Counter, defaultdict
from itertools import pairwise

import msgspec
import pytest

from citystream.contracts.city_model import CityModel, dump, parse
from citystream.contracts.event_time import event_time_ms
from citystream.contracts.gps import Gps
from citystream.contracts.registry import EVENTS
from simulator.fleet import SKEW_MS, vehicle_types
from simulator.geometry import haversine_m, nearest_on_line
from simulator.record import Record
from simulator.world import World
from tests.simulator.conftest import MONDAY_RUSH

TICK_MS = 50


def stream(world: World, seconds: float, start_ms: int = MONDAY_RUSH) -> list[Record]:
    """What the world reports in so many seconds."""
    ticks = round(seconds * 1000 / TICK_MS)
    return [one for tick in range(1, ticks + 1) for one in world.step(start_ms + tick * TICK_MS)]


def test_the_same_seed_and_start_give_the_same_bytes(model: CityModel) -> None:
    first = stream(World(model, 5, MONDAY_RUSH), 30)
    second = stream(World(parse(dump(model)), 5, MONDAY_RUSH), 30)
    assert len(first) > 29_000
    assert first == second


def test_another_seed_gives_another_stream(model: CityModel) -> None:
    first, second = (World(model, seed, MONDAY_RUSH) for seed in (5, 6))
    speeds = [
        [msgspec.json.decode(one.value)["speed_kmh"] for one in stream(world, 2) if one.type == "gps"]
        for world in (first, second)
    ]
    assert speeds[0] != speeds[1]


def test_two_runs_of_one_seed_share_no_event_id(model: CityModel) -> None:
    first = stream(World(model, 5, MONDAY_RUSH), 2)
    second = stream(World(model, 5, MONDAY_RUSH + 1), 2, MONDAY_RUSH + 1)
    ids = [{msgspec.json.decode(one.value)["event_id"] for one in run} for run in (first, second)]
    assert len(ids[0]) == len(first)
    assert not ids[0] & ids[1]


def test_every_event_is_one_of_the_contract_and_happened_in_its_step(model: CityModel) -> None:
    world = World(model, 1, MONDAY_RUSH)
    keys = {"gps": "vehicle_id", "traffic": "road_id", "emergency": "incident_id", "weather": "station_id"}
    for tick in range(1, 201):
        before, now = MONDAY_RUSH + (tick - 1) * TICK_MS, MONDAY_RUSH + tick * TICK_MS
        for record in world.step(now):
            event = msgspec.json.decode(record.value, type=EVENTS[record.type])
            assert before < event_time_ms(event.timestamp) <= now
            assert record.key.decode() == getattr(event, keys.get(record.type, "road_id"))


@pytest.mark.parametrize("rate", [100.0, 1_000.0, 7_777.0])
def test_the_rate_is_kept(model: CityModel, rate: float) -> None:
    assert len(stream(World(model, 1, MONDAY_RUSH, rate=rate), 20)) == pytest.approx(20 * rate, rel=0.01)


def test_within_two_seconds_everything_was_heard_of(model: CityModel) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for record in stream(World(model, 1, MONDAY_RUSH), 2.1):
        seen[record.type].add(record.key.decode())
    assert len(seen["gps"]) == 1_000
    assert seen["traffic"] == set(model.roads)
    assert seen["camera"] == {camera.road_id for camera in model.cameras.values()}
    assert len(seen["weather"]) >= 4


def test_within_five_seconds_there_are_incidents(model: CityModel) -> None:
    records = stream(World(model, 1, MONDAY_RUSH), 5)
    assert len({record.key for record in records if record.type == "emergency"}) >= 3


def test_vehicles_are_on_the_road_they_name_and_never_jump(model: CityModel) -> None:
    positions: dict[str, list[Gps]] = defaultdict(list)
    for record in stream(World(model, 1, MONDAY_RUSH, vehicles=50, rate=200), 120):
        if record.type == "gps":
            event = msgspec.json.decode(record.value, type=Gps)
            positions[event.vehicle_id].append(event)
    roads_driven = 0
    for track in positions.values():
        roads_driven += len({one.road_id for one in track})
        for one in track:
            assert (
                nearest_on_line(model.roads[one.road_id or ""].line, (one.longitude, one.latitude))[0] < 0.2
            )
        for before, after in pairwise(track):
            seconds = (event_time_ms(after.timestamp) - event_time_ms(before.timestamp)) / 1000
            metres = haversine_m((before.longitude, before.latitude), (after.longitude, after.latitude))
            # 95 km/h, and the width of a crossing between two carriageways.
            assert metres < seconds * 95 / 3.6 + 30
    assert roads_driven > 70


def test_vehicles_take_only_roads_that_go_on_from_theirs(model: CityModel) -> None:
    last: dict[str, str] = {}
    turns = 0
    for record in stream(World(model, 1, MONDAY_RUSH, vehicles=100, rate=1_000), 120):
        if record.type == "gps":
            event = msgspec.json.decode(record.value, type=Gps)
            road = event.road_id or ""
            if event.vehicle_id in last and last[event.vehicle_id] != road:
                turns += 1
                assert road in model.roads[last[event.vehicle_id]].neighbours
            last[event.vehicle_id] = road
    assert turns > 50


def test_skewed_clocks_are_wrong_by_seconds_and_only_theirs(model: CityModel) -> None:
    world = World(model, 1, MONDAY_RUSH, skewed=True)
    wrong: Counter[str] = Counter()
    for record in world.step(MONDAY_RUSH + 2_000):
        event = msgspec.json.decode(record.value, type=EVENTS[record.type])
        off_ms = event_time_ms(event.timestamp) - MONDAY_RUSH
        assert -SKEW_MS <= off_ms <= 2_000 + SKEW_MS
        if not 0 <= off_ms <= 2_000:
            wrong[record.type] += 1
    assert set(wrong) == {"gps"}
    assert 80 <= wrong["gps"] <= 200


def test_skipped_time_reports_nothing_and_goes_on_afterwards(model: CityModel) -> None:
    world = World(model, 1, MONDAY_RUSH)
    stream(world, 1)
    later = MONDAY_RUSH + 600_000
    world.skip_to(later)
    records = stream(world, 1, later)
    assert len(records) == pytest.approx(1_000, abs=30)
    events = [msgspec.json.decode(one.value, type=EVENTS[one.type]) for one in records]
    assert min(event_time_ms(event.timestamp) for event in events) > later


def test_the_fleet_has_every_type() -> None:
    assert Counter(vehicle_types(1_000)) == {
        "car": 800, "taxi": 90, "bus": 60, "ambulance": 20, "police": 20, "fire": 10,
    }  # fmt: skip
    assert set(vehicle_types(6)) == {"car", "taxi", "bus", "ambulance", "police", "fire"}
    assert len(vehicle_types(3)) == 3


def test_a_model_of_one_road_and_nothing_else_runs(model: CityModel) -> None:
    road = next(iter(model.roads.values()))
    alone = CityModel({road.id: msgspec.structs.replace(road, neighbours=[])}, {}, {}, {}, {})
    records = stream(World(alone, 1, MONDAY_RUSH, vehicles=10, rate=100), 600)
    assert {record.type for record in records} == {"gps", "emergency"}

"""What is read of past times, folded and written by the services' own code: equal to a plain recount."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from geojson_pydantic import FeatureCollection

from citystream.contracts import city_model
from citystream.contracts.city_model import CityModel, Place, Road
from citystream.contracts.event_time import rfc3339
from citystream.fold.fold import TimeRules
from citystream.settings import Settings
from gateway.near import distance_m
from tests.gateway.conftest import gateway_environment
from tests.gateway.folded import Log, log_of, put
from tests.gateway.running import Gateway
from tests.harness import recount
from tests.harness.events import START_MS, flow
from tests.services.descriptions import SERVICES

SEED = 15
DAY_MS = 86_400_000
HOUR_S = 3_600
FIRST_S = START_MS // 1000 - START_MS // 1000 % HOUR_S
EVENTS = {"traffic": 12_000, "gps": 4_000, "weather": 2_000, "camera": 2_000, "emergency": 400}
DAY = {"from": rfc3339(FIRST_S * 1000), "to": rfc3339(FIRST_S * 1000 + DAY_MS)}


def _road(number: int) -> Road:
    west = 11.4 + number / 100
    line = [(west, 48.1), (west + 0.01, 48.1)]
    return Road(
        f"road-{number}",
        f"Street {number}",
        line,
        500.0 + number,
        50.0,
        2,
        [],
        "arterial" if number % 2 else "street",
        None if number == 3 else "north" if number < 10 else "south",
    )


MODEL = CityModel(
    {road.id: road for road in map(_road, range(20))},
    {"hospital-1": Place("hospital-1", "Saint Anne", (11.5, 48.2))},
    {"sensor-1": Place("sensor-1", "sensor-1", (11.41, 48.1), "road-1")},
    {"camera-silent": Place("camera-silent", "camera-silent", (11.42, 48.1), "road-2")},
    {"station-9": Place("station-9", "Old Tower", (11.55, 48.15))},
    "Sampletown",
    "Europe/Berlin",
)


@dataclass
class Told:
    """A gateway of a city of one day, and the log that it was made of."""

    gateway: Gateway
    logs: dict[str, Log]
    rules: TimeRules

    def windows(self, type_: str, name: str) -> dict[tuple[str, int], Any]:
        """A plain recount: every window's state by key and start, s."""
        (view,) = (one for one in SERVICES[type_].windows if one.name == name)
        return recount.windows(SERVICES[type_], view, self.logs[type_], self.rules)

    def incidents(self) -> dict[str, Any]:
        (view,) = SERVICES["emergency"].things
        return recount.things(SERVICES["emergency"], view, self.logs["emergency"], self.rules)


@pytest.fixture(scope="module")
async def told(
    redis_url: str, gateway_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Told]:
    folder = tmp_path_factory.mktemp("records")
    (folder / "city.geojson").write_bytes(city_model.dump(MODEL))
    namespace = f"t{secrets.token_hex(3)}-records"
    settings = Settings(redis=redis_url, namespace=namespace)
    logs, rules = {}, None
    for type_, events in EVENTS.items():
        step_ms = DAY_MS // events
        day = zip(range(START_MS, START_MS + DAY_MS, step_ms), flow(type_, SEED, step_ms), strict=False)
        logs[type_] = log_of(((at_ms, one) for at_ms, several in day for one in several), 2)
        rules = await put(settings, SERVICES[type_], logs[type_])
    assert rules
    gateway = Gateway(
        folder,
        gateway_environment(gateway_dir, redis_url, namespace) | {"CITY_MODEL": str(folder / "city.geojson")},
    )
    await gateway.start()
    yield Told(gateway, logs, rules)
    await gateway.stop()


def figures(answer: Any) -> dict[str, Any]:
    """Windows by their start, without what says where they come from."""
    apart = ("source", "closed", "congestion", "window_start", "window_end")
    return {
        one["window_start"]: {name: one[name] for name in one if name not in apart}
        for one in answer["windows"]
    }


def summed(states: dict[int, Any], step_s: int) -> dict[str, Any]:
    """Summaries of steps by their start."""
    steps: dict[int, list[Any]] = {}
    for at, state in states.items():
        steps.setdefault(at // step_s * step_s, []).append(state)
    return {
        rfc3339(at * 1000): reduce(lambda left, right: left.merge(right), parts).summary()
        for at, parts in steps.items()
    }


def of_key(windows: dict[tuple[str, int], Any], key: str) -> dict[int, Any]:
    return {
        at: state for (whose, at), state in windows.items() if whose == key and at < FIRST_S + DAY_MS // 1000
    }


async def test_a_day_of_one_road_is_the_recount_of_its_events(told: Told) -> None:
    wanted = of_key(told.windows("traffic", "road"), "road-1")
    answer = await told.gateway.get("/api/traffic/history/road-1", **DAY)
    assert (answer["source"], answer["next_cursor"], answer["step_s"]) == ("speed", None, 300)
    assert figures(answer) == summed(wanted, 300)
    assert len(wanted) > 200
    hours = await told.gateway.get("/api/traffic/history/road-1", **DAY, step=HOUR_S)
    assert figures(hours) == summed(wanted, HOUR_S)
    # The mean of an hour is of its events and not of its windows.
    for at, hour in figures(hours).items():
        states = [
            state for start_s, state in wanted.items() if rfc3339(start_s // HOUR_S * HOUR_S * 1000) == at
        ]
        speeds = sum(state.speeds for state in states)
        total = sum(state.speed_sum for state in states)
        assert hour["mean_speed_kmh"] == (total / (speeds * 1_000_000) if speeds else None)


async def test_a_day_of_one_station_and_of_a_cameras_road(told: Told) -> None:
    wanted = of_key(told.windows("weather", "weather"), "station-2")
    answer = await told.gateway.get("/api/weather/history/station-2", **DAY)
    assert (answer["station_id"], answer["step_s"], answer["source"]) == ("station-2", 600, "speed")
    assert figures(answer) == summed(wanted, 600)
    assert figures(await told.gateway.get("/api/weather/history/station-2", **DAY, step=7_200)) == summed(
        wanted, 7_200
    )
    camera = await told.gateway.get("/api/cameras/camera-3")
    answer = await told.gateway.get("/api/cameras/camera-3/history", **DAY, step=HOUR_S)
    assert (answer["camera_id"], answer["road_id"]) == ("camera-3", camera["road_id"])
    counted = of_key(told.windows("camera", "road"), camera["road_id"])
    assert figures(answer) == summed(counted, HOUR_S)
    # One that never reported watches the road that the model says.
    silent = await told.gateway.get("/api/cameras/camera-silent/history", **DAY, step=HOUR_S)
    assert silent["road_id"] == "road-2"
    assert figures(silent) == summed(of_key(told.windows("camera", "road"), "road-2"), HOUR_S)


async def test_a_day_of_the_city_is_all_roads_together(told: Told) -> None:
    by_start: dict[int, Any] = {}
    for (_, at), state in told.windows("traffic", "road").items():
        if at < FIRST_S + DAY_MS // 1000:
            by_start[at] = by_start[at].merge(state) if at in by_start else state
    for step_s in (300, HOUR_S):
        answer = await told.gateway.get("/api/analytics/history", **DAY, step=step_s)
        assert answer["source"] == "speed"
        assert figures(answer) == summed(by_start, step_s)
    # Of no window at all there is none: a gap is a gap.
    before = {"from": rfc3339(FIRST_S * 1000 - DAY_MS), "to": DAY["from"]}
    assert (await told.gateway.get("/api/analytics/history", **before))["windows"] == []


async def test_all_roads_in_one_past_window(told: Told) -> None:
    start_s = FIRST_S + 5 * HOUR_S
    wanted = {key: state for (key, at), state in told.windows("traffic", "road").items() if at == start_s}
    answer = await told.gateway.get("/api/traffic/at", time=rfc3339(start_s * 1000 + 123_000))
    assert (answer["window_start"], answer["source"]) == (rfc3339(start_s * 1000), "speed")
    assert answer["window_end"] == rfc3339((start_s + 300) * 1000)
    assert {one["road_id"] for one in answer["roads"]} == set(wanted)
    assert answer["count"] == len(wanted) > 0
    for one in answer["roads"]:
        summary = wanted[one["road_id"]].summary()
        assert {name: one[name] for name in summary} == summary
        mean_kmh = summary["mean_speed_kmh"]
        assert one["congestion"]["ratio"] == (None if mean_kmh is None else pytest.approx(mean_kmh / 50.0))
    features = await told.gateway.get("/api/traffic/at", time=str(start_s), format="geojson")
    FeatureCollection.model_validate(features)
    assert {one["properties"]["road_id"] for one in features["features"]} == set(wanted)
    assert {one["geometry"]["type"] for one in features["features"]} == {"LineString"}


async def test_where_all_vehicles_were_in_one_past_minute(told: Told) -> None:
    counted = told.windows("gps", "minute")
    start_s = max(at for _, at in counted if at < FIRST_S + 12 * HOUR_S)
    wanted = {key: state for (key, at), state in counted.items() if at == start_s}
    answer = await told.gateway.get("/api/vehicles/at", time=rfc3339(start_s * 1000 + 59_999))
    assert answer["window_end"] == rfc3339((start_s + 60) * 1000)
    types = {"car", "bus", "taxi", "ambulance"}
    assert {one["vehicle_type"] for one in answer["vehicles"]} <= types
    apart = ("vehicle_id", "vehicle_type")
    assert {
        one["vehicle_id"]: {name: one[name] for name in one if name not in apart}
        for one in answer["vehicles"]
    } == {key: state.summary() for key, state in wanted.items()}
    features = await told.gateway.get("/api/vehicles/at", time=str(start_s), format="geojson")
    FeatureCollection.model_validate(features)
    assert len(features["features"]) == answer["count"] == len(wanted) > 0


async def test_a_past_time_is_encoded_once(told: Told) -> None:
    path = f"/api/traffic/at?time={FIRST_S + 7 * HOUR_S}"
    first = await told.gateway.http.get(path)
    other = await told.gateway.http.get(f"/api/traffic/at?time={FIRST_S + 7 * HOUR_S + 299}")
    assert (first.headers["etag"], first.content) == (other.headers["etag"], other.content)
    again = await told.gateway.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


async def test_incidents_that_were_open_in_a_range(told: Told) -> None:
    incidents = told.incidents()
    start_ms, end_ms = START_MS + DAY_MS // 3, START_MS + DAY_MS // 2
    wanted = {
        key
        for key, one in incidents.items()
        if min(one.first_ms.values()) < end_ms and (one.active or one.time_ms >= start_ms)
    }
    span = {"from": rfc3339(start_ms), "to": rfc3339(end_ms)}
    answer = await told.gateway.get("/api/emergencies/history", **span)
    assert {one["incident_id"] for one in answer["emergencies"]} == wanted
    assert {one["active"] for one in answer["emergencies"]} == {True, False}
    for one in answer["emergencies"]:
        summary = incidents[one["incident_id"]].summary()
        assert {name: one[name] for name in summary} == summary
    found, page = [], answer
    while True:
        page = await told.gateway.get(
            "/api/emergencies/history",
            **span,
            limit=7,
            **({"cursor": page["next_cursor"]} if page["next_cursor"] else {}),
        )
        found += [one["incident_id"] for one in page["emergencies"]]
        if page["next_cursor"] is None:
            break
    assert found == sorted(wanted)
    features = await told.gateway.get("/api/emergencies/history", **span, format="geojson")
    FeatureCollection.model_validate(features)
    assert len(features["features"]) == len(wanted)


async def test_active_incidents_near_a_place(told: Told) -> None:
    active = {key for key, one in told.incidents().items() if one.active}
    answer = await told.gateway.get("/api/emergencies/near", lat=48.11, lon=11.5, radius_m=2_000)
    assert {one["incident_id"] for one in answer["emergencies"]} == active
    away_m = distance_m(11.5, 48.11, 11.5, 48.1)
    assert {one["distance_m"] for one in answer["emergencies"]} == {round(away_m, 1)}
    nobody = await told.gateway.get("/api/emergencies/near", lat=48.2, lon=11.5, radius_m=2_000)
    assert (nobody["total"], nobody["emergencies"]) == (0, [])
    refused = await told.gateway.http.get(
        "/api/emergencies/near", params={"lat": "48", "lon": "11", "type": "car"}
    )
    assert (refused.status_code, refused.json()["field"]) == (400, "type")


async def test_the_congestion_index_of_the_city_and_of_its_parts(told: Told) -> None:
    answer = await told.gateway.get("/api/analytics/congestion")
    live = {one["road_id"]: one for one in (await told.gateway.get("/api/traffic/live"))["roads"]}
    newest = max(one["window_start"] for one in live.values() if one["window_start"])

    def wanted(roads: list[str]) -> float | None:
        now = free = 0.0
        for key in roads:
            speed = live[key]["mean_speed_kmh"]
            if speed is not None or live[key]["congestion"]["level"] == "jammed":
                now += MODEL.roads[key].length_m / max(3.0, speed or 0.0)
                free += MODEL.roads[key].length_m / 50.0
        return now / free if free else None

    shown = [one["road_id"] for one in answer["roads"]]
    assert newest in {one["window_start"] for one in answer["roads"]}
    assert len(shown) > 3
    assert answer["index"] == pytest.approx(wanted(shown))
    for name, of in (("by_class", "class_"), ("by_area", "area")):
        groups = answer[name]
        assert set(groups) == {getattr(road, of) for road in MODEL.roads.values()} - {None}
        for group, about in groups.items():
            here = [key for key in shown if getattr(MODEL.roads[key], of) == group]
            assert about["index"] == (pytest.approx(wanted(here)) if here else None)
            there = sum(getattr(road, of) == group for road in MODEL.roads.values())
            assert sum(level["roads"] for level in about["levels"].values()) == there


async def test_the_city_model_is_told(told: Told) -> None:
    assert await told.gateway.get("/api/city") == {
        "name": "Sampletown",
        "bounds": [11.4, 48.1, pytest.approx(11.6), 48.2],
        "timezone": "Europe/Berlin",
        "tiles": None,
    }
    one = {"count": 1, "total": 1, "next_cursor": None}
    hospital = {"hospital_id": "hospital-1", "name": "Saint Anne", "latitude": 48.2, "longitude": 11.5}
    assert await told.gateway.get("/api/hospitals") == {**one, "hospitals": [hospital]}
    sensor = {"sensor_id": "sensor-1", "road_id": "road-1", "latitude": 48.1, "longitude": 11.41}
    assert await told.gateway.get("/api/sensors") == {**one, "sensors": [sensor]}
    station = {"station_id": "station-9", "name": "Old Tower", "latitude": 48.15, "longitude": 11.55}
    assert await told.gateway.get("/api/stations", id="station-9") == {**one, "stations": [station]}
    features = await told.gateway.get("/api/hospitals", format="geojson")
    FeatureCollection.model_validate(features)
    assert features["features"][0]["geometry"] == {"type": "Point", "coordinates": [11.5, 48.2]}
    roads = await told.gateway.get("/api/roads", id="road-1")
    assert (roads["total"], roads["features"][0]["properties"]["area"]) == (1, "north")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/traffic/at", "time"),
        ("/api/vehicles/at?time=yesterday", "time"),
        ("/api/traffic/at?time=2026-11-23T08:00:00Z&step=300", "step"),
        ("/api/weather/history/station-2?step=300", "step"),
        ("/api/analytics/history?from=2026-11-23T08:00:00Z&to=2026-11-23T07:00:00Z", "from"),
        ("/api/emergencies/history?step=300", "step"),
    ],
)
async def test_what_can_not_be_used_is_named(told: Told, path: str, field: str) -> None:
    answer = await told.gateway.http.get(path)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.mark.parametrize("path", ["/api/weather/history/nowhere", "/api/cameras/nothing/history"])
async def test_the_history_of_nothing_is_no_such_thing(told: Told, path: str) -> None:
    assert (await told.gateway.http.get(path)).status_code == 404

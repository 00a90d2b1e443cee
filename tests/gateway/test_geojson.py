"""GeoJSON, read by another's library."""

import json
from typing import Any

import pytest
from geojson_pydantic import Feature, FeatureCollection, LineString, Point
from geojson_pydantic.geometries import Geometry

from citystream.contracts.weather import LATEST
from tests.gateway.conftest import MODEL
from tests.gateway.running import GEOJSON, Gateway
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.gateway.test_city import incident, observation

ACCEPT = {"Accept": GEOJSON}
Placed = Feature[Geometry, dict[str, Any]]


@pytest.fixture
async def city(shared_gateway: Gateway, shared_speed: SpeedLayer) -> Gateway:
    """Something of each kind."""
    await shared_speed.road("north", now_ms() // 300_000 * 300, readings(25.0))
    await shared_speed.position("geo-1", longitude=13.25, latitude=-52.5)
    await shared_speed.incident("geo-inc", incident("dispatched"))
    await shared_speed.latest("weather", LATEST, {"station-1": observation()})
    await shared_gateway.until("/api/emergencies/geo-inc", lambda answer: "incident_id" in answer)
    await shared_gateway.until("/api/vehicles/geo-1", lambda answer: "vehicle_id" in answer)
    return shared_gateway


async def geojson(gateway: Gateway, path: str, **parameters: Any) -> str:
    answer = await gateway.http.get(path, params=parameters, headers=ACCEPT)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == GEOJSON
    assert answer.headers["vary"] == "Accept, Accept-Encoding, Authorization, Cookie"
    return answer.text


@pytest.mark.parametrize(
    ("path", "name", "id_field", "geometry"),
    [
        ("/api/traffic/live", "roads", "road_id", LineString),
        ("/api/traffic/predictions", "roads", "road_id", LineString),
        ("/api/vehicles/locations", "vehicles", "vehicle_id", Point),
        ("/api/emergencies/active", "emergencies", "incident_id", Point),
        ("/api/weather/current", "stations", "station_id", Point),
        ("/api/cameras", "cameras", "camera_id", Point),
    ],
)
async def test_a_list_is_a_collection_of_what_json_has(
    city: Gateway, path: str, name: str, id_field: str, geometry: type
) -> None:
    collection = FeatureCollection[Placed].model_validate_json(await geojson(city, path))
    things = {thing[id_field]: thing for thing in (await city.get(path))[name]}
    shown = {feature.id: feature for feature in collection.features}
    assert shown.keys() == things.keys()
    assert shown
    for key, feature in shown.items():
        # Other tests' roads are not on the map.
        assert isinstance(feature.geometry, geometry) or (
            path == "/api/traffic/live" and key not in MODEL.roads
        )
        assert feature.properties is not None
        assert feature.properties.keys() == things[str(key)].keys()
        if isinstance(feature.geometry, Point) and "longitude" in feature.properties:
            place = feature.properties["longitude"], feature.properties["latitude"]
            assert tuple(feature.geometry.coordinates) == place


@pytest.mark.parametrize(
    ("path", "coordinates"),
    [
        ("/api/traffic/live/north", [[13.40, 52.50], [13.41, 52.51]]),
        ("/api/vehicles/geo-1", [13.25, -52.5]),
        ("/api/emergencies/geo-inc", [13.4, 52.5]),
        ("/api/cameras/cam-1", [13.405, 52.505]),
    ],
)
async def test_one_thing_is_a_feature_with_longitude_first(
    city: Gateway, path: str, coordinates: object
) -> None:
    text = await geojson(city, path)
    feature = Placed.model_validate_json(text)
    assert feature.id == path.rpartition("/")[2]
    assert isinstance(feature.geometry, Point | LineString)
    assert json.loads(feature.geometry.model_dump_json())["coordinates"] == coordinates
    assert '"as_of":' in text


async def test_a_thing_whose_place_nobody_knows_has_none(city: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.road("off-the-map", now_ms() // 300_000 * 300, readings(25.0))
    path = "/api/traffic/live/off-the-map"
    await city.until(path, lambda answer: "road_id" in answer)
    assert Placed.model_validate_json(await geojson(city, path)).geometry is None


async def test_geojson_is_what_is_asked_for_with_weights(shared_gateway: Gateway) -> None:
    for accept, wanted in (
        (f"{GEOJSON};q=0.9, application/json;q=0.8", GEOJSON),
        (f"{GEOJSON};q=0.7, application/json;q=0.8", "application/json"),
        ("*/*", "application/json"),
    ):
        answer = await shared_gateway.http.get("/api/cameras", headers={"Accept": accept})
        assert answer.headers["content-type"] == wanted


@pytest.mark.parametrize(
    "path", ["/api/cameras", "/api/cameras/cam-1", "/api/roads", "/api/vehicles/locations"]
)
async def test_a_kind_that_is_not_there_is_a_problem(shared_gateway: Gateway, path: str) -> None:
    answer = await shared_gateway.http.get(path, headers={"Accept": "text/html, image/*"})
    assert (answer.status_code, answer.json()["field"]) == (406, "Accept")
    assert GEOJSON in answer.json()["remedy"]

"""NGSI-LD entities, read by a third-party client, and held to the Smart Data Models."""

import asyncio
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from ngsildclient import Client
from requests.auth import HTTPBasicAuth

from citystream.contracts.event_time import rfc3339
from citystream.contracts.weather import LATEST
from gateway.standards.ngsi_ld import visibility
from tests.gateway import smart_data_models
from tests.gateway.running import VIEWER, Gateway
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.gateway.test_city import observation

# The client has all HTTP of the process traced when it is imported, by what can't take boto3's headers.
HTTPConnection.debuglevel = 0

ENTITIES = "/api/ngsi-ld/v1/entities"


@pytest.fixture(scope="module")
async def client(shared_gateway: Gateway) -> Client:
    # It has no setting for where below a host the API is; what it takes as the port stands just before it.
    return await asyncio.to_thread(
        Client,
        "127.0.0.1",
        f"{shared_gateway.port}/api",
        custom_auth=HTTPBasicAuth(*VIEWER),
        verbose=False,
    )


async def _entity(gateway: Gateway, client: Client, id_: str) -> dict[str, Any]:
    """An entity as the client has it, once it is there."""
    await gateway.until(f"{ENTITIES}/{id_}", lambda answer: "id" in answer)
    entity: dict[str, Any] = await asyncio.to_thread(lambda: client.get(id_).to_dict())
    smart_data_models.check(entity)
    return entity


@pytest.mark.parametrize(
    ("kind", "type_", "category", "usage"),
    [
        ("car", "car", ["tracked"], None),
        ("bus", "bus", ["public", "tracked"], None),
        ("taxi", "car", ["specialUsage", "tracked"], "taxi"),
        ("ambulance", "ambulance", ["specialUsage", "tracked"], "ambulance"),
        ("police", "anyVehicle", ["specialUsage", "tracked"], "police"),
        ("fire", "fireTender", ["specialUsage", "tracked"], "fireBrigade"),
        ("tram", "tram", ["public", "tracked"], None),
        ("train", "other", ["public", "tracked"], None),
        ("ferry", "passengerVessel", ["public", "tracked"], None),
        ("truck", "lorry", ["tracked"], None),
        ("van", "van", ["tracked"], None),
        ("motorcycle", "motorcycle", ["tracked"], None),
        ("bicycle", "bicycle", ["tracked"], None),
        ("other", "anyVehicle", ["tracked"], None),
    ],
)
async def test_a_vehicle_is_read_by_a_client(
    shared_gateway: Gateway,
    shared_speed: SpeedLayer,
    client: Client,
    kind: str,
    type_: str,
    category: list[str],
    usage: str | None,
) -> None:
    at = now_ms() // 1000 * 1000
    await shared_speed.position(
        f"ld-{kind}", vehicle_type=kind, time_ms=at, speed_kmh=36.5, heading_deg=360.0, longitude=-13.25
    )
    vehicle = await _entity(shared_gateway, client, f"urn:ngsi-ld:Vehicle:ld-{kind}")
    assert vehicle["vehicleType"]["value"] == type_
    assert vehicle["category"]["value"] == category
    assert vehicle.get("vehicleSpecialUsage", {}).get("value") == usage
    assert vehicle["location"]["value"] == {"type": "Point", "coordinates": [-13.25, 52.5]}
    time = rfc3339(at)
    assert vehicle["speed"] == {"type": "Property", "value": 36.5, "observedAt": time, "unitCode": "KMH"}
    assert (vehicle["heading"]["value"], vehicle["heading"]["unitCode"]) == (0.0, "DD")
    assert vehicle["observationDateTime"]["value"] == {"@type": "DateTime", "@value": time}


async def test_a_vehicle_that_stands_heads_nowhere(
    shared_gateway: Gateway, shared_speed: SpeedLayer, client: Client
) -> None:
    await shared_speed.position("ld-stands", speed_kmh=0.0, heading_deg=90.0)
    vehicle = await _entity(shared_gateway, client, "urn:ngsi-ld:Vehicle:ld-stands")
    assert (vehicle["speed"]["value"], vehicle["heading"]["value"]) == (0.0, -1)


async def test_a_road_with_data_is_a_traffic_flow(
    shared_gateway: Gateway, shared_speed: SpeedLayer, client: Client
) -> None:
    start_s = now_ms() // 1000 // 300 * 300
    state = readings(10.0, 14.0)
    state.occupancy_sum, state.occupancy_count = 2 * 37_500, 2
    await shared_speed.road("south", start_s, state, time_ms=start_s * 1000 + 5_000)
    road = await _entity(shared_gateway, client, "urn:ngsi-ld:TrafficFlowObserved:south")
    start, end = rfc3339(start_s * 1000), rfc3339((start_s + 300) * 1000)
    assert road["dateObserved"]["value"] == f"{start}/{end}"
    assert road["dateObservedFrom"]["value"]["@value"] == start
    assert road["location"]["value"] == {"type": "LineString", "coordinates": [[13.6, 52.5], [13.61, 52.51]]}
    assert (road["name"]["value"], road["intensity"]["value"]) == ("South Street", 2)
    speed = road["averageVehicleSpeed"]
    assert (speed["value"], speed["unitCode"]) == (12.0, "KMH")
    assert speed["observedAt"] == rfc3339(start_s * 1000 + 5_000)
    assert road["occupancy"]["value"] == 0.375
    # 12 of 50 km/h.
    assert road["congested"]["value"] is True


async def test_a_road_without_data_is_no_entity(shared_gateway: Gateway, client: Client) -> None:
    roads = await asyncio.to_thread(client.query, type="TrafficFlowObserved")
    assert "urn:ngsi-ld:TrafficFlowObserved:quiet" not in [road.id for road in roads]
    answer = await shared_gateway.http.get(f"{ENTITIES}/urn:ngsi-ld:TrafficFlowObserved:quiet")
    assert (answer.status_code, answer.json()["field"]) == (404, "entity_id")


async def test_a_station_is_a_weather_observation(
    shared_gateway: Gateway, shared_speed: SpeedLayer, client: Client
) -> None:
    at = now_ms()
    seen = observation(station_id="ld-station", time_ms=at, air_quality_index=41.0)
    await shared_speed.latest("weather", LATEST, {"ld-station": seen})
    weather = await _entity(shared_gateway, client, "urn:ngsi-ld:WeatherObserved:ld-station")
    assert weather["dateObserved"]["value"]["@value"] == rfc3339(at)
    values = {
        name: (weather[name]["value"], weather[name].get("unitCode"))
        for name in ("temperature", "relativeHumidity", "windSpeed", "precipitation", "airQualityIndex")
    }
    assert values == {
        "temperature": (4.0, "CEL"),
        "relativeHumidity": (0.9, None),
        "windSpeed": (3.0, "MTS"),
        "precipitation": (2.0, "H67"),
        "airQualityIndex": (41.0, None),
    }
    assert (weather["visibility"]["value"], weather["weatherType"]["value"]) == ("moderate", "rain")


@pytest.mark.parametrize(
    ("metres", "class_"),
    [
        (999, "veryPoor"),
        (1_000, "poor"),
        (9_999, "moderate"),
        (10_000, "good"),
        (20_000, "veryGood"),
        (40_000, "excellent"),
    ],
)
def test_visibility_has_the_classes_of_the_model(metres: float, class_: str) -> None:
    assert visibility(metres) == class_


async def test_a_client_pages_through_all_entities(
    shared_gateway: Gateway, shared_speed: SpeedLayer, client: Client
) -> None:
    await shared_speed.positions({f"ld-page-{n:03}": {} for n in range(130)})
    wanted = {f"urn:ngsi-ld:Vehicle:ld-page-{n:03}" for n in range(130)}
    await shared_gateway.until(f"{ENTITIES}/urn:ngsi-ld:Vehicle:ld-page-129", lambda answer: "id" in answer)
    # It asks for 100 at a time, after how many there are in all.
    vehicles = [vehicle.id for vehicle in await asyncio.to_thread(client.query, type="Vehicle")]
    assert [vehicle for vehicle in vehicles if "ld-page" in vehicle] == sorted(wanted)
    assert len(vehicles) == len(set(vehicles))


async def test_pages_are_linked(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.positions({f"ld-linked-{n}": {} for n in range(3)})
    await shared_gateway.until(f"{ENTITIES}/urn:ngsi-ld:Vehicle:ld-linked-2", lambda answer: "id" in answer)
    answer = await shared_gateway.http.get(ENTITIES, params={"type": "Vehicle", "limit": 1, "offset": 1})
    assert len(answer.json()) == 1
    assert answer.links["next"]["url"] == f"{ENTITIES}?type=Vehicle&limit=1&offset=2"
    assert answer.links["prev"]["url"] == f"{ENTITIES}?type=Vehicle&limit=1&offset=0"
    first = await shared_gateway.http.get(answer.links["prev"]["url"])
    assert first.json()[0]["id"] < answer.json()[0]["id"]
    assert "prev" not in first.links
    beyond = await shared_gateway.http.get(ENTITIES, params={"type": "Vehicle", "offset": 100_000})
    assert (beyond.json(), "next" in beyond.links) == ([], False)


async def test_json_names_its_context_in_a_header_and_json_ld_in_itself(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.position("ld-context")
    path = f"{ENTITIES}/urn:ngsi-ld:Vehicle:ld-context"
    await shared_gateway.until(path, lambda answer: "id" in answer)
    json = await shared_gateway.http.get(path)
    assert (json.headers["Content-Type"], "@context" in json.json()) == ("application/json", False)
    link = json.links["http://www.w3.org/ns/json-ld#context"]
    ld = await shared_gateway.http.get(path, headers={"Accept": "application/ld+json"})
    assert (ld.headers["Content-Type"], ld.links) == ("application/ld+json", {})
    assert link["url"] == ld.json()["@context"][0]
    assert link["url"].endswith("dataModel.Transportation/master/context.jsonld")


@pytest.mark.parametrize("encoded", [1, 2])
async def test_any_id_has_a_urn_that_leads_to_it(
    shared_gateway: Gateway, shared_speed: SpeedLayer, encoded: int
) -> None:
    await shared_speed.position("ld ../ü&%2f")
    urn = "urn:ngsi-ld:Vehicle:ld%20..%2F%C3%BC%26%252f"
    path = f"{ENTITIES}/{urn if encoded == 1 else quote(urn, safe='')}"
    answer = await shared_gateway.until(path, lambda answer: "id" in answer)
    assert answer["id"] == urn


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "type"),
        ({"type": ""}, "type"),
        ({"type": "Vehicle,WeatherObserved"}, "type"),
        ({"type": "Vehicle", "limit": "1001"}, "limit"),
        ({"type": "Vehicle", "limit": "0"}, "limit"),
        ({"type": "Vehicle", "offset": "-1"}, "offset"),
        ({"type": "Vehicle", "count": "yes"}, "count"),
        ({"type": "Vehicle", "q": "speed>50"}, "q"),
    ],
)
async def test_a_wrong_parameter_is_named(
    shared_gateway: Gateway, parameters: dict[str, str], field: str
) -> None:
    answer = await shared_gateway.http.get(ENTITIES, params=parameters)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_there_is_nothing_of_an_unknown_type(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get(ENTITIES, params={"type": "Farm", "limit": 0, "count": "true"})
    assert (answer.status_code, answer.json(), answer.headers["NGSILD-Results-Count"]) == (200, [], "0")


async def test_entities_need_a_password(shared_gateway: Gateway) -> None:
    async with httpx.AsyncClient(base_url=shared_gateway.url) as stranger:
        assert (await stranger.get(ENTITIES, params={"type": "Vehicle"})).status_code == 401

"""Every listed id can be asked for, whatever is in it; and ways to ask that need no headers."""

import json
from urllib.parse import quote

import pytest

from tests.gateway.filled import fill
from tests.gateway.raw import answer, basic
from tests.gateway.running import GEOJSON, VIEWER, Gateway, receive, subscribe
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.gateway.test_city import incident

LOCATIONS = "/api/vehicles/locations"
STRANGE = ["depot/7", "depot/7/track", "a//b", "..", "near", "locations", "a,b", "a\\b", "a\tb", "ü %2F", "+"]


@pytest.mark.parametrize("id_", STRANGE)
async def test_any_id_can_be_asked_for_by_its_list(
    shared_gateway: Gateway, shared_speed: SpeedLayer, id_: str
) -> None:
    await shared_speed.position(id_, longitude=77.0)
    listed = await shared_gateway.until(
        f"{LOCATIONS}?id={quote(id_, safe='')}", lambda answer: answer["total"] == 1
    )
    assert [one["vehicle_id"] for one in listed["vehicles"]] == [id_]


async def test_several_ids_are_asked_for_at_once(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.positions({id_: {} for id_ in ("many-a", "many-b", "many-c")})
    path = f"{LOCATIONS}?id=many-c&id=many-a&id=nobody&id=many-a"
    listed = await shared_gateway.until(path, lambda answer: answer["total"] == 2)
    assert [one["vehicle_id"] for one in listed["vehicles"]] == ["many-a", "many-c"]


async def test_an_ended_incident_is_listed_when_it_is_asked_for(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.incident("ended/1", incident("resolved"))
    path = "/api/emergencies/active"
    answer = await shared_gateway.until(f"{path}?id=ended%2F1", lambda answer: answer["total"] == 1)
    assert (answer["emergencies"][0]["incident_id"], answer["emergencies"][0]["active"]) == ("ended/1", False)
    assert "ended/1" not in {one["incident_id"] for one in (await shared_gateway.get(path))["emergencies"]}


async def test_every_list_is_asked_for_an_id(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await fill(shared_gateway, shared_speed, "asked/for")
    for path, id_ in (
        ("/api/traffic/live", "road_id"),
        ("/api/emergencies/active", "incident_id"),
        ("/api/weather/current", "station_id"),
        ("/api/cameras", "camera_id"),
    ):
        named = {"road_id": "north", "station_id": "station-1", "camera_id": "cam-1"}.get(id_, "asked/for")
        answer = await shared_gateway.get(path, id=named)
        (name,) = (name for name, value in answer.items() if isinstance(value, list))
        assert [one[id_] for one in answer[name]] == [named]
        assert answer["total"] == 1


@pytest.mark.parametrize("slash", ["/", "%2F", "%2f"])
async def test_a_slash_is_a_part_of_an_id(
    shared_gateway: Gateway, shared_speed: SpeedLayer, slash: str
) -> None:
    await shared_speed.position("depot/7", longitude=77.0)
    path = f"/api/vehicles/depot{slash}7"
    found = await shared_gateway.until(path, lambda answer: answer.get("longitude") == 77.0)
    assert found["vehicle_id"] == "depot/7"
    # A longer route has more of the path.
    track = await shared_gateway.get(f"{path}/track")
    assert (track["vehicle_id"], len(track["points"])) == ("depot/7", 1)


async def test_an_encoded_slash_keeps_a_longer_route_away(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.position("depot/7/track", longitude=78.0)
    path = "/api/vehicles/depot%2F7%2Ftrack"
    found = await shared_gateway.until(path, lambda answer: answer.get("longitude") == 78.0)
    assert found["vehicle_id"] == "depot/7/track"


async def test_another_method_is_not_for_an_id_either(shared_gateway: Gateway) -> None:
    assert (await shared_gateway.http.put("/api/vehicles/depot/7")).status_code == 405
    assert (await shared_gateway.http.head("/api/cameras/cam-1")).status_code == 200


async def test_format_comes_before_what_the_headers_say(shared_gateway: Gateway) -> None:
    for path in ("/api/traffic/live", "/api/traffic/live/north", LOCATIONS, "/api/analytics/congestion"):
        found = await shared_gateway.http.get(path, params={"format": "geojson"})
        assert (found.status_code, found.headers["content-type"]) == (200, GEOJSON), path
        plain = await shared_gateway.http.get(path, params={"format": "json"}, headers={"Accept": GEOJSON})
        assert plain.headers["content-type"] == "application/json", path
    for path in (LOCATIONS, "/api/cameras/cam-1"):
        refused = await shared_gateway.http.get(path, params={"format": "xml"})
        assert (refused.status_code, refused.json()["field"]) == (400, "format")
    refused = await shared_gateway.http.get("/api/status", params={"format": "json"})
    assert (refused.status_code, refused.json()["field"]) == (400, "format")


async def test_a_time_with_a_bare_plus_is_read(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.position("plus", time_ms=now_ms())
    await shared_gateway.until("/api/vehicles/plus", lambda answer: "vehicle_id" in answer)
    for since, status in (("2026-11-27T18:10:50+01:00", 200), ("2026-11-27T18:10:50 0100", 400)):
        # As an address bar sends it.
        request = (
            f"GET {LOCATIONS}?id=plus&since={since.replace(' ', '+')} HTTP/1.1\r\nHost: x\r\n"
            f"Connection: close\r\nAuthorization: {basic(VIEWER)}\r\n\r\n"
        )
        code, _, body = await answer(shared_gateway.port, request.encode())
        assert code == status
        if status == 200:
            assert json.loads(body)["total"] == 1


async def test_a_box_over_the_180th_meridian(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    places = {"fiji-west": 179.5, "fiji-east": -179.5, "fiji-far": 170.0}
    await shared_speed.positions(
        {key: {"longitude": longitude, "latitude": -17.0} for key, longitude in places.items()}
    )
    path = f"{LOCATIONS}?bbox=179,-18,-179,-16"
    listed = await shared_gateway.until(path, lambda answer: answer["total"] == 2)
    assert {one["vehicle_id"] for one in listed["vehicles"]} == {"fiji-west", "fiji-east"}
    async with shared_gateway.live() as socket:
        await subscribe(socket, "vehicles", bbox=[179, -18, -179, -16])
        snapshot = await receive(socket, "snapshot")
        assert {one["vehicle_id"] for one in snapshot["items"]} == {"fiji-west", "fiji-east"}


async def test_a_road_in_no_such_box_is_not_in_the_answer(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.road("north", now_ms() // 300_000 * 300, readings(20.0))
    await shared_gateway.until("/api/traffic/live/north", lambda answer: answer["readings"] is not None)
    there = await shared_gateway.get("/api/analytics/congestion", bbox="13.39,52,13.41,53")
    assert [one["road_id"] for one in there["roads"]] == ["north"]
    # All of the globe but the road's place.
    around = await shared_gateway.get("/api/analytics/congestion", bbox="14,52,13,53")
    assert around["roads"] == []

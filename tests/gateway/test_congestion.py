"""Roads by how congested they are: `/api/analytics/congestion`."""

from typing import Any

import pytest
from geojson_pydantic import Feature, FeatureCollection, LineString

from gateway.pages import cursor
from tests.gateway.conftest import StartGateway
from tests.gateway.running import GEOJSON, Gateway
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings

PATH = "/api/analytics/congestion"


async def test_the_worst_come_first_and_pages_go_on(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    start_s = now_ms() // 300_000 * 300
    await speed.road("north", start_s, readings(45.0))
    await speed.road("east", start_s, readings(5.0, 5.0))
    await speed.road("south", start_s - 300, readings(15.0))
    # Measured long ago, and unknown to the city model.
    await speed.road("quiet", start_s - 3_600, readings(1.0))
    await speed.road("elsewhere", start_s, readings(1.0))
    gateway = await start_gateway()

    async def ids(**more: object) -> list[str]:
        return [road["road_id"] for road in (await gateway.get(PATH, **more))["roads"]]

    answer = await gateway.get(PATH)
    assert [(road["road_id"], road["level"], road["ratio"]) for road in answer["roads"]] == [
        ("east", "jammed", pytest.approx(0.1)),
        ("south", "heavy", pytest.approx(0.3)),
        ("north", "free", pytest.approx(0.9)),
    ]
    assert (answer["count"], answer["total"], answer["next_cursor"]) == (3, 3, None)
    numbers = {level: total["roads"] for level, total in answer["levels"].items()}
    assert numbers == {"free": 1, "light": 0, "moderate": 0, "heavy": 1, "jammed": 1, "unknown": 2}
    assert answer["levels"]["jammed"]["length_m"] == 1_300.0
    assert await ids(level="jammed,heavy") == ["east", "south"]
    assert await ids(bbox="13.55,52,13.65,53") == ["south"]
    first = await gateway.get(PATH, limit=2)
    assert [road["road_id"] for road in first["roads"]] == ["east", "south"]
    assert await ids(limit=2, cursor=first["next_cursor"]) == ["north"]
    as_geojson = await gateway.http.get(PATH, headers={"Accept": GEOJSON})
    collection = FeatureCollection[Feature[LineString, dict[str, Any]]].model_validate_json(as_geojson.text)
    assert [feature.properties for feature in collection.features] == answer["roads"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "awful"),
        ("level", "unknown"),
        ("bbox", "1,2,3"),
        ("limit", "0"),
        ("cursor", "garbage"),
        ("cursor", cursor("north")),
        ("cursor", cursor([0.5])),
        ("area", "north"),
    ],
)
async def test_a_parameter_that_can_not_be_used_is_named(
    shared_gateway: Gateway, name: str, value: str
) -> None:
    answer = await shared_gateway.http.get(PATH, params={name: value})
    assert (answer.status_code, answer.json()["field"]) == (400, name)


@pytest.mark.parametrize("path", ["/api/traffic/live", "/api/roads"])
async def test_pages_of_roads_concatenate_to_the_whole(shared_gateway: Gateway, path: str) -> None:
    async def ids(**more: str | int) -> tuple[list[str], str | None]:
        answer = await shared_gateway.http.get(path, params=more, headers={"Accept": GEOJSON})
        collection = FeatureCollection[Feature[LineString, dict[str, Any]]].model_validate_json(answer.text)
        return [str(feature.id) for feature in collection.features], answer.json()["next_cursor"]

    whole, after = await ids()
    assert after is None
    seen, after = await ids(limit=1)
    while after:
        shown, after = await ids(limit=1, cursor=after)
        seen += shown
    assert seen == whole
    assert len(whole) >= 4

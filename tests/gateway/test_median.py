"""`as_of_median`: how old a list is but for its youngest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts.event_time import rfc3339
from gateway.answers import median_of
from gateway.view import Entry
from tests.gateway.conftest import StartGateway
from tests.gateway.running import GEOJSON, Gateway, receive, subscribe
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings

LOCATIONS = "/api/vehicles/locations"
LONG_AGO_MS = 1_700_000_000_000


@given(st.lists(st.none() | st.integers(LONG_AGO_MS, LONG_AGO_MS + 9), max_size=9))
def test_it_is_the_one_in_the_middle_or_the_earlier_of_two(times_ms: list[int | None]) -> None:
    entries: list[Entry[Any]] = [
        Entry(str(number), time_ms, None, b"{}") for number, time_ms in enumerate(times_ms)
    ]
    known = sorted(time_ms for time_ms in times_ms if time_ms is not None)
    wanted = rfc3339(known[(len(known) - 1) // 2]) if known else None
    assert median_of(entries) == wanted


async def asked(gateway: Gateway, path: str, **parameters: Any) -> str | None:
    """What JSON, and GeoJSON alike, tells."""
    told = {
        (await gateway.http.get(path, params=parameters, headers={"Accept": accept})).json()["as_of_median"]
        for accept in ("application/json", GEOJSON)
    }
    (one,) = told
    return one if one is None else str(one)


async def test_one_young_vehicle_does_not_hide_that_the_rest_is_old(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    ages_ms = {"a": 50_000, "b": 40_000, "c": 0, "d": 0}
    await speed.positions(
        {
            key: {"time_ms": LONG_AGO_MS - age_ms, "longitude": 13.4 if key != "d" else 20.0}
            for key, age_ms in ages_ms.items()
        }
    )
    gateway = await start_gateway()
    box = "13,52,14,53"
    answer = await gateway.get(LOCATIONS, bbox=box)
    assert (answer["as_of"], answer["as_of_median"]) == (rfc3339(LONG_AGO_MS), rfc3339(LONG_AGO_MS - 40_000))
    middle = rfc3339(LONG_AGO_MS - 40_000)
    # Of all pages together, and of all that is in the circle.
    assert await asked(gateway, LOCATIONS, bbox=box, limit=1) == middle
    assert await asked(gateway, "/api/vehicles/near", lat=52.5, lon=13.4, limit=1) == middle
    # Of four, the earlier of the two in the middle.
    assert await asked(gateway, LOCATIONS) == middle
    assert await asked(gateway, LOCATIONS, type="bus") is None
    async with gateway.live() as client:
        await subscribe(client, "vehicles", rate_ms=200)
        assert (await receive(client, "snapshot"))["as_of_median"] == middle
        await subscribe(client, "vehicles", rate_ms=200, entities=["c"])
        assert (await receive(client, "snapshot"))["as_of_median"] == rfc3339(LONG_AGO_MS)

    # One that is on another page changes it, and with it the tag.
    before = await gateway.http.get(LOCATIONS, params={"bbox": box, "limit": 1})
    await speed.position("b", time_ms=LONG_AGO_MS - 30_000)
    await gateway.until(f"{LOCATIONS}?bbox={box}&limit=1", lambda one: one["as_of_median"] != middle)
    after = await gateway.http.get(
        LOCATIONS, params={"bbox": box, "limit": 1}, headers={"If-None-Match": before.headers["etag"]}
    )
    assert after.status_code == 200
    assert after.json()["vehicles"] == before.json()["vehicles"]
    assert after.json()["as_of_median"] == rfc3339(LONG_AGO_MS - 30_000)


async def test_roads_without_data_do_not_count(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    gateway = await start_gateway()
    paths = ("/api/traffic/live", "/api/analytics/congestion")
    for path in (*paths, "/api/weather/current", "/api/cameras", "/api/emergencies/active"):
        assert await asked(gateway, path) is None, path
    start_s = now_ms() // 300_000 * 300
    await speed.road("north", start_s, readings(45.0), time_ms=start_s * 1000 + 60_000)
    await speed.road("east", start_s, readings(5.0), time_ms=start_s * 1000 + 1_000)
    await gateway.until(paths[0], lambda answer: answer["as_of_median"] == rfc3339(start_s * 1000 + 1_000))
    for path in paths:
        assert await asked(gateway, path) == rfc3339(start_s * 1000 + 1_000), path


@pytest.mark.parametrize("path", ["/api/vehicles/median-one", "/api/analytics/traffic-summary"])
async def test_what_is_no_list_has_none(shared_gateway: Gateway, shared_speed: SpeedLayer, path: str) -> None:
    await shared_speed.position("median-one")
    await shared_gateway.until("/api/vehicles/median-one", lambda answer: "vehicle_id" in answer)
    assert "as_of_median" not in await shared_gateway.get(path)

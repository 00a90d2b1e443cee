"""Which things are stale, and that a thing that becomes so is a change like any other."""

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts import camera, gps, redis_keys, weather
from citystream.replay.archived_states import ArchivedState
from citystream.replay.archived_windows import Found
from gateway.city import City
from gateway.fallback import Fallback
from gateway.staleness import StaleAfter, Staleness
from gateway.view import Entry, View
from tests.gateway.conftest import StartGateway
from tests.gateway.running import GEOJSON, Gateway, receive, subscribe
from tests.gateway.speed_layer import POSITION, SpeedLayer
from tests.gateway.test_city import observation
from tests.gateway.test_stream import listening

BOUND_S, BOUND_MS = 10.0, 10_000
# Of an earlier year: no clock has a say.
LONG_AGO_MS = 1_700_000_000_000
HERE = [120.0, 50.0, 120.0, 53.0]


def entry(key: str, time_ms: int | None) -> Entry[str]:
    return Entry(key, time_ms, None if time_ms is None else key, b'{"id":"%b"}' % key.encode())


def view(*blanks: str, ttl_s: int = 60) -> View[str]:
    return View("things", ttl_s, [entry(key, None) for key in blanks], staleness=Staleness(BOUND_S))


def told(things: View[str]) -> dict[str, bool | None]:
    """What each body says; it has each member once."""
    found = {}
    for one in things.all():
        assert one.body.count(b'"stale"') == 1
        found[one.key] = msgspec.json.decode(one.body)["stale"]
    return found


def changed(things: View[str], since: int) -> set[str]:
    changes = things.changes(since)
    assert changes is not None
    return {one.key for one in changes.changed}


def test_one_that_falls_behind_is_stale_until_it_is_seen_again() -> None:
    things = view()
    things.put(entry("a", 0))
    things.put(entry("b", BOUND_MS))
    assert told(things) == {"a": False, "b": False}
    seen = things.revision
    things.put(entry("b", BOUND_MS + 1))
    assert told(things) == {"a": True, "b": False}
    assert changed(things, seen) == {"a", "b"}
    seen = things.revision
    things.put(entry("b", BOUND_MS + 2))
    assert changed(things, seen) == {"b"}
    things.put(entry("a", 5_000))
    assert told(things) == {"a": False, "b": False}
    # It falls behind again, from its new time on.
    things.put(entry("b", 5_000 + BOUND_MS))
    assert told(things) == {"a": False, "b": False}
    things.put(entry("b", 5_001 + BOUND_MS))
    assert told(things) == {"a": True, "b": False}


def test_those_of_one_time_fall_behind_together() -> None:
    things = view()
    for key in "abc":
        things.put(entry(key, 0))
    seen = things.revision
    things.put(entry("d", BOUND_MS + 1))
    assert told(things) == {"a": True, "b": True, "c": True, "d": False}
    assert changed(things, seen) == {"a", "b", "c", "d"}


def test_one_that_comes_late_is_stale_at_once() -> None:
    things = view()
    things.put(entry("now", 100_000))
    things.put(entry("late", 100_000 - BOUND_MS - 1))
    assert told(things) == {"now": False, "late": True}
    revision = things.revision
    things.put(entry("late", 100_000 - BOUND_MS - 1))
    assert things.revision == revision


def test_when_the_newest_goes_back_those_it_left_behind_return() -> None:
    things = view()
    things.put(entry("a", 0))
    things.put(entry("b", 8_000))
    things.put(entry("ahead", 19_000))
    assert told(things) == {"a": True, "b": True, "ahead": False}
    seen = things.revision
    things.remove("ahead")
    things.expire()
    assert things.newest_ms == 8_000
    assert told(things) == {"a": False, "b": False}
    assert changed(things, seen) == {"a", "b"}
    # Its own event is an earlier one now.
    things.put(entry("b", 1_000))
    things.expire()
    things.put(entry("c", 1_001 + BOUND_MS))
    assert told(things) == {"a": True, "b": True, "c": False}


def test_one_of_the_city_model_is_neither_until_it_reports() -> None:
    things = view("blank")
    assert told(things) == {"blank": None}
    things.put(entry("a", 100_000))
    assert told(things) == {"blank": None, "a": False}
    things.put(entry("blank", 0))
    assert told(things) == {"blank": True, "a": False}
    things.remove("blank")
    assert told(things) == {"blank": None, "a": False}
    things.put(entry("blank", 100_000))
    assert told(things) == {"blank": False, "a": False}


def test_after_all_is_gone_any_time_is_the_newest() -> None:
    things = view()
    things.put(entry("a", 100_000))
    things.remove("a")
    things.expire()
    things.put(entry("b", 0))
    assert told(things) == {"b": False}


def test_a_view_without_bounds_tells_nothing_of_it() -> None:
    things: View[str] = View("things", 60)
    things.put(entry("a", 0))
    things.put(entry("b", 10**9))
    assert [one.body for one in things.all()] == [b'{"id":"a"}', b'{"id":"b"}']


KEYS = st.sampled_from("abcde")
STEPS = st.lists(
    st.tuples(st.just("put"), KEYS, st.integers(0, 40_000))
    | st.tuples(st.sampled_from(["remove", "expire"]), KEYS, st.just(0)),
    max_size=40,
)


@given(STEPS)
def test_after_any_steps_it_is_what_the_times_say(steps: list[tuple[str, str, int]]) -> None:
    things = view("a", ttl_s=25)
    for step, key, time_ms in steps:
        if step == "put":
            things.put(entry(key, time_ms))
        elif step == "remove":
            things.remove(key)
        else:
            things.expire()
        seen = things.revision
        assert told(things) == {
            one.key: None if one.time_ms is None else (things.newest_ms or 0) - one.time_ms > BOUND_MS
            for one in things.all()
        }
        assert things.revision == seen


def archived(key: str, time_ms: int) -> ArchivedState:
    value = {"vehicle_id": key, "time_ms": time_ms, **POSITION}
    version = redis_keys.latest_version(time_ms, 0, 0)
    field = redis_keys.LATEST_FIELD.encode()
    return ArchivedState(gps.LATEST, key, time_ms, field, version + msgspec.msgpack.encode(value))


async def test_what_comes_out_of_the_archive_is_judged_alike() -> None:
    city = City(None, None, StaleAfter(vehicles_s=90, weather_s=1_800, cameras_s=300))
    fallback = Fallback(city)
    states = [archived("behind", LONG_AGO_MS), archived("ahead", LONG_AGO_MS + 90_001)]
    fallback.keep("gps", Found([], states, 0, 0))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await fallback.run()
    assert city.vehicles.view.source == "batch"
    bodies = {one.key: msgspec.json.decode(one.body)["stale"] for one in city.vehicles.view.all()}
    assert bodies == {"behind": True, "ahead": False}


def staleness_of(things: list[dict[str, Any]]) -> dict[str, bool | None]:
    return {one["vehicle_id"]: one["stale"] for one in things}


async def test_a_vehicle_that_falls_behind_is_told_everywhere(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.positions({key: {"time_ms": LONG_AGO_MS, "longitude": 120.0} for key in ("still", "moving")})
    gateway = await start_gateway()
    path = "/api/vehicles/still"
    before = await gateway.http.get(path)
    assert before.json()["stale"] is False
    async with gateway.live() as client, gateway.live() as inside:
        await subscribe(client, "vehicles", rate_ms=200)
        await subscribe(inside, "vehicles", rate_ms=200, bbox=HERE)
        for one in (client, inside):
            assert staleness_of((await receive(one, "snapshot"))["items"]) == {
                "still": False,
                "moving": False,
            }
        async with listening(gateway, subscribe="vehicles", rate_ms=200, entities="still") as events:
            await events.next("snapshot")
            await speed.position("moving", time_ms=LONG_AGO_MS + 100_000, longitude=120.0)
            for one in (client, inside):
                delta = await receive(one, "delta")
                assert staleness_of(delta["changed"]) == {"still": True, "moving": False}
            assert staleness_of((await events.next("delta"))[1]["changed"]) == {"still": True}

            # The whole thing is as it was but for this.
            after = await gateway.http.get(path, headers={"If-None-Match": before.headers["etag"]})
            assert after.status_code == 200
            assert after.json() == before.json() | {"stale": True}
            await _is_told_in_lists(gateway)
            # Another process, which has not seen it fall behind, says the same.
            other = await start_gateway()
            again = await other.http.get(path, headers={"If-None-Match": after.headers["etag"]})
            assert again.status_code == 304

            await speed.position("still", time_ms=LONG_AGO_MS + 100_000, longitude=120.0)
            for one in (client, inside):
                assert staleness_of((await receive(one, "delta"))["changed"]) == {"still": False}
            assert staleness_of((await events.next("delta"))[1]["changed"]) == {"still": False}
    assert (await gateway.get(path))["stale"] is False


async def _is_told_in_lists(gateway: Gateway) -> None:
    wanted = {"still": True, "moving": False}
    for path, more in (("/api/vehicles/locations", {}), ("/api/vehicles/near", {"lat": 52.5, "lon": 120.0})):
        assert staleness_of((await gateway.get(path, **more))["vehicles"]) == wanted
        answer = await gateway.http.get(path, params=more, headers={"Accept": GEOJSON})
        assert staleness_of([one["properties"] for one in answer.json()["features"]]) == wanted
    answer = await gateway.http.get("/api/vehicles/still", headers={"Accept": GEOJSON})
    assert answer.json()["properties"]["stale"] is True


@pytest.mark.parametrize(
    ("path", "name", "own", "bound_s"),
    [
        ("/api/weather/current", "stations", "station-1", 1_800),
        ("/api/cameras", "cameras", "cam-1", 300),
    ],
)
async def test_stations_and_cameras_have_bounds_of_their_own(
    speed: SpeedLayer, start_gateway: StartGateway, path: str, name: str, own: str, bound_s: int
) -> None:
    gateway = await start_gateway()
    id_ = {"stations": "station_id", "cameras": "camera_id"}[name]

    async def until(wanted: dict[str, bool | None]) -> None:
        await gateway.until(path, lambda answer: {one[id_]: one["stale"] for one in answer[name]} == wanted)

    async def see(key: str, time_ms: int) -> None:
        if name == "stations":
            await speed.latest("weather", weather.LATEST, {key: observation(time_ms=time_ms)})
        else:
            await speed.latest("camera", camera.LATEST, {key: {"time_ms": time_ms, "road_id": "north"}})

    await until({own: None})
    await see(own, LONG_AGO_MS)
    await until({own: False})
    await see("other", LONG_AGO_MS + bound_s * 1000)
    await until({own: False, "other": False})
    await see("other", LONG_AGO_MS + bound_s * 1000 + 1)
    await until({own: True, "other": False})


async def test_the_bound_is_a_setting(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    await speed.positions({"a": {"time_ms": LONG_AGO_MS}, "b": {"time_ms": LONG_AGO_MS + 1_501}})
    gateway = await start_gateway(CITY_GATEWAY_STALE_VEHICLES_S="1.5")
    answer = await gateway.get("/api/vehicles/locations")
    assert staleness_of(answer["vehicles"]) == {"a": True, "b": False}

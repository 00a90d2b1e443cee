"""What clients and caches may keep: entity tags, 304, packed answers."""

import gzip

import pytest
import zstandard

from tests.gateway.conftest import StartGateway
from tests.gateway.running import GEOJSON, Gateway
from tests.gateway.speed_layer import SpeedLayer

TAGGED = [
    "/api/traffic/live",
    "/api/traffic/live/north",
    "/api/vehicles/locations",
    "/api/emergencies/active",
    "/api/weather/current",
    "/api/cameras",
    "/api/cameras/cam-1",
    "/api/analytics/traffic-summary",
    "/api/roads",
]


@pytest.mark.parametrize("path", TAGGED)
async def test_who_has_the_answer_is_told_so(shared_gateway: Gateway, path: str) -> None:
    first = await shared_gateway.http.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers.get_list("cache-control") == ["private, no-cache"]
    assert first.headers["vary"] == "Accept, Accept-Encoding, Authorization, Cookie"
    again = await shared_gateway.http.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-type" not in again.headers
    assert again.headers["vary"] == first.headers["vary"]
    assert again.headers["cache-control"] == "private, no-cache"
    other = await shared_gateway.http.get(path, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_the_tag_changes_with_what_is_told_and_with_how(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    path = "/api/vehicles/tagged"
    await shared_speed.position("tagged", longitude=13.1)
    await shared_gateway.until(path, lambda answer: "vehicle_id" in answer)
    before = (await shared_gateway.http.get(path)).headers["etag"]
    as_geojson = (await shared_gateway.http.get(path, headers={"Accept": GEOJSON})).headers["etag"]
    await shared_speed.position("tagged", longitude=13.2)
    await shared_gateway.until(path, lambda answer: answer["longitude"] == 13.2)
    answer = await shared_gateway.http.get(path, headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert len({before, as_geojson, answer.headers["etag"]}) == 3


async def test_two_processes_give_the_same_tag_for_the_same_answer(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.positions({f"bus-{number}": {} for number in range(20)})
    one = await start_gateway()
    # The second one's views have another history.
    await speed.position("bus-3", longitude=13.9)
    await one.until("/api/vehicles/bus-3", lambda answer: answer["longitude"] == 13.9)
    other = await start_gateway()
    for path in TAGGED:
        tag = (await one.http.get(path)).headers["etag"]
        answer = await other.http.get(path, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.headers["etag"]) == (304, tag), path
        assert (await other.http.get(path)).content == (await one.http.get(path)).content


async def test_a_long_answer_is_packed_for_who_takes_it(shared_gateway: Gateway) -> None:
    answers = {}
    for coding in ("gzip", "zstd", "identity"):
        headers = {"Accept-Encoding": coding}
        async with shared_gateway.http.stream("GET", "/api/traffic/live", headers=headers) as answer:
            answers[coding] = b"".join([part async for part in answer.aiter_raw()])
            assert answer.headers.get("content-encoding", "identity") == coding
            assert "Accept-Encoding" in answer.headers["vary"]
            assert int(answer.headers["content-length"]) == len(answers[coding])
    for coding, unpack in (("gzip", gzip.decompress), ("zstd", zstandard.ZstdDecompressor().decompress)):
        assert len(answers[coding]) < len(answers["identity"]) / 2
        assert unpack(answers[coding]) == answers["identity"]


async def test_a_short_answer_is_not_packed(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get("/api/cameras/cam-1", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


async def test_nothing_else_may_be_kept(shared_gateway: Gateway) -> None:
    for path in ("/api/status", "/api/vehicles/no-such", "/api/cameras?limit=none", "/nowhere"):
        answer = await shared_gateway.http.get(path)
        assert answer.headers["cache-control"] == "no-store", path
        assert "etag" not in answer.headers

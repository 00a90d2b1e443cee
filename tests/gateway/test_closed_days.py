"""Days that the batch layer has published: they win over Redis, and answer without it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from citystream.contracts.camera import CameraWindow
from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import GpsWindow
from citystream.contracts.traffic import TrafficWindow
from citystream.contracts.weather import WeatherWindow
from demo.servers.server import Server
from gateway.missing import AWAY
from tests.conftest import make_bucket
from tests.gateway.conftest import StartGateway, gateway_environment
from tests.gateway.running import Gateway, until
from tests.gateway.speed_layer import SpeedLayer, readings
from tests.gateway.written_days import Part, WrittenDays
from tests.harness.patience import PATIENCE_S

# Midnight is 18:15 UTC there: two days touch that hour, and a window of ten minutes.
ZONE = "Asia/Kathmandu"
CLOSED, CLOSED_TOO, INCOMPLETE = "2026-03-10", "2026-03-11", "2026-03-12"
NOBODY = "redis://127.0.0.1:1/0"
REASON = "the archive is not whole"
NORTH = "/api/traffic/history/north"
STATUS = "/api/status"
DAYS_UP = 'city_gateway_batch_up{reader="days"}'
HISTORIES = {
    NORTH: "windows",
    "/api/analytics/history": "windows",
    "/api/weather/history/station-1": "windows",
    "/api/cameras/cam-1/history": "windows",
    "/api/vehicles/bus-1/track": "points",
}


@dataclass
class Written:
    """Three days, one of them incomplete; a gateway that has Redis too, and one that does not."""

    days: WrittenDays
    speed: SpeedLayer
    gateway: Gateway
    alone: Gateway


@pytest.fixture(scope="module")
def days(s3_endpoint: str) -> Iterator[WrittenDays]:
    namespace = f"t{secrets.token_hex(3)}-days"
    make_bucket(s3_endpoint, namespace)
    with WrittenDays(s3_endpoint, namespace, namespace, ZONE) as written:
        yield written


@pytest.fixture(scope="module")
async def written(days: WrittenDays, redis_url: str, gateway_dir: Path) -> AsyncIterator[Written]:
    noon_s = noon(days, CLOSED)
    days.publish(
        CLOSED,
        {
            "traffic.road": [
                # An hour later it goes on in another object.
                *(Part("north", noon_s + at, readings(50.0)) for at in (0, 300, 3_600)),
                Part("unheard-of", noon_s, readings(20.0, 30.0)),
            ],
            "weather.weather": [
                Part("station-1", noon_s, temperatures(20)),
                over_midnight(days.day(CLOSED).end_ms, 4),
            ],
            "camera.road": [Part("north", noon_s, CameraWindow(observations=2, car=7))],
            "gps.minute": [Part("bus-1", noon_s, minute(noon_s, 13.1))],
        },
    )
    days.publish(
        CLOSED_TOO,
        {
            "weather.weather": [
                over_midnight(days.day(CLOSED_TOO).start_ms, 10),
                over_midnight(days.day(CLOSED_TOO).end_ms, 1),
            ]
        },
    )
    incomplete_s = noon(days, INCOMPLETE)
    days.publish(
        INCOMPLETE,
        {
            "traffic.road": [Part("north", incomplete_s + at, readings(50.0)) for at in (0, 300)],
            "weather.weather": [over_midnight(days.day(INCOMPLETE).start_ms, 1)],
        },
        [REASON],
    )
    speed = SpeedLayer(redis_url, days.namespace)
    environment = gateway_environment(gateway_dir, redis_url, days.namespace) | days.environment
    gateway = Gateway(gateway_dir, environment)
    alone = Gateway(gateway_dir, environment | {"CITY_REDIS": NOBODY})
    await asyncio.gather(gateway.start(), alone.start())
    yield Written(days, speed, gateway, alone)
    await asyncio.gather(gateway.stop(), alone.stop())
    await speed.client.aclose()


def noon(days: WrittenDays, day: str) -> int:
    """A full hour in the middle of a day, epoch seconds."""
    start_s = days.day(day).start_ms // 1000
    return start_s - start_s % 3_600 + 12 * 3_600


def temperatures(*degrees: int) -> WeatherWindow:
    return WeatherWindow(observations=len(degrees), temperature_sum=sum(degrees) * 1_000)


def over_midnight(midnight_ms: int, degrees: int) -> Part:
    """What one of two days has of the station's window that begins five minutes before midnight."""
    start_s = midnight_ms // 1000 - 300
    return Part("station-1", start_s, temperatures(degrees))


def minute(start_s: int, longitude: float) -> GpsWindow:
    return GpsWindow(1, 30_000, 30_000, start_s * 1000 + 5_000, 52_500_000, round(longitude * 1e6))


def hour(start_s: int) -> dict[str, str]:
    return {"from": rfc3339(start_s * 1000), "to": rfc3339((start_s + 3_600) * 1000)}


def away(**span: str) -> dict[str, str]:
    """What is missing without Redis."""
    return {**span, "reason": AWAY}


def told(answer: Any) -> list[tuple[float, str]]:
    """Mean speed and source of each window."""
    assert answer["count"] == len(answer["windows"])
    return [(one["mean_speed_kmh"], one["source"]) for one in answer["windows"]]


def batch_of(status: Any) -> Any:
    return status["layers"]["batch"]


async def of_days(gateway: Gateway, path: str, **asked: Any) -> Any:
    """The answer that has what a day's views have: on a busy machine the first may come without."""

    async def ask() -> Any:
        return (await gateway.http.get(path, params=asked)).json()

    return await until(ask, lambda answer: answer.get("source") == "batch" or answer.get("incomplete_days"))


async def in_redis(written: Written, road: str, windows: dict[int, TrafficWindow]) -> None:
    await written.speed.page("traffic", "road", road, windows)


async def test_a_closed_day_wins_over_other_numbers_in_redis(written: Written) -> None:
    noon_s = noon(written.days, CLOSED)
    # Of the last one the batch layer knows that there was no event.
    await in_redis(written, "north", {noon_s + at: readings(10.0) for at in (0, 300, 600)})
    answer = await of_days(written.gateway, NORTH, **hour(noon_s))
    assert told(answer) == [(50.0, "batch")] * 2
    assert [one["closed"] for one in answer["windows"]] == [True, True]
    assert (answer["source"], answer["incomplete_days"]) == ("batch", [])
    summed = await of_days(written.gateway, NORTH, **hour(noon_s), step=900)
    assert (told(summed), summed["windows"][0]["readings"]) == ([(50.0, "batch")], 2)


async def test_an_incomplete_day_says_so_and_redis_wins_there(written: Written) -> None:
    noon_s = noon(written.days, INCOMPLETE)
    await in_redis(written, "north", {noon_s: readings(10.0)})
    answer = await of_days(written.gateway, NORTH, **hour(noon_s))
    # What Redis lost is as far known as the day has it.
    assert told(answer) == [(10.0, "speed"), (50.0, "batch")]
    assert answer["incomplete_days"] == [{"date": INCOMPLETE, "reasons": [REASON]}]
    alone = await of_days(written.alone, NORTH, **hour(noon_s))
    assert told(alone) == [(50.0, "batch")] * 2
    assert [one["closed"] for one in alone["windows"]] == [False, False]
    assert alone["incomplete_days"] == answer["incomplete_days"]
    assert (answer["missing"], alone["missing"]) == ([], [away(**hour(noon_s))])


async def test_without_redis_a_closed_day_answers_every_history(written: Written) -> None:
    noon_s, alone = noon(written.days, CLOSED), written.alone
    road = await of_days(alone, "/api/traffic/history/unheard-of", **hour(noon_s))
    assert told(road) == [(25.0, "batch")]
    long = {"from": rfc3339(noon_s * 1000), "to": rfc3339((noon_s + 7_200) * 1000)}
    assert told(await of_days(alone, NORTH, **long)) == [(50.0, "batch")] * 3
    city = await of_days(alone, "/api/analytics/history", **hour(noon_s))
    assert told(city) == [(pytest.approx(100 / 3), "batch"), (50.0, "batch")]
    station = await of_days(alone, "/api/weather/history/station-1", **hour(noon_s))
    assert [one["mean_temperature_c"] for one in station["windows"]] == [20.0]
    camera = await of_days(alone, "/api/cameras/cam-1/history", **hour(noon_s))
    assert [one["counts"]["car"] for one in camera["windows"]] == [7]
    for answer in (road, city, station, camera):
        assert (answer["source"], answer["incomplete_days"], answer["missing"]) == ("batch", [], [])
        assert {one["source"] for one in answer["windows"]} == {"batch"}
    unknown = await alone.http.get("/api/traffic/history/nowhere", params=hour(noon_s))
    assert unknown.status_code == 404


async def test_without_redis_a_time_of_a_closed_day_has_its_roads_and_vehicles(written: Written) -> None:
    noon_s, alone = noon(written.days, CLOSED), written.alone
    roads = await of_days(alone, "/api/traffic/at", time=noon_s + 10)
    assert [(one["road_id"], one["mean_speed_kmh"], one["closed"]) for one in roads["roads"]] == [
        ("north", 50.0, True),
        ("unheard-of", 25.0, True),
    ]
    vehicles = await of_days(alone, "/api/vehicles/at", time=noon_s + 10)
    assert [(one["vehicle_id"], one["longitude"]) for one in vehicles["vehicles"]] == [("bus-1", 13.1)]
    track = await of_days(alone, "/api/vehicles/bus-1/track", **hour(noon_s))
    assert [one["longitude"] for one in track["points"]] == [13.1]
    for answer in (roads, vehicles, track):
        assert (answer["source"], answer["incomplete_days"], answer["missing"]) == ("batch", [], [])


async def test_a_window_over_two_closed_days_is_whole_and_over_an_incomplete_one_is_that_of_redis(
    written: Written,
) -> None:
    whole_s = written.days.day(CLOSED).end_ms // 1000 - 300
    open_s = written.days.day(CLOSED_TOO).end_ms // 1000 - 300
    await written.speed.page(
        "weather", "weather", "station-1", {at: temperatures(30, 30, 30) for at in (whole_s, open_s)}
    )
    found = []
    for start_s in (whole_s, open_s):
        answer = await of_days(written.gateway, "/api/weather/history/station-1", **hour(start_s))
        assert answer["windows"][0]["window_start"] == rfc3339(start_s * 1000)
        (one,) = answer["windows"]
        found.append((one["observations"], one["mean_temperature_c"], one["source"]))
    assert found == [(2, 7.0, "batch"), (3, 30.0, "speed")]


async def test_a_day_that_is_published_is_seen_without_a_restart(written: Written) -> None:
    days, gateway = written.days, written.gateway
    first, again = "2026-04-01", "2026-04-02"
    for day in (first, again):
        await in_redis(written, "north", {noon(days, day): readings(10.0)})
    days.publish(again, {"traffic.road": [Part("north", noon(days, again), readings(50.0))]})
    # Its newest event makes hours of the city kept for minutes.
    await written.speed.road("north", noon(days, "2026-04-03"), readings(1.0))
    await gateway.until("/api/traffic/live/north", lambda answer: (answer["timestamp"] or "") >= "2026-04-03")

    async def speeds(day: str) -> list[list[tuple[float, str]]]:
        start_s = noon(days, day)
        road = await gateway.get(NORTH, **hour(start_s))
        city = await gateway.get("/api/analytics/history", **hour(start_s))
        at = await gateway.get("/api/traffic/at", time=start_s)
        return [told(road), told(city), [(one["mean_speed_kmh"], at["source"]) for one in at["roads"]]]

    assert await speeds(first) == [[(10.0, "speed")]] * 3
    await until(lambda: speeds(again), lambda found: found == [[(50.0, "batch")]] * 3)
    days.publish(first, {"traffic.road": [Part("north", noon(days, first), readings(30.0))]})
    days.publish(again, {"traffic.road": [Part("north", noon(days, again), readings(60.0))]})
    await until(lambda: speeds(first), lambda found: found == [[(30.0, "batch")]] * 3)
    await until(lambda: speeds(again), lambda found: found == [[(60.0, "batch")]] * 3)


async def test_a_manifest_that_can_not_be_read_is_told_and_answers_go_on(written: Written) -> None:
    day = "2026-05-01"
    start_s = noon(written.days, day)
    written.days.put_manifest(day, b'{"date": 1}')
    await in_redis(written, "north", {start_s: readings(10.0)})
    assert told(await written.gateway.get(NORTH, **hour(start_s))) == [(10.0, "speed")]
    alone = await written.alone.get(NORTH, **hour(start_s))
    assert (alone["windows"], alone["missing"]) == ([], [away(**hour(start_s))])

    async def log() -> str:
        return written.gateway.process.log.read_text()

    await until(log, lambda text: f"date={day}.json can't be read: ValidationError" in text)


async def test_an_s3_that_hangs_leaves_redis_and_its_return_the_days(
    written: Written, s3_server: Server
) -> None:
    days = written.days
    start_s, later_s = noon(days, "2026-06-01"), noon(days, "2026-06-02")
    for day, at in (("2026-06-01", start_s), ("2026-06-02", later_s)):
        days.publish(day, {"traffic.road": [Part("north", at, readings(50.0))]})
        await in_redis(written, "north", {at: readings(10.0)})
    before = await written.gateway.until(STATUS, lambda answer: batch_of(answer)["state"] == "up")
    await asyncio.to_thread(s3_server.pause)
    assert told(await written.gateway.get(NORTH, **hour(start_s))) == [(10.0, "speed")]
    down = batch_of(await written.gateway.get(STATUS))
    assert (down["state"], down["since"] > batch_of(before)["since"]) == ("down", True)
    assert await written.gateway.metric(DAYS_UP) == 0
    lost = await written.alone.http.get(NORTH, params=hour(start_s))
    assert (lost.status_code, "retry-after" in lost.headers) == (503, True)
    await asyncio.to_thread(s3_server.resume)
    # Nobody asks for a day, and it is seen.
    up = await written.gateway.until(STATUS, lambda answer: batch_of(answer)["state"] == "up")
    assert batch_of(up)["since"] > down["since"]
    assert await written.gateway.metric(DAYS_UP) == 1
    for gateway in (written.gateway, written.alone):
        await gateway.until(
            f"{NORTH}?from={later_s}&to={later_s + 3_600}",
            lambda answer: [one["source"] for one in answer.get("windows", ())] == ["batch"],
        )


async def test_what_neither_redis_nor_a_day_has_is_named(written: Written) -> None:
    start_s = noon(written.days, "2026-07-01")
    for path, name in HISTORIES.items():
        answer = await written.alone.get(path, **hour(start_s))
        assert (answer[name], answer["missing"]) == ([], [away(**hour(start_s))]), path
    for path, name, length_s in (("/api/traffic/at", "roads", 300), ("/api/vehicles/at", "vehicles", 60)):
        answer = await written.alone.get(path, time=start_s)
        window = {"from": rfc3339(start_s * 1000), "to": rfc3339((start_s + length_s) * 1000)}
        assert (answer[name], answer["missing"]) == ([], [away(**window)]), path
        features = await written.alone.get(path, time=start_s, format="geojson")
        assert features["missing"] == answer["missing"]


async def test_without_redis_and_s3_they_say_when_to_try_again(start_gateway: StartGateway) -> None:
    gateway = await start_gateway(CITY_REDIS=NOBODY)
    for path in HISTORIES:
        answer = await gateway.http.get(path)
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True), path
    for path in ("/api/traffic/at", "/api/vehicles/at"):
        answer = await gateway.http.get(path, params={"time": 1_790_000_000})
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True), path


async def test_the_process_that_reads_starts_with_the_first_question_and_ends_with_the_gateway(
    start_gateway: StartGateway,
) -> None:
    gateway = await start_gateway()
    own = psutil.Process(gateway.process.pid)
    assert own.children() == []
    assert batch_of(await gateway.get(STATUS))["state"] == "unknown"
    assert (await gateway.get(NORTH))["source"] == "speed"
    assert batch_of(await gateway.get(STATUS))["state"] == "down"
    everyone = own.children(recursive=True)
    assert everyone
    own.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, everyone, timeout=PATIENCE_S)
    assert alive == []

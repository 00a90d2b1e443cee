"""Where a vehicle was: `/api/vehicles/{vehicle_id}/track`."""

from typing import Any

import pytest
from geojson_pydantic import Feature
from geojson_pydantic.geometries import Geometry

from citystream.contracts.city_model import Line, Point
from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import WINDOWS, GpsWindow
from gateway.geojson import MultiLine
from gateway.track import TrackPoint, geometry
from tests.gateway.running import GEOJSON, Gateway
from tests.gateway.speed_layer import SpeedLayer, now_ms

MINUTE_MS = 60_000


def minute(at_ms: int, longitude: float, *speeds_kmh: int) -> GpsWindow:
    """Positions of one minute, the last one at this time."""
    return GpsWindow(
        len(speeds_kmh),
        sum(speeds_kmh) * 1_000,
        max(speeds_kmh) * 1_000,
        at_ms,
        52_500_000,
        round(longitude * 1e6),
    )


async def test_a_track_has_the_last_position_of_each_minute_and_the_newest(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    # Over the edge of an hour, so over two keys.
    hour_ms = now_ms() // 3_600_000 * 3_600_000
    times = [hour_ms - 90_000, hour_ms - 30_000, hour_ms + 20_000]
    windows = {
        at_ms // MINUTE_MS * 60: minute(at_ms, 13.1 + number / 10, 30, 50)
        for number, at_ms in enumerate(times)
    }
    await shared_speed.page("gps", WINDOWS, "tracked", windows)
    later = minute(times[1] + 5_000, 13.25, 80)
    await shared_speed.page("gps", WINDOWS, "tracked", {times[1] // MINUTE_MS * 60: later}, partition=1)
    newest_ms = times[2] + 10_000
    await shared_speed.position("tracked", longitude=13.4, time_ms=newest_ms, speed_kmh=12.0)
    await shared_gateway.until("/api/vehicles/tracked", lambda answer: "vehicle_id" in answer)
    path = "/api/vehicles/tracked/track"
    asked = {"from": rfc3339(times[0]), "to": rfc3339(newest_ms + 1)}
    track = await shared_gateway.get(path, **asked)
    assert (track["vehicle_id"], track["resolution_s"], track["count"]) == ("tracked", 60, 4)
    assert [point["longitude"] for point in track["points"]] == [13.1, 13.25, 13.3, 13.4]
    assert [point["timestamp"] for point in track["points"]] == [
        rfc3339(ms) for ms in (times[0], times[1] + 5_000, times[2], newest_ms)
    ]
    assert [point["positions"] for point in track["points"]] == [2, 3, 2, 1]
    assert track["points"][1]["mean_speed_kmh"] == pytest.approx(160 / 3)
    assert track["points"][1]["max_speed_kmh"] == 80.0
    assert (track["source"], track["as_of"]) == ("speed", rfc3339(newest_ms))
    shorter = await shared_gateway.get(path, **{"from": rfc3339(times[0] + 1), "to": rfc3339(newest_ms)})
    assert [point["longitude"] for point in shorter["points"]] == [13.25, 13.3]

    answer = await shared_gateway.http.get(path, params=asked, headers={"Accept": GEOJSON})
    feature = Feature[Geometry, dict[str, Any]].model_validate_json(answer.text)
    assert feature.geometry is not None
    assert feature.geometry.type == "LineString"
    assert [place[0] for place in feature.geometry.coordinates] == [13.1, 13.25, 13.3, 13.4]
    assert feature.properties is not None
    assert feature.properties["points"] == track["points"]


async def test_a_vehicle_that_stood_elsewhere_in_time_has_an_empty_track(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.position("elsewhere")
    await shared_gateway.until("/api/vehicles/elsewhere", lambda answer: "vehicle_id" in answer)
    path, asked = "/api/vehicles/elsewhere/track", {"to": "2026-01-01T00:00:00Z"}
    assert (await shared_gateway.get(path, **asked))["points"] == []
    answer = await shared_gateway.http.get(path, params=asked, headers={"Accept": GEOJSON})
    assert Feature[Geometry, dict[str, Any]].model_validate_json(answer.text).geometry is None


@pytest.mark.parametrize(
    ("path", "query", "status", "field"),
    [
        ("no-such", {}, 404, "vehicle_id"),
        ("any", {"from": "soon"}, 400, "from"),
        ("any", {"from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:01Z"}, 400, "from"),
        ("any", {"from": "2026-11-24T00:00:00Z", "to": "2026-11-24T00:00:00Z"}, 400, "from"),
        ("any", {"step": "60"}, 400, "step"),
    ],
)
async def test_what_can_not_be_tracked_is_a_problem(
    shared_gateway: Gateway, path: str, query: dict[str, str], status: int, field: str
) -> None:
    answer = await shared_gateway.http.get(f"/api/vehicles/{path}/track", params=query)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def points(*places: tuple[float, float]) -> list[TrackPoint]:
    return [TrackPoint("", longitude, latitude, 1, 0.0, 0.0) for longitude, latitude in places]


def test_a_line_is_cut_at_the_180th_meridian() -> None:
    way = points((179.0, 10.0), (179.5, 10.0), (-179.5, 12.0), (-179.0, 12.0), (179.8, 12.0))
    assert geometry(way) == MultiLine(
        [
            [(179.0, 10.0), (179.5, 10.0), (180.0, 11.0)],
            [(-180.0, 11.0), (-179.5, 12.0), (-179.0, 12.0), (-180.0, 12.0)],
            [(180.0, 12.0), (179.8, 12.0)],
        ]
    )
    assert geometry(points((1.0, 2.0), (3.0, 4.0))) == Line([(1.0, 2.0), (3.0, 4.0)])
    assert geometry(points((1.0, 2.0))) == Point((1.0, 2.0))
    assert geometry([]) is None

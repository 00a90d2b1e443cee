"""GTFS-Realtime, read by the official bindings, and judged by a validator with a decoder of its own."""

import asyncio
import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest
from google.transit.gtfs_realtime_pb2 import Alert, FeedEntity, FeedHeader, FeedMessage
from gtfs_rt_validator.api import Mode, Request, resolve_roles, validate

from citystream.contracts.emergency import IncidentState
from tests.gateway.conftest import StartGateway
from tests.gateway.running import VIEWER, Gateway, until
from tests.gateway.speed_layer import SpeedLayer, now_ms

VEHICLES = "/api/gtfs-realtime/vehicle-positions"
ALERTS = "/api/gtfs-realtime/service-alerts"

TIMETABLE = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\ncity,City,https://www.example.com,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nsquare,Square,52.5,13.4\npark,Park,52.6,13.4\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nline,city,1,3\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\ndaily,1,1,1,1,1,1,1,20200101,20991231\n",
    "trips.txt": "route_id,service_id,trip_id\nline,daily,first\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "first,08:00:00,08:00:00,square,1\nfirst,08:10:00,08:10:00,park,2\n",
}
"""The least that a validator takes as a city's timetable."""


async def _feed(gateway: Gateway, path: str) -> FeedMessage:
    answer = await gateway.http.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/x-protobuf")
    feed = FeedMessage()
    feed.ParseFromString(answer.content)
    return feed


async def feed_with(gateway: Gateway, path: str, entity_id: str) -> tuple[FeedMessage, FeedEntity]:
    """The feed once it has this entity."""

    def entities(feed: FeedMessage) -> dict[str, FeedEntity]:
        return {entity.id: entity for entity in feed.entity}

    feed = await until(lambda: _feed(gateway, path), lambda feed: entity_id in entities(feed))
    return feed, entities(feed)[entity_id]


def _incident(kind: str, severity: int, status: str = "dispatched") -> IncidentState:
    at = now_ms()
    return IncidentState(
        at,
        0,
        1,
        kind,  # type: ignore[arg-type]  # a parameter of the tests, one of the kinds
        status,  # type: ignore[arg-type]
        severity,
        52.51,
        13.41,
        "north",
        first_ms={"reported": at - 60_000, status: at},
    )


async def test_a_bus_is_in_the_feed_and_a_private_car_is_not(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    at = now_ms()
    await shared_speed.positions(
        {
            "gtfs car": {"vehicle_type": "car"},
            "gtfs büs/1": {
                "vehicle_type": "bus",
                "time_ms": at,
                "latitude": 52.25,
                "longitude": -13.5,
                "speed_kmh": 36.0,
                "heading_deg": 360.0,
            },
        }
    )
    feed, entity = await feed_with(shared_gateway, VEHICLES, "gtfs büs/1")
    seen = entity.vehicle
    assert (seen.vehicle.id, seen.timestamp) == ("gtfs büs/1", at // 1000)
    position = seen.position
    assert (position.latitude, position.longitude, position.bearing) == (52.25, -13.5, 0.0)
    assert position.speed == pytest.approx(10.0)
    assert not seen.HasField("trip")
    assert "gtfs car" not in {entity.id for entity in feed.entity}
    assert feed.header.gtfs_realtime_version == "2.0"
    assert feed.header.incrementality == FeedHeader.FULL_DATASET
    # The newest event may be another test's.
    assert at // 1000 <= feed.header.timestamp <= now_ms() // 1000


async def test_a_bus_that_moved_is_where_it_is_now(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.positions({"gtfs-moves": {"vehicle_type": "bus", "latitude": 52.0}})
    await feed_with(shared_gateway, VEHICLES, "gtfs-moves")
    await shared_speed.positions({"gtfs-moves": {"vehicle_type": "bus", "latitude": 52.125}})

    async def latitudes() -> list[float]:
        feed = await _feed(shared_gateway, VEHICLES)
        return [one.vehicle.position.latitude for one in feed.entity if one.id == "gtfs-moves"]

    await until(latitudes, lambda found: found == [52.125])


@pytest.mark.parametrize(
    ("kind", "severity", "cause", "level"),
    [
        ("medical", 1, Alert.MEDICAL_EMERGENCY, Alert.INFO),
        ("accident", 2, Alert.ACCIDENT, Alert.WARNING),
        ("fire", 3, Alert.OTHER_CAUSE, Alert.WARNING),
        ("crime", 4, Alert.POLICE_ACTIVITY, Alert.SEVERE),
        ("hazard", 5, Alert.OTHER_CAUSE, Alert.SEVERE),
        ("other", 3, Alert.UNKNOWN_CAUSE, Alert.WARNING),
    ],
)
async def test_an_active_incident_is_an_alert(
    shared_gateway: Gateway, shared_speed: SpeedLayer, kind: str, severity: int, cause: int, level: int
) -> None:
    incident = _incident(kind, severity)
    await shared_speed.incident(f"gtfs-{kind}", incident)
    _, entity = await feed_with(shared_gateway, ALERTS, f"gtfs-{kind}")
    alert = entity.alert
    assert (alert.cause, alert.effect, alert.severity_level) == (cause, Alert.UNKNOWN_EFFECT, level)
    for periods in (alert.active_period, alert.communication_period, alert.impact_period):
        assert [period.start for period in periods] == [incident.first_ms["reported"] // 1000]
    assert [selector.route_type for selector in alert.informed_entity] == [3]
    assert alert.header_text.translation[0].text.endswith(": North Street")
    description = alert.description_text.translation[0]
    assert (description.language, f"Severity {severity} of 5" in description.text) == ("en", True)


async def test_an_incident_that_ended_is_no_alert(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.incident("gtfs-ends", _incident("fire", 3))
    await feed_with(shared_gateway, ALERTS, "gtfs-ends")
    await shared_speed.incident("gtfs-ends", _incident("fire", 3, "resolved"))
    await until(
        lambda: _feed(shared_gateway, ALERTS),
        lambda feed: "gtfs-ends" not in {entity.id for entity in feed.entity},
    )


async def test_a_validator_finds_nothing_wrong(
    speed: SpeedLayer, start_gateway: StartGateway, tmp_path: Path
) -> None:
    await speed.positions({f"bus-{n}": {"vehicle_type": "bus", "latitude": 52.5 + n / 100} for n in range(5)})
    await speed.incident("fire", _incident("fire", 4))
    gateway = await start_gateway()
    await feed_with(gateway, VEHICLES, "bus-4")
    await feed_with(gateway, ALERTS, "fire")
    timetable = io.BytesIO()
    with zipfile.ZipFile(timetable, "w") as archive:
        for name, text in TIMETABLE.items():
            archive.writestr(name, text)
    (tmp_path / "timetable.zip").write_bytes(timetable.getvalue())
    feeds = resolve_roles(
        {"vp": gateway.url + VEHICLES, "sa": gateway.url + ALERTS},
        fetch=lambda url: httpx.get(url, auth=VIEWER).content,
    )
    result = await asyncio.to_thread(
        validate, Request(mode=Mode.MODERN, gtfs=tmp_path / "timetable.zip", inputs=feeds)
    )
    report = json.loads(result.write(tmp_path / "report").report.read_text())
    assert report["summary"]["messagesValidated"] == 2
    # That alerts have the deprecated `active_period` as well, which older readers need.
    assert [(one["code"], one["severity"]) for one in report["notices"]] == [("S025", "WARNING")]


async def test_a_feed_needs_a_password_and_takes_no_parameters(shared_gateway: Gateway) -> None:
    async with httpx.AsyncClient(base_url=shared_gateway.url) as stranger:
        assert (await stranger.get(VEHICLES)).status_code == 401
    answer = await shared_gateway.http.get(ALERTS, params={"format": "json"})
    assert (answer.status_code, answer.json()["field"]) == (400, "format")

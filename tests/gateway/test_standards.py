"""What the forms of other standards have in common with our own."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from citystream.contracts.emergency import IncidentKind, IncidentState
from citystream.contracts.gps import VehicleType
from citystream.contracts.weather import Condition
from gateway.standards import cap, gtfs_realtime, incident_words, ngsi_ld
from tests.gateway.running import Gateway, until
from tests.gateway.speed_layer import SpeedLayer, now_ms


async def _change(speed: SpeedLayer, latitude: float) -> None:
    buses = {f"standards-{n}": {"vehicle_type": "bus", "latitude": latitude} for n in range(40)}
    await speed.positions(buses)
    for n in range(10):
        incident = IncidentState(now_ms(), 0, 1, "fire", severity=4, latitude=latitude, longitude=13.0)
        await speed.incident(f"standards-{n}", incident)


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (ngsi_ld.VEHICLES, VehicleType),
        (ngsi_ld.WEATHER_TYPES, Condition),
        (gtfs_realtime.CAUSES, IncidentKind),
        (cap.CATEGORIES, IncidentKind),
        (incident_words.EVENTS, IncidentKind),
    ],
)
def test_every_kind_has_a_word(words: Mapping[str, object], kinds: Any) -> None:
    assert words.keys() == set(get_args(kinds))


@pytest.mark.parametrize(
    "path",
    [
        "/api/gtfs-realtime/vehicle-positions",
        "/api/gtfs-realtime/service-alerts",
        "/api/ngsi-ld/v1/entities?type=Vehicle&limit=1000",
        "/api/cap/alerts",
    ],
)
async def test_a_feed_is_sent_packed_and_again_only_when_it_changed(
    shared_gateway: Gateway, shared_speed: SpeedLayer, path: str
) -> None:
    await _change(shared_speed, 52.5)
    for kind in ("vehicles", "emergencies"):
        await shared_gateway.until(f"/api/{kind}/standards-9", lambda answer: answer.get("latitude") == 52.5)
    first = await shared_gateway.http.get(path)
    plain = await shared_gateway.http.get(path, headers={"Accept-Encoding": "identity"})
    assert (first.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("zstd", None)
    assert first.content == plain.content
    assert int(first.headers["Content-Length"]) < len(plain.content)

    async def status() -> int:
        known = {"If-None-Match": first.headers["ETag"]}
        return (await shared_gateway.http.get(path, headers=known)).status_code

    assert await status() == 304
    await _change(shared_speed, 53.5)
    await until(status, lambda found: found == 200)

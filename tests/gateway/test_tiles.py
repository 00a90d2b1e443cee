"""A city's tile server: what names one, and what a page may then ask of it."""

import os
import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway import settings
from gateway.dashboard import policy
from gateway.settings import GatewaySettings
from gateway.tiles import TileServer
from tests.gateway.conftest import StartGateway
from tests.gateway.running import COMMAND

TEMPLATE = "https://Tiles.example.org:8443/base/{z}/{x}/{y}{ratio}.png?key=k"
ATTRIBUTION = "© Example contributors"
WITHOUT = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def with_tiles(url: str, attribution: str = ATTRIBUTION) -> GatewaySettings:
    return GatewaySettings(tiles=url, tiles_attribution=attribution)


@pytest.mark.parametrize(
    "url",
    [
        TEMPLATE,
        "http://127.0.0.1:9000/{z}/{x}/{y}.png",
        "https://tiles.example.org/wmts?TileMatrix={z}&TileCol={x}&TileRow={y}",
        "/tiles/{z}/{x}/{y}.webp",
    ],
)
def test_a_template_is_taken_as_it_is(url: str) -> None:
    assert with_tiles(url).tile_server == TileServer(url, ATTRIBUTION, 19)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://tiles.example.org/{z}/{x}.png", "has no {y}"),
        ("https://tiles.example.org/", "has no {z} and no {x} and no {y}"),
        ("https://{s}.tiles.example.org/{z}/{x}/{y}.png", "braces other than"),
        ("https://tiles.example.org/{z}/{x}/{y}}.png", "braces other than"),
        ("https://{z}/{x}/{y}.png", "has a host"),
        ("ftp://tiles.example.org/{z}/{x}/{y}.png", "neither http"),
        ("tiles.example.org/{z}/{x}/{y}.png", "neither http"),
        ("//tiles.example.org/{z}/{x}/{y}.png", "begins with //"),
        ("https:///{z}/{x}/{y}.png", "has a host"),
        ("https://*.example.org/{z}/{x}/{y}.png", "has a host"),
        ("https://[::1]/{z}/{x}/{y}.png", "has a host"),
        ("https://tiles.example.org;/{z}/{x}/{y}.png", "has a host"),
        ("https://tiles.example.org:port/{z}/{x}/{y}.png", "no address"),
        ("https://ada:secret@tiles.example.org/{z}/{x}/{y}.png", "user's name"),
        ("https://tiles.example.org/{z}/{x}/{y}.png; script-src *", "characters"),
        ("https://tiles.example.org/{z}/{x}/{y}.png\r\nset-cookie: a=b", "characters"),
        ("https://kärtchen.example.org/{z}/{x}/{y}.png", "characters"),
        ("https://tiles.example.org/{z}/{x}/{y}.png#top", "after #"),
    ],
)
def test_another_is_refused_with_the_reason_and_what_to_write(url: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=r"write an address such as https://\S+ or a path") as refused:
        with_tiles(url)
    (error,) = refused.value.errors()
    assert (error["loc"], reason in error["msg"]) == (("tiles",), True), error["msg"]


@pytest.mark.parametrize(
    "attribution",
    ['<a href="https://example.org">Example</a>', "&copy; Example", " ", "one\ntwo", "long " * 50],
)
def test_an_attribution_is_a_line_of_plain_text(attribution: str) -> None:
    with pytest.raises(ValidationError) as refused:
        with_tiles(TEMPLATE, attribution)
    assert [error["loc"] for error in refused.value.errors()] == [("tiles_attribution",)]


def test_tiles_and_attribution_go_together() -> None:
    for given in ({"tiles": TEMPLATE}, {"tiles_attribution": ATTRIBUTION}):
        with pytest.raises(ValidationError, match="go together: set both, or neither"):
            GatewaySettings.model_validate(given)
    assert GatewaySettings(tiles_max_zoom=3).tile_server is None


def test_without_tiles_the_policy_names_no_other_origin() -> None:
    assert policy(None) == policy(TileServer("/tiles/{z}/{x}/{y}.png", ATTRIBUTION, 19)) == WITHOUT


def test_with_tiles_their_origin_may_be_connected_to_and_nothing_more() -> None:
    wanted = "connect-src 'self' https://tiles.example.org:8443;"
    assert policy(TileServer(TEMPLATE, ATTRIBUTION, 19)) == WITHOUT.replace("connect-src 'self';", wanted)


def test_a_wrong_template_keeps_the_gateway_from_starting() -> None:
    environment = {
        **os.environ,
        "CITY_GATEWAY_TILES": "https://tiles.example.org/{z}/{x}.png",
        "CITY_GATEWAY_TILES_ATTRIBUTION": ATTRIBUTION,
    }
    ended = subprocess.run([COMMAND, "serve"], capture_output=True, text=True, timeout=30, env=environment)
    assert ended.returncode == 1
    assert f"{settings.PREFIX}TILES: " in ended.stderr
    assert "has no {y}" in ended.stderr


async def test_the_page_is_told_of_them_and_may_ask_for_them(
    start_gateway: StartGateway, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    gateway = await start_gateway(
        CITY_GATEWAY_DASHBOARD=str(tmp_path),
        CITY_GATEWAY_TILES=TEMPLATE,
        CITY_GATEWAY_TILES_ATTRIBUTION=ATTRIBUTION,
        CITY_GATEWAY_TILES_MAX_ZOOM="17",
    )
    wanted = {"url": TEMPLATE, "attribution": ATTRIBUTION, "max_zoom": 17}
    assert (await gateway.get("/api/city"))["tiles"] == wanted
    page = await gateway.http.get("/", auth=None)
    assert page.headers.get_list("content-security-policy") == [policy(TileServer(TEMPLATE, ATTRIBUTION, 17))]
    # What is no page shows no map.
    assert "tiles" not in (await gateway.http.get("/api/city")).headers["content-security-policy"]

"""The API's description is valid, complete, and true of the running gateway."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from citystream.settings import Settings
from gateway.app import LIVE_PATH, build
from gateway.settings import GatewaySettings
from tests.gateway.filled import fill, with_days
from tests.gateway.running import VIEWER, Gateway

SCHEMATHESIS = str(Path(sys.executable).with_name("st"))
# Ids that the city has: what is made up is not found.
KNOWN_IDS = """
[parameters]
"path.road_id" = "north"
"path.vehicle_id" = "described-1"
"path.incident_id" = "described-1"
"path.camera_id" = "cam-1"
"path.station_id" = "station-1"
"path.model" = "described"
"path.entity_id" = "urn:ngsi-ld:Vehicle:described-1"
"""


@pytest.fixture(scope="module")
async def living(redis_url: str, s3_endpoint: str, gateway_dir: Path) -> AsyncIterator[Gateway]:
    """A gateway that has something of all kinds, and nothing of other tests: made-up ids are nobody's."""
    async with with_days(redis_url, s3_endpoint, gateway_dir, "described") as (gateway, speed):
        # What a sender leaves out is told as null.
        await speed.position("described-2", speed_kmh=None, heading_deg=None)
        await fill(gateway, speed, "described-1")
        yield gateway


async def test_the_description_is_valid(living: Gateway) -> None:
    document = await living.get("/api/openapi.json")
    assert document["openapi"].startswith("3.1")
    validate(document)


async def test_it_has_every_route_and_no_other(living: Gateway) -> None:
    served = set(build(Settings(), GatewaySettings(), 0).paths) - {LIVE_PATH}
    assert set((await living.get("/api/openapi.json"))["paths"]) == served


async def test_every_route_of_it_asks_for_credentials(living: Gateway) -> None:
    for path in (await living.get("/api/openapi.json"))["paths"]:
        assert (await living.http.get(path, auth=None)).status_code == 401, path


async def test_the_page_for_people_names_every_route(living: Gateway) -> None:
    page = await living.http.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    for path in (await living.get("/api/openapi.json"))["paths"]:
        assert path in page.text


@pytest.mark.parametrize(
    ("ids", "phases"), [(KNOWN_IDS, "examples,coverage,fuzzing"), ("", "fuzzing")], ids=["known", "made up"]
)
async def test_the_gateway_does_what_its_description_says(
    living: Gateway, tmp_path: Path, ids: str, phases: str
) -> None:
    (tmp_path / "schemathesis.toml").write_text(ids)
    process = await asyncio.create_subprocess_exec(
        SCHEMATHESIS,
        "run",
        f"{living.url}/api/openapi.json",
        *("--auth", ":".join(VIEWER)),
        # It has no end; tests of its own read it.
        *("--exclude-path", "/api/live"),
        *("--checks", "all"),
        # What is a cursor or a moment, no schema can say. Wrong passwords without end lock out.
        *("--exclude-checks", "positive_data_acceptance,ignored_auth"),
        *("--phases", phases),
        *("--max-examples", "5"),
        *("--seed", "1"),
        "--no-color",
        cwd=tmp_path,
        env=os.environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-20_000:]

"""Every curl example of the documentation does what it stands there for."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.filled import fill, with_days
from tests.gateway.running import VIEWER, Gateway

ROOT = Path(__file__).parents[2]
KEY = "curl-1"
# Under "A client of your own" there is a program, which has a test of its own.
TEXTS = [
    (ROOT / "README.md").read_text(),
    (ROOT / "docs" / "gateway.md").read_text().partition("## A client of your own")[0],
]
EXAMPLES = [
    line
    for text in TEXTS
    for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    for line in block.replace("\\\n", "").splitlines()
    if line.startswith("curl ")
]
OF_THE_CITY = {"ROAD_ID": "north", "ROAD": "north", "INCIDENT": KEY}
# An event stream has no end.
TIMED_OUT = 28


def media_type(example: str) -> str:
    """What its answer is."""
    for mark, type_ in (
        ("geo+json", "application/geo+json"),
        ("ld+json", "application/ld+json"),
        (".xml", "application/cap+xml"),
        ("/cap/alerts", "application/atom+xml"),
        ("/api/live", "text/event-stream"),
        ("format=csv", "text/csv"),
        ("format=parquet", "application/vnd.apache.parquet"),
    ):
        if mark in example:
            return type_
    return "application/json"


def as_here(example: str, gateway: Gateway) -> str:
    """Of this gateway, this user and this city."""
    user = shlex.quote(":".join(VIEWER))
    mine = re.sub(r"-u (USER|ada):PASSWORD", f"-u {user}", example)
    mine = mine.replace("http://127.0.0.1:8000", gateway.url)
    return re.sub(r"\b(ROAD_ID|ROAD|INCIDENT)\b", lambda word: OF_THE_CITY[word[0]], mine)


@pytest.fixture(scope="module")
async def living(redis_url: str, s3_endpoint: str, gateway_dir: Path) -> AsyncIterator[Gateway]:
    """The gateway of a city that has what the examples ask for."""
    async with with_days(redis_url, s3_endpoint, gateway_dir, "curl") as (gateway, speed):
        await fill(gateway, speed, KEY)
        # The process that reads days has started, which curl would not wait for.
        await gateway.until("/api/analytics/daily?view=roads", lambda answer: "rows" in answer)
        yield gateway


def files_in(folder: Path) -> list[str]:
    """Suffixes of the files that have something in them."""
    return [file.suffix[1:] for file in folder.iterdir() if file.stat().st_size]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 13


@pytest.mark.parametrize("example", EXAMPLES)
async def test_an_example_works_as_it_stands(living: Gateway, example: str, tmp_path: Path) -> None:
    told = "-s --max-time 2 -w '\\n%{http_code} %{content_type}'"
    command = f"{as_here(example, living)} {told}"
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await process.communicate()
    expected = TIMED_OUT if "/api/live" in example else 0
    assert process.returncode == expected, (command, errors.decode())
    body, _, last = output.decode().rpartition("\n")
    assert last == f"200 {media_type(example)}", (command, output.decode())
    assert body or files_in(tmp_path) == [example.rpartition("format=")[2].rstrip("'")]

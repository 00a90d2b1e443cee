"""docs/own-data-type.md, done as it says: the folder built, its commands run, its results found."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

import services
from citystream.contracts import indices, redis_keys
from citystream.contracts.status import ProcessStatus
from citystream.servers.connections import elasticsearch_client, redis_client
from citystream.service import Service
from citystream.settings import Settings
from citystream.stream import time_rules
from demo.environment import city_environment
from tests.conftest import MakeSettings
from tests.harness import kafka_log, outputs, recount
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker
from tests.services.documented import BLOCKS, CODE, build

MOST_LINES = 60
WINDOW_S = 300
EIGHT = 1_740_988_800
"""2025-03-03T08:00:00Z"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader of the page stands: the files beside, the installed commands on the path."""
    build(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def run(command: str, folder: Path, settings: Settings | None = None) -> str:
    """One documented command, which must succeed."""
    environment = {**os.environ, **(city_environment(settings) if settings else {})}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_a_data_type_is_less_than_60_lines() -> None:
    assert set(CODE) == {"parking/__init__.py", "parking/model.py", "parking/app.py"}
    assert 0 < sum(len(text.splitlines()) for text in CODE.values()) < MOST_LINES


def test_its_types_are_strict(folder: Path) -> None:
    cache = Path(__file__).parents[2] / ".mypy_cache"
    run(f"mypy --strict --cache-dir {cache} -p parking", folder)


def test_it_may_also_lie_among_the_platforms_services(folder: Path, tmp_path: Path) -> None:
    among = tmp_path / "checkout" / "services"
    shutil.copytree(Path(services.__path__[0]), among)
    shutil.move(folder / "parking", among)
    (line,) = BLOCKS["check"].splitlines()
    said = run(line.replace("parking.app", "services.parking.app"), among.parent)
    assert said == "all rules kept\n"


async def test_it_runs_as_documented(
    folder: Path, settings: MakeSettings, namespace: str, sixth: Service[Any]
) -> None:
    own = settings(archive_s=1, index_ms=200)
    (check,) = BLOCKS["check"].splitlines()
    assert run(check, folder) == "all rules kept\n"
    create, work = BLOCKS["start"].splitlines()
    assert f"created  {namespace}.parking " in run(create, folder, own)
    program = work.removesuffix(" worker")
    worker = Worker(
        "parking", own, folder, command=["bash", "-c", f'cd {folder} && exec {program} "$@"', "-"]
    )
    worker.start()
    await worker.ready()
    (send,) = BLOCKS["send"].splitlines()
    assert run(send, folder, own) == "6 sent\n"
    await kafka_log.drained(own, "parking")
    await worker.flushed("redis", "elasticsearch")

    (show,) = BLOCKS["show"].splitlines()
    assert run(show, folder, own) == BLOCKS["shown"]
    events = BLOCKS["events.jsonl"].encode().splitlines()
    await results(own, sixth, events)
    assert await roles_heard(own) == {("parking", "stream"), ("parking", "archive")}
    assert worker.stop() == 0
    await sent_again_once_mended(folder, own)


async def sent_again_once_mended(folder: Path, own: Settings) -> None:
    """The refused event, when no worker of the old service runs any more."""
    show, resubmit = BLOCKS["refused"].splitlines()
    (letter,) = await outputs.dead_letters(own, "parking")
    listed = run(show, folder, own).splitlines()
    assert len(listed) == 2
    assert listed[1].split()[0] == letter.decode()
    assert listed[1].endswith("free   Expected `int` >= 0")
    assert run(f"! {resubmit}", folder, own).endswith("0 sent, 1 stay\n")
    model = folder / "parking" / "model.py"
    model.write_text(model.read_text().replace("ge=0", "ge=-3"))
    assert run(resubmit, folder, own) == "1 sent, 0 stay\n"
    assert await outputs.dead_letters(own, "parking") == {}


async def results(own: Settings, sixth: Service[Any], events: list[bytes]) -> None:
    """What the page's table says lies where."""
    (view,) = sixth.windows
    windows = await outputs.windows(own, "parking", view)
    log = await kafka_log.read(own, f"{own.namespace}.parking")
    assert windows == recount.windows(sixth, view, log, time_rules(own))
    assert {window: state.summary() for window, state in windows.items()} == {
        ("north", EIGHT): {"counts": 2, "mean_free": 105.0, "min_free": 90.0},
        ("north", EIGHT + WINDOW_S): {"counts": 1, "mean_free": 75.0, "min_free": 75.0},
        ("south", EIGHT): {"counts": 1, "mean_free": 15.0, "min_free": 15.0},
    }
    archived = await outputs.archived(own, "parking")
    assert sorted(value for _, _, value in archived.elements()) == sorted(events)
    (letter,) = (await outputs.dead_letters(own, "parking")).values()
    assert (letter["field"], letter["reason"]) == (b"free", b"Expected `int` >= 0")
    assert letter["value"] == events[-1]
    async with elasticsearch_client(own) as search:
        index = indices.windows(own.namespace, "parking", "lot", EIGHT)
        await search.indices.refresh(index=index)
        assert (await search.count(index=index))["count"] == 3


async def roles_heard(own: Settings) -> set[tuple[str, str]]:
    """Who speaks of itself in Redis, as `/api/status` hears it."""
    async with redis_client(own) as client:
        keys = [key async for key in client.scan_iter(match=redis_keys.status_pattern(own.namespace))]
        said = [msgspec.json.decode(text, type=ProcessStatus) for text in await client.mget(keys) if text]
    return {(one.process, one.role) for one in said}


def test_a_server_that_is_away_or_empty_is_told(folder: Path, settings: MakeSettings) -> None:
    environment = {**os.environ, **city_environment(settings())}

    def refused(*arguments: str) -> str:
        command = [sys.executable, "-m", "parking.app", *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S
        )
        assert done.returncode == 1
        return done.stderr

    assert "city topics create --type parking" in refused("send", "events.jsonl")
    assert "Redis holds nothing of 'north'" in refused("show", "north")
    environment |= {"CITY_KAFKA": "127.0.0.1:1", "CITY_REDIS": "redis://127.0.0.1:1/0"}
    assert "CITY_KAFKA" in refused("send", "events.jsonl")
    assert "CITY_REDIS" in refused("show", "north")

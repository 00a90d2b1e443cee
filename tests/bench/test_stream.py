"""bench.stream: peers fold the same readings, and a wrong fold is found."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.load import Sent
from bench.readings import START_MS, Readings
from bench.stream.__main__ import main
from bench.stream.contest import Contest
from bench.stream.job import Window
from bench.stream.peers import PEERS
from bench.stream.recount import WrongResult, check, recount
from tests.conftest import MakeSettings

EVENTS = 20_000
SECONDS = 20.0


@pytest.mark.real
async def test_peers_find_the_same_windows(settings: MakeSettings, tmp_path: Path) -> None:
    contest = Contest(settings(partitions=2), Readings(EVENTS, roads=50), SECONDS, tmp_path)
    names = ["kit", "kit_all_sinks", "faust_take", "ceiling"]
    results = await contest.hold([PEERS[name] for name in names], runs=1)
    assert not results.absent
    assert list(results.per_s) == names
    assert all(100 < rate < 10_000_000 for (rate,) in results.per_s.values())


@pytest.mark.real
@pytest.mark.usefixtures("apache_only")
def test_the_last_line_is_json() -> None:
    command = [sys.executable, "-m", "bench.stream", "--runs", "1", "--only", "ceiling", "--json"]
    answer = subprocess.run(
        [*command, "--events", str(EVENTS)],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
        env=os.environ,
        timeout=120,
    )
    found = json.loads(answer.stdout.splitlines()[-1])
    assert found["events_per_s"]["ceiling"] == found["runs"]["ceiling"][0] > 0
    assert found["broker"].startswith("Apache Kafka")
    assert found["machine"]["cores"] >= 1


def test_all_peers_of_the_documentation_are_there() -> None:
    assert set(PEERS) == {
        *("kit", "kit_percentiles", "kit_dedupe", "kit_redis", "kit_all_sinks"),
        *("faust", "faust_take", "quix", "quix_no_changelog", "bytewax"),
        *("kafka_streams", "kafka_streams_2_threads", "ceiling"),
    }


def test_an_unknown_peer_is_refused() -> None:
    answer = CliRunner().invoke(main, ["--only", "kit,flink"])
    assert answer.exit_code == 2
    assert "no peer flink" in answer.output


def test_the_recount_equals_a_plain_loop() -> None:
    sent, expected = Sent(), defaultdict(list)
    readings = list(Readings(5_000, roads=7, per_s=10))
    for one in readings:
        sent.roads.append(one.road)
        sent.times_ms.append(one.time_ms)
        sent.speeds_kmh.append(one.speed_kmh)
    for one in readings[:4_000]:
        expected[f"road-{one.road}", one.time_ms // 300_000 * 300].append(one.speed_kmh)
    windows = [
        Window(road, start_s, len(speeds), sum(speeds), min(speeds), max(speeds))
        for (road, start_s), speeds in expected.items()
    ]
    check("plain", windows, recount({0: sent}, {0: 4_000}))


@pytest.mark.parametrize(
    "found",
    [
        [],
        [Window("road-1", START_MS // 1000, 2, 30.0, 10.0, 20.0)],
        [Window("road-1", START_MS // 1000, 3, 60.1, 10.0, 30.0)],
        [Window("road-1", START_MS // 1000, 3, 60.0, 10.5, 30.0)],
        [Window("road-1", START_MS // 1000 + 300, 3, 60.0, 10.0, 30.0)],
    ],
    ids=["missing", "count", "sum", "min", "window"],
)
def test_a_wrong_window_is_found(found: list[Window]) -> None:
    right = Window("road-1", START_MS // 1000, 3, 60.0, 10.0, 30.0)
    check("peer", [right], {("road-1", right.start_s): right})
    with pytest.raises(WrongResult, match="windows are wrong"):
        check("peer", found, {("road-1", right.start_s): right})

"""The city as a person runs it, on embedded servers, from an empty folder."""

import json
import os
import re
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from demo.servers.ports import is_free
from demo.servers.process import installed
from tests.demo.running import Demo
from tests.harness.patience import PATIENCE_S
from tests.harness.scraped import types

BATCH_S = 300.0

pytestmark = pytest.mark.server


def smoke(folder: Path, *options: str) -> tuple[int, dict[str, object], str]:
    """Exit code, last line on stdout, and stderr."""
    command = [installed("city-demo"), "smoke", *options]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=400)
    return ended.returncode, json.loads(ended.stdout.splitlines()[-1]), ended.stderr


def test_what_came_out_of_the_city_is_what_went_in(tmp_path: Path) -> None:
    code, said, told = smoke(tmp_path, "--duration", "8", "--no-speed")
    assert code == 0, told
    assert said["ok"] is True
    assert said["broker"] == "embedded"
    assert said["archived"] == said["produced"]
    assert isinstance(said["malformed_sent"], int)
    assert said["malformed_sent"] > 0
    assert said["dead_letters"] == said["malformed_sent"]


@pytest.mark.real
def test_the_same_on_apache_kafka(tmp_path: Path) -> None:
    code, said, told = smoke(tmp_path, "--broker", "apache", "--duration", "60")
    assert code == 0, told
    assert said["broker"] == "apache"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    no_map = ("--dashboard", "sh -c 'echo no Node; exit 3'")
    demo = Demo(tmp_path, *no_map, CITY_ARCHIVE_S="1")
    yield demo
    demo.process.kill()
    demo.process.wait()


def listening(family: list[psutil.Process]) -> set[int]:
    return {
        connection.laddr.port
        for process in family
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }


def test_a_city_without_its_map_is_live_a_crash_is_mended_and_ctrl_c_leaves_nothing_behind(
    demo: Demo,
) -> None:
    demo.wait_for("dashboard ended with status 3")
    demo.wait_for("| no Node")
    demo.wait_for("the city goes on without its map")
    demo.wait_for("live; first data after")
    scraped(demo)
    roads_of_today(demo)
    worker = next(one for one in demo.family() if any("city-camera" in part for part in one.cmdline()))
    worker.kill()
    demo.wait_for("camera ended with status -9")
    demo.wait_for("camera: started again")

    family = demo.family()
    ports = listening(family)
    # Beside the gateway one folds the archive, one reads closed days, and Python tracks what they share.
    assert len(family) == 14, "valkey, moto, noida-db, services, forecast, gateway and its three, simulator"
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(PATIENCE_S) == 0
    left = psutil.wait_procs(family, timeout=PATIENCE_S)[1]
    # One that ended after its parent waits for the machine's first process to take note.
    assert not [one for one in left if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert len(ports) >= 10
    assert [port for port in ports if not is_free(port)] == []

    credentials = demo.folder / ".data" / "demo" / "credentials.json"
    assert stat.S_IMODE(os.stat(credentials).st_mode) == 0o600
    password = json.loads(credentials.read_text())["password"]
    logs = (demo.folder / ".data" / "demo" / "logs").glob("*.log")
    assert not [log.name for log in logs if password in log.read_text(errors="replace")]


def scraped(demo: Demo) -> None:
    """As a Prometheus does that reads where the processes are; all are found, and an archive fills."""
    groups = json.loads((demo.state / "prometheus" / "targets.json").read_text())
    found = {}
    for group in groups:
        (target,) = group["targets"]
        labels = group["labels"]
        found[labels["process"]] = labels["job"]
        if labels["process"] == "traffic":
            await_archived(target)
        served = types(metrics(target))
        name = "city_gateway_things" if labels["job"] == "gateway" else "city_lag_records"
        assert name in served, labels
    workers = ("gps", "traffic", "emergency", "weather", "camera", "forecast")
    assert found == {**dict.fromkeys(workers, "city"), "gateway": "gateway"}


def metrics(target: str) -> str:
    return httpx.get(f"http://{target}/metrics", timeout=PATIENCE_S).text


def await_archived(target: str) -> None:
    """Some of its records are in S3."""
    deadline = time.monotonic() + PATIENCE_S
    while not re.search(r"^city_records_archived_total\{.*\} [1-9]", metrics(target), re.M):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def roads_of_today(demo: Demo) -> None:
    """As the page of the demo says: a command beside it, then the API."""
    url, user, password = demo.find(r"(http://\S+)  user (\S+)  password (\S+)").groups()
    command = demo.find(r"today out of the batch layer: (.*)")[1]
    # All jobs of a day beside a whole city: on a busy machine that takes its time.
    deadline = time.monotonic() + BATCH_S
    rows: list[object] = []
    # What the archive has by then may be no reading yet.
    while not rows:
        assert time.monotonic() < deadline
        ended = subprocess.run(
            command, cwd=demo.folder, shell=True, capture_output=True, text=True, timeout=BATCH_S
        )
        assert ended.returncode == 0, ended.stderr
        answer = httpx.get(f"{url}/api/analytics/daily?view=roads", auth=(user, password), timeout=PATIENCE_S)
        # A busy machine's S3 may take longer than the gateway has patience; then it says when to ask again.
        assert answer.status_code in (200, 503), answer.text
        rows = answer.json().get("rows", [])
    (day,) = answer.json()["incomplete_days"]
    assert any("the day is not over" in reason for reason in day["reasons"])


def test_two_demos_do_not_share_a_folder(demo: Demo) -> None:
    demo.wait_for("starting")
    second = subprocess.run(
        [installed("city-demo"), "up"], cwd=demo.folder, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert second.returncode == 1
    assert "another demo runs here" in second.stderr


def test_a_setting_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    ended = subprocess.run(
        [installed("city-demo"), "up"],
        cwd=tmp_path,
        env={**os.environ, "CITY_PUBLISH_MS": "soon"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 1
    assert "CITY_PUBLISH_MS" in ended.stderr

"""The exporters of Compose on real servers, asked by the Prometheus of Compose: their panels have data."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis import Redis

from demo.servers.server import Server, ServerError
from demo.servers.valkey import Valkey
from monitoring.dashboards import servers
from monitoring.queries.exporters import KAFKA_LAG
from monitoring.query import Query, expanded
from tests.harness import kafka_log
from tests.harness.exporters import BUILT, Exporter, service, variable
from tests.harness.patience import PATIENCE_S
from tests.harness.prometheus import Asked, Prometheus
from tests.harness.promql import selected

pytestmark = [pytest.mark.real, pytest.mark.timeout(3_600)]

Series = list[dict[str, Any]]

QUERIES = [query for _, query in servers.BOARD.queries() if query.needs_exporter]
CONFIG = Path("compose/prometheus/prometheus.yml")
PASSWORDS = {"city_redis_password": "of-redis-7f3a", "elastic_exporter_password": "of-elastic-91bc"}


class LockedValkey(Valkey):
    """One that asks for a password, as Compose's does."""

    def start(self) -> None:
        super().start()
        with Redis.from_url(self.address) as redis:
            redis.config_set("requirepass", PASSWORDS["city_redis_password"])


class Watched:
    """What runs: exporters by service, or why one does not, and the Prometheus that asks them."""

    def __init__(self, running: dict[str, Exporter], missing: dict[str, str], asked: Asked) -> None:
        self.running = running
        self.missing = missing
        self.asked = asked

    def need(self, name: str) -> Exporter:
        """It, or the test ends here: as failed in CI, elsewhere as skipped."""
        if name in self.missing:
            tell = pytest.fail if os.environ.get("CI") else pytest.skip
            tell(f"{variable(name)} names no {name}, and none can be built: {self.missing[name]}")
        return self.running[name]

    def until(self, expression: str, holds: Callable[[Series], bool]) -> Series:
        """Series of a query once they are as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds(found := self.asked.query(expression)):
            assert time.monotonic() < deadline, (expression, found)
            time.sleep(0.2)
        return found


@pytest.fixture(scope="module")
def watched(
    kafka: str, elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("exporters")
    for name, password in PASSWORDS.items():
        (folder / name).write_text(password + "\n")
    redis = LockedValkey(folder / "redis")
    secrets = {"/run/secrets": str(folder)}
    places = {
        "redis-exporter": {"redis:6379": f"127.0.0.1:{redis.port}", **secrets},
        "kafka-exporter": {"kafka:9092": kafka},
        "elasticsearch-exporter": {"http://elasticsearch:9200": elasticsearch_url, **secrets},
        "node-exporter": {"--path.rootfs=/host": "--path.rootfs=/"},
    }
    assert set(places) == set(BUILT)
    running: dict[str, Exporter] = {}
    missing: dict[str, str] = {}
    for name, here in places.items():
        try:
            running[name] = Exporter(folder / name, name, here)
        except ServerError as error:
            missing[name] = str(error)
    prometheus = Prometheus(folder / "prometheus", scraping(running))
    with ExitStack() as stack:
        started: list[Server] = [redis, *running.values(), prometheus]
        for server in started:
            stack.callback(server.kill)
            server.start()
        yield Watched(running, missing, stack.enter_context(closing(Asked(prometheus.address))))


def scraping(running: dict[str, Exporter]) -> dict[str, object]:
    """Compose's own jobs, more often and at these addresses."""
    jobs: list[dict[str, object]] = []
    for job in yaml.safe_load(CONFIG.read_text())["scrape_configs"]:
        names = [name for found in job.get("dns_sd_configs", []) for name in found["names"]]
        targets = [
            {"targets": [running[name].address], "labels": {"process": name}}
            for name in names
            if name in running
        ]
        if targets:
            jobs.append({"job_name": job["job_name"], "static_configs": targets})
    return {"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}


def exporter_of(query: Query) -> str:
    """Its metrics' first word says whose they are."""
    (first,) = {name.partition("_")[0] for name in selected(expanded(query.expression))}
    return f"{first}-exporter"


@pytest.fixture
async def lag(kafka_server: Server, namespace: str) -> int:
    """Records that a group lacks which has committed one of two partitions; its topic has its name."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_server.address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(namespace, 2, 1)])
    finally:
        await admin.close()
    await kafka_log.produce(kafka_server.address, namespace, [(None, b"{}")] * 10, partition=0)
    place = TopicPartition(namespace, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka_server.address, group_id=namespace, enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign([place])
        await consumer.commit({place: 3})
    finally:
        await consumer.stop()
    return 7


@pytest.mark.parametrize(
    "query", QUERIES, ids=lambda query: "-".join(sorted(selected(expanded(query.expression))))
)
def test_a_panel_of_an_exporter_has_data(query: Query, watched: Watched, lag: int) -> None:
    watched.need(exporter_of(query))
    labels = set(re.findall(r"{{(\w+)}}", query.legend))
    for series in watched.until(expanded(query.expression), bool):
        assert set(series["metric"]) >= labels
        value = float(series["value"][1])
        assert value >= 0
        assert query.unit != "ratio" or value <= 1


def test_a_groups_lag_is_of_what_it_has_committed(watched: Watched, namespace: str, lag: int) -> None:
    watched.need("kafka-exporter")

    def ours(series: Series) -> list[tuple[str, float]]:
        return [
            (one["metric"]["topic"], float(one["value"][1]))
            for one in series
            if one["metric"]["consumergroup"] == namespace
        ]

    found = watched.until(expanded(KAFKA_LAG.expression), lambda series: bool(ours(series)))
    assert ours(found) == [(namespace, lag)]


@pytest.mark.parametrize("name", [name for name in BUILT if service(name).get("secrets")])
def test_a_password_is_no_argument(name: str, watched: Watched) -> None:
    process = psutil.Process(watched.need(name).process.pid)
    (secret,) = service(name)["secrets"]
    assert PASSWORDS[secret] in process.environ().values()
    assert not [word for word in process.cmdline() if PASSWORDS[secret] in word]

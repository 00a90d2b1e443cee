"""Real servers for all tests: each starts when first asked for, and ends with the session.

Every one is on a port and in a folder of its own. A test that kills or pauses a server has it running
again when it ends: `kafka_server`, `redis_server`, `s3_server` and `elasticsearch_server` see to it.
"""

import contextlib
import os
import random
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from aiokafka.errors import KafkaError

from citystream.settings import Settings
from demo.servers.apache_kafka import SHORT_LIVED, ApacheKafka, install
from demo.servers.moto import Moto
from demo.servers.noida_db import NoidaElasticsearch, NoidaKafka
from demo.servers.server import Server, ServerError
from demo.servers.valkey import Valkey
from tests.harness.kafka_log import delete_topics
from tests.harness.s3 import client

MakeSettings = Callable[..., Settings]

# Settings of the developer's own shell have no place in a test.
for _name in [name for name in os.environ if name.startswith("CITY_") and name != "CITY_SCREENSHOTS"]:
    del os.environ[_name]


SERVERS = frozenset({"_kafka_session", "_redis_session", "_s3_session", "_elasticsearch_session"})
NO_APACHE_KAFKA = "needs Apache Kafka, noida-db can't do this"
# Files are handed out whole, one after another: what takes longest goes first, or it would end alone.
SLOWEST_FIRST = (
    "tests/faults/test_kill.py",
    "tests/simulator/test_publishing.py",
    "tests/citystream/replay/test_replay.py",
    "tests/rules/test_checkpoint_order.py",
    "tests/demo/test_whole_city.py",
    "tests/faults/test_garbage.py",
    "tests/faults/test_outages.py",
)

hypothesis.settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis.settings.register_profile("drawn", deadline=None, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seed",
        help="what runs by chance starts from: a number, or 'draw' [always the same]; a table ends the run",
    )


def pytest_configure(config: pytest.Config) -> None:
    option = config.option
    hypothesis.settings.load_profile("gate" if option.seed is None else "drawn")
    if option.seed is not None:
        # Test processes get it from here, so that it is one for all.
        option.seed = str(
            random.SystemRandom().randrange(2**32) if option.seed == "draw" else int(option.seed)
        )
        option.hypothesis_seed = option.seed


def pytest_report_header(config: pytest.Config) -> str | None:
    return f"seed {config.option.seed}" if config.option.seed else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & SERVERS:
            item.add_marker("server")
        if "seed" in fixtures or hasattr(getattr(item, "obj", None), "hypothesis"):
            item.add_marker("drawn")
    places = {path: place for place, path in enumerate(SLOWEST_FIRST)}
    items.sort(key=lambda item: places.get(item.location[0], len(places)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was not tested for want of Apache Kafka; and of a run with `--seed`, its table."""
    skipped = [
        report.nodeid
        for report in terminalreporter.stats.get("skipped", ())
        if NO_APACHE_KAFKA in str(report.longrepr)
    ]
    if skipped or not (shutil.which("java") and shutil.which("mvn")):
        left_out = f" Not tested: {', '.join(skipped)}" if skipped else ""
        terminalreporter.write_line(
            f"NOTICE: without Java 17 and Maven tests run on noida-db, not on Apache Kafka.{left_out}",
            yellow=True,
        )
    if config.option.seed is None:
        return
    terminalreporter.section("seed, seconds, outcome, run")
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            if report.when == "call":
                terminalreporter.write_line(
                    f"{config.option.seed:>10} {report.duration:8.1f}  {outcome}  {report.nodeid}"
                )


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Where a test's chance starts from: the same each time, unless `--seed` says otherwise."""
    return int(request.config.option.seed or 1)


def _until_the_session_ends(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def servers_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for the servers' data and logs."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def _kafka_session(servers_dir: Path) -> Iterator[Server]:
    try:
        install()
    except ServerError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI tests on Apache Kafka: {error}")
        yield from _until_the_session_ends(NoidaKafka(servers_dir / "kafka"))
    else:
        yield from _until_the_session_ends(ApacheKafka(servers_dir / "kafka", java_options=SHORT_LIVED))


@pytest.fixture(scope="session")
def _redis_session(servers_dir: Path) -> Iterator[Server]:
    yield from _until_the_session_ends(Valkey(servers_dir / "redis"))


@pytest.fixture(scope="session")
def _s3_session(servers_dir: Path) -> Iterator[Server]:
    yield from _until_the_session_ends(Moto(servers_dir / "s3"))


@pytest.fixture(scope="session")
def _elasticsearch_session(servers_dir: Path) -> Iterator[Server]:
    yield from _until_the_session_ends(NoidaElasticsearch(servers_dir / "elasticsearch"))


def _running_again(server: Server) -> Iterator[Server]:
    yield server
    server.resume()
    if not server.running:
        server.start()


@pytest.fixture
async def _topics_end(_kafka_session: Server, namespace: str) -> AsyncIterator[None]:
    """A test's topics end with it: a broker that is killed reads the logs of all when it starts.

    Whatever may take the broker away asks for this first, so that it is back by then.
    """
    yield
    # One that is still away costs no test its result.
    with contextlib.suppress(KafkaError, OSError):
        await delete_topics(_kafka_session.address, namespace)


@pytest.fixture
def kafka_server(_kafka_session: Server, _topics_end: None) -> Iterator[Server]:
    """Kafka's handle: kill(), start(), pause(), resume(); it runs again after the test."""
    yield from _running_again(_kafka_session)


@pytest.fixture
def redis_server(_redis_session: Server) -> Iterator[Server]:
    """Valkey's handle; it comes back empty."""
    yield from _running_again(_redis_session)


@pytest.fixture
def s3_server(_s3_session: Server) -> Iterator[Server]:
    """moto's handle; it comes back empty, without its bucket (pause it to have it away for a while)."""
    yield from _running_again(_s3_session)


@pytest.fixture
def elasticsearch_server(_elasticsearch_session: Server) -> Iterator[Server]:
    """noida-db's handle, Elasticsearch alone."""
    yield from _running_again(_elasticsearch_session)


@pytest.fixture(scope="session")
def apache_only(_kafka_session: Server) -> None:
    """For what noida-db can't do: keep all it acknowledged when killed, rebalance two members, SASL."""
    if not isinstance(_kafka_session, ApacheKafka):
        pytest.skip(NO_APACHE_KAFKA)


@pytest.fixture(scope="session")
def kafka(_kafka_session: Server) -> str:
    """Bootstrap server, host:port: Apache Kafka, or noida-db (with a notice) without Java and Maven."""
    return _kafka_session.address


@pytest.fixture(scope="session")
def redis_url(_redis_session: Server) -> str:
    """URL of a Valkey with the demo's settings."""
    return _redis_session.address


@pytest.fixture(scope="session")
def s3_endpoint(_s3_session: Server) -> str:
    """Endpoint of an S3 server; any keys will do."""
    return _s3_session.address


@pytest.fixture(scope="session")
def elasticsearch_url(_elasticsearch_session: Server) -> str:
    """URL of an Elasticsearch server."""
    return _elasticsearch_session.address


@pytest.fixture
def namespace(request: pytest.FixtureRequest) -> str:
    """A namespace that no other test has, with the test's name in it."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower().removeprefix("test_")).strip("-")
    return f"t{secrets.token_hex(3)}-{name}"[:40].rstrip("-")


@pytest.fixture
def settings(
    kafka: str,
    redis_url: str,
    s3_endpoint: str,
    elasticsearch_url: str,
    namespace: str,
    tmp_path: Path,
    _topics_end: None,
) -> MakeSettings:
    """Makes `Settings` for this test's namespace, servers and data folder; arguments go before these.

    The bucket exists, and is this test's own.
    """
    wired: dict[str, Any] = {
        "namespace": namespace,
        "data_dir": tmp_path / "data",
        "kafka": kafka,
        "redis": redis_url,
        "s3": s3_endpoint,
        "s3_bucket": namespace,
        "s3_access_key": "test",
        "s3_secret_key": "test",
        "elasticsearch": elasticsearch_url,
    }
    make_bucket(s3_endpoint, namespace)

    def make(**changes: Any) -> Settings:
        return Settings(**(wired | changes))

    return make


def make_bucket(endpoint: str, bucket: str, key: str = "test") -> None:
    """Make a bucket on a test's S3 server, whose access key and secret are the same."""
    made = client(endpoint, key)
    made.create_bucket(Bucket=bucket)
    made.close()

"""Real servers for all tests: each starts when first asked for, and ends with the session.

Every one is on a port and in a folder of its own. A test that kills or pauses a server has it running
again when it ends: `kafka_server`, `redis_server`, `s3_server` and `elasticsearch_server` see to it.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from citystream.settings import Settings
from demo.servers.apache_kafka import ApacheKafka, install
from demo.servers.moto import Moto
from demo.servers.noida_db import NoidaElasticsearch, NoidaKafka
from demo.servers.server import Server, ServerError
from demo.servers.valkey import Valkey

MakeSettings = Callable[..., Settings]

# Settings of the developer's own shell have no place in a test.
for _name in [name for name in os.environ if name.startswith("CITY_")]:
    del os.environ[_name]


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
def _kafka_session(servers_dir: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    try:
        install()
    except ServerError as error:
        reporter = request.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"\nNOTICE: testing on noida-db, not on Apache Kafka: {error}", yellow=True)
        yield from _until_the_session_ends(NoidaKafka(servers_dir / "kafka"))
    else:
        yield from _until_the_session_ends(ApacheKafka(servers_dir / "kafka"))


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
def kafka_server(_kafka_session: Server) -> Iterator[Server]:
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
        pytest.skip("needs Apache Kafka, noida-db can't do this: install Java (17 or later) and Maven")


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
    kafka: str, redis_url: str, s3_endpoint: str, elasticsearch_url: str, namespace: str, tmp_path: Path
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


def make_bucket(endpoint: str, bucket: str) -> None:
    """Make a bucket on a test's S3 server."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket=bucket)
    client.close()

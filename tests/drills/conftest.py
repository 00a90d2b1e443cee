"""Servers that a drill may lose."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from citystream.settings import Settings
from demo.servers.apache_kafka import install
from demo.servers.server import ServerError
from tests.conftest import NO_APACHE_KAFKA
from tests.drills.servers import Servers


@pytest.fixture(scope="session")
def apache_kafka() -> None:
    """Only a broker that keeps what it acknowledged can be lost without loss."""
    try:
        install()
    except ServerError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI tests on Apache Kafka: {error}")
        pytest.skip(NO_APACHE_KAFKA)


@pytest.fixture
async def servers(tmp_path: Path, apache_kafka: None) -> AsyncIterator[Servers]:
    """All four, running."""
    made = Servers(tmp_path / "servers")
    try:
        await made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture
def settings(servers: Servers, namespace: str, tmp_path: Path) -> Settings:
    """Of a drill's city."""
    return servers.settings(namespace, tmp_path / "data")

"""Faults drawn by chance, many at once: in the end everything equals a recount, exactly.

The seed stands in the first line that a run prints; `SEED=<seed> make test-real T=<this file>` draws the same
events, workers and faults again.
"""

import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from citystream.archive.bucket import create_bucket
from demo.servers.minio import Minio
from demo.servers.server import Server
from tests.conftest import MakeSettings
from tests.faults import schedule
from tests.faults.crew import Target
from tests.faults.endurance import RULES, Form, endure
from tests.harness import events
from tests.harness.kept_valkey import KeptValkey
from tests.harness.proxy import Proxy
from tests.services.descriptions import SERVICES

WITH_WINDOWS = [name for name in events.TYPES if SERVICES[name].windows]

Say = Callable[[str], None]


def url(proxy: Proxy) -> str:
    """Where workers find the server behind it."""
    return f"http://127.0.0.1:{proxy.port}"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints at once: a run takes minutes, and its seed must be known however it ends."""
    started = time.monotonic()

    def print_now(line: str) -> None:
        with capsys.disabled():
            print(f"\n{time.monotonic() - started:7.1f} s  {line}", end="", flush=True)

    return print_now


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[KeptValkey]:
    """Redis that keeps its data."""
    server = KeptValkey(tmp_path / "valkey")
    server.start()
    try:
        yield server
    finally:
        server.kill()


HUNDRED_S = 2_400
"""A hundred faults take some ten minutes; the rest is for those that are worked off slowly."""

SECRET = secrets.token_hex(8)


@pytest.fixture
def minio(tmp_path: Path) -> Iterator[Minio]:
    """S3 that keeps its objects; its access key is `test`."""
    server = Minio(tmp_path / "minio", "test", SECRET)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
async def elasticsearch_proxy(elasticsearch_server: Server) -> AsyncIterator[Proxy]:
    """What workers reach Elasticsearch through."""
    async with Proxy(elasticsearch_server.port) as proxy:
        yield proxy


@pytest.mark.real
@pytest.mark.usefixtures("apache_only")
async def test_faults_by_chance_change_no_result(
    seed: int,
    say: Say,
    settings: MakeSettings,
    valkey: KeptValkey,
    kafka_server: Server,
    elasticsearch_server: Server,
    elasticsearch_proxy: Proxy,
    s3_server: Server,
) -> None:
    async with Proxy(s3_server.port) as s3_proxy:
        own = settings(
            **RULES, redis=valkey.database(0), s3=url(s3_proxy), elasticsearch=url(elasticsearch_proxy)
        )
        form = Form(
            services=[random.Random(seed).choice(WITH_WINDOWS)],
            roles=["all"],
            faults=6,
            per_s=500,
            servers={
                "kafka": Target(kafka_server, schedule.KAFKA),
                "redis": Target(valkey, schedule.REDIS),
                "elasticsearch": Target(elasticsearch_server, schedule.ELASTICSEARCH, elasticsearch_proxy),
                "s3": Target(s3_server, schedule.S3_IN_MEMORY, s3_proxy),
            },
        )
        await endure(form, seed, own, valkey, say)


@pytest.mark.real
@pytest.mark.timeout(HUNDRED_S)
@pytest.mark.usefixtures("apache_only")
async def test_a_hundred_faults_by_chance_change_no_result(
    seed: int,
    say: Say,
    settings: MakeSettings,
    valkey: KeptValkey,
    minio: Minio,
    kafka_server: Server,
    elasticsearch_server: Server,
    elasticsearch_proxy: Proxy,
) -> None:
    async with Proxy(minio.port) as s3_proxy:
        own = settings(
            **RULES,
            redis=valkey.database(0),
            s3=url(s3_proxy),
            s3_secret_key=SECRET,
            elasticsearch=url(elasticsearch_proxy),
        )
        await create_bucket(own)
        form = Form(
            # Windows and newest events of one, things of the other.
            services=[random.Random(seed).choice(WITH_WINDOWS), "emergency"],
            roles=["stream", "archive"],
            faults=100,
            per_s=250,
            servers={
                "kafka": Target(kafka_server, schedule.KAFKA),
                "redis": Target(valkey, schedule.REDIS),
                "elasticsearch": Target(elasticsearch_server, schedule.ELASTICSEARCH, elasticsearch_proxy),
                "s3": Target(minio, schedule.S3, s3_proxy),
            },
        )
        await endure(form, seed, own, valkey, say)

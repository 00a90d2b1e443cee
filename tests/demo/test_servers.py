"""Servers start, come back after a kill, and leave nothing behind."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from citystream.servers.connections import elasticsearch_client, s3_client
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.moto import Moto
from demo.servers.noida_db import NoidaDb
from demo.servers.ports import free_port, is_free
from demo.servers.process import Process
from demo.servers.server import Server, ServerError
from demo.servers.valkey import Valkey
from tests.conftest import MakeSettings
from tests.harness.kafka_log import delete_topics
from tests.harness.patience import PATIENCE_S

pytestmark = pytest.mark.server


@pytest.mark.parametrize("kind", [NoidaDb, Valkey, Moto])
@pytest.mark.parametrize("end", [Server.stop, Server.kill])
def test_a_server_that_ended_leaves_no_process_and_no_port(
    tmp_path: Path, kind: type[Server], end: object
) -> None:
    server = kind(tmp_path)
    server.start()
    family = [psutil.Process(server.process.pid)]
    family += family[0].children(recursive=True)
    assert callable(end)
    end(server)
    assert not psutil.wait_procs(family, timeout=PATIENCE_S)[1]
    assert is_free(server.port)


@pytest.mark.real
@pytest.mark.usefixtures("apache_only")
async def test_kafka_keeps_what_it_acknowledged_through_a_kill(
    kafka_server: Server, kafka: str, namespace: str
) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(namespace, num_partitions=1, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    await producer.send_and_wait(namespace, b"kept")
    await producer.stop()

    kafka_server.kill()
    kafka_server.start()

    consumer = AIOKafkaConsumer(namespace, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    record = await consumer.getone()
    await consumer.stop()
    assert record.value == b"kept"


async def test_a_tests_topics_are_deleted_and_no_others(kafka: str, namespace: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    own, others = f"{namespace}.gps", f"other-{namespace}.gps"
    await admin.create_topics(
        [NewTopic(name, num_partitions=1, replication_factor=1) for name in (own, others)]
    )

    async def listed(names: set[str]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while {own, others} & set(await admin.list_topics()) != names:
                await asyncio.sleep(0.05)

    # A broker takes its time to know what its controller did.
    await listed({own, others})
    await delete_topics(kafka, namespace)
    await listed({others})
    await delete_topics(kafka, others)
    await admin.close()


async def test_a_paused_server_answers_again_when_resumed(redis_server: Server, redis_url: str) -> None:
    client = Redis.from_url(redis_url, socket_timeout=0.3)
    redis_server.pause()
    with pytest.raises(RedisTimeoutError):
        await client.ping()
    redis_server.resume()
    assert await client.ping()
    await client.aclose()


async def test_settings_reach_all_four_servers(settings: MakeSettings) -> None:
    wired = settings()
    async with s3_client(wired) as s3:
        await s3.put_object(Bucket=wired.s3_bucket, Key="k", Body=b"v", IfNoneMatch="*")
        with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
            await s3.put_object(Bucket=wired.s3_bucket, Key="k", Body=b"v2", IfNoneMatch="*")
    async with elasticsearch_client(wired) as search:
        assert (await search.info())["version"]["number"]


def test_another_process_loads_the_same_settings(settings: MakeSettings, tmp_path: Path) -> None:
    wired = settings(publish_ms=77, plate_key="secret")
    code = "from citystream.settings import load; print(load().model_dump_json())"
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **city_environment(wired)},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert json.loads(loaded.stdout) == json.loads(wired.model_dump_json())
    assert wired.plate_key is not None
    assert city_environment(wired)["CITY_PLATE_KEY"] == "secret"
    assert Settings().plate_key is None


def test_a_server_whose_port_is_taken_says_so(tmp_path: Path) -> None:
    first = Valkey(tmp_path / "first")
    first.start()
    try:
        with pytest.raises(ServerError, match=f"another program has port {first.port}"):
            Valkey(tmp_path / "second", port=first.port).start()
    finally:
        first.stop()


class _ValkeyWithWrongOption(Valkey):
    def command(self) -> list[str]:
        return [*super().command(), "--no-such-option", "1"]


def test_a_server_that_ends_at_once_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="no-such-option"):
        _ValkeyWithWrongOption(tmp_path).start()


def test_a_port_is_given_once() -> None:
    given = [free_port() for _ in range(50)]
    assert len(set(given)) == 50
    assert free_port(preferred=given[0]) != given[0]


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from demo.servers.valkey import Valkey
server = Valkey(Path({str(tmp_path)!r}))
server.start()
print(server.process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(timeout=PATIENCE_S)


def test_a_process_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    process = Process("deaf", [sys.executable, "-c", code], tmp_path / "log")
    process.start()
    while "deaf" not in process.last_lines():
        time.sleep(0.02)
    process.stop(timeout_s=0.2)
    assert process.exit_code == -9

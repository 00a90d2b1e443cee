"""Faust apps: from a service description one for the stream role and one for the archive role; and of a
role that one process has.

Faust keeps agents, tables, rebalancing and recovery. The kit's parts: chunks, exact tables, own commits.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import faust
from faust import SASLCredentials, SSLCredentials
from faust.types import StreamT

from citystream.archive.role import Archive
from citystream.contracts import topics
from citystream.log.batches import ChunkSchema, chunk_scheduler
from citystream.metrics import Metrics, StreamMetrics
from citystream.service import Service
from citystream.settings import Settings, secret
from citystream.sole import SoleRole
from citystream.state.table import ExactTable
from citystream.stream import Stream

R = TypeVar("R", bound=SoleRole)

# One fetch hands out at most this many records: some 15 ms of folding, so that the publish clock keeps time.
CHUNK_RECORDS = 5_000
# Chunks that wait before fetching stops. Faust's 4,096 are events.
BUFFERED_CHUNKS = 8
# Faust's own commits have nothing to do: no topic of ours is acknowledged to it.
FAUST_COMMIT_S = 3_600.0
# A broker that has just started may know no partition of a topic. A leader that asked it then gives nobody
# any, until it asks again: with Faust's 5 minutes the group would stand still for so long.
METADATA_MS = 5_000


def stream_app(service: Service[Any], settings: Settings, metrics: Metrics) -> tuple[faust.App, Stream]:
    """The stream role: topic -> chunks -> fold -> table and sinks."""
    source = topics.source(settings.shared, service.name)
    changelog = topics.changelog(settings.namespace, service.name)
    app = _app(topics.app_id(settings.namespace, service.name), {source, changelog}, settings)
    stream = Stream(app, _table(app), service, settings, StreamMetrics(metrics))

    @app.agent(app.topic(source, schema=ChunkSchema(), acks=False))
    async def fold(chunks: StreamT[Any]) -> None:
        async for event in cast("faust.Stream[Any]", chunks).noack().events():
            await stream.deliver(event.message.partition, event.value)

    _tell_of_revocations(app, stream)
    return app, stream


def archive_app(service: Service[Any], settings: Settings, metrics: Metrics) -> tuple[faust.App, Archive]:
    """The archive role: topic -> chunks -> Parquet objects, in a consumer group of its own."""
    source = topics.source(settings.shared, service.name)
    app = _app(topics.archive_group(settings.shared, service.name), {source}, settings)
    archive = Archive(app, service, settings, metrics)

    @app.agent(app.topic(source, schema=ChunkSchema(), acks=False))
    async def buffer(chunks: StreamT[Any]) -> None:
        async for event in cast("faust.Stream[Any]", chunks).noack().events():
            await archive.deliver(event.message.partition, event.value)

    _tell_of_revocations(app, archive)
    return app, archive


def sole_app(
    type_: str, role: str, settings: Settings, make: Callable[[faust.App, ExactTable], R]
) -> tuple[faust.App, R]:
    """A role that one process has: whoever is assigned the control topic's partition."""
    control = topics.control(settings.namespace, type_)
    changelog = topics.role_changelog(settings.namespace, type_, role)
    app = _app(topics.role_group(settings.namespace, type_, role), {control, changelog}, settings)
    sole = make(app, _table(app))

    @app.agent(app.topic(control, schema=ChunkSchema(), acks=False))
    async def hold(chunks: StreamT[Any]) -> None:
        # What is said there is for the stream role: the partition is a seat.
        async for _ in cast("faust.Stream[Any]", chunks).noack().events():
            pass

    _tell_of_revocations(app, sole)
    return app, sole


def _tell_of_revocations(app: faust.App, role: Stream | Archive | SoleRole) -> None:
    @app.on_partitions_revoked.connect
    async def revoked(*args: Any, **signal: Any) -> None:
        await role.revoked(args[1])


def _table(app: faust.App) -> ExactTable:
    table = app.Table(
        topics.TABLE,
        schema=ChunkSchema(),
        key_type=bytes,
        value_type=bytes,
        # In chunks; 1 would make Faust read on after recovery.
        recovery_buffer_size=2,
    )
    return cast("ExactTable", table)


def _app(id_: str, chunked: set[str], settings: Settings) -> faust.App:
    datadir = settings.data_dir / id_
    datadir.mkdir(parents=True, exist_ok=True)
    return faust.App(
        id_,
        broker=";".join(f"kafka://{host.strip()}" for host in settings.kafka.split(",")),
        broker_credentials=_credentials(settings),
        broker_session_timeout=settings.kafka_session_timeout_s,
        broker_heartbeat_interval=settings.kafka_session_timeout_s / 5,
        broker_max_poll_records=CHUNK_RECORDS,
        broker_commit_interval=FAUST_COMMIT_S,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=METADATA_MS,
        consumer_group_instance_id=settings.kafka_instance_id and f"{id_}-{settings.kafka_instance_id}",
        ConsumerScheduler=chunk_scheduler(frozenset(chunked)),
        Table=ExactTable,
        store="rocksdb://",
        datadir=str(datadir),
        stream_buffer_maxsize=BUFFERED_CHUNKS,
        stream_wait_empty=False,
        table_standby_replicas=0,
        # `city topics create` makes them, with the settings that exactness needs.
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )


def _credentials(settings: Settings) -> Any:
    context = settings.kafka_ssl()
    if settings.kafka_security.startswith("SASL"):
        return SASLCredentials(
            username=settings.kafka_username,
            password=secret(settings.kafka_password),
            mechanism=settings.kafka_sasl_mechanism,
            ssl_context=context,
        )
    return SSLCredentials(context) if context else None

"""What a worker says of itself: /healthz, /readyz, /metrics, and a status in Redis."""

import logging
import os
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import uvicorn
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from citystream.archive.role import Archive
from citystream.contracts import redis_keys
from citystream.contracts.status import ProcessStatus
from citystream.http_server import HttpServer
from citystream.log.source import Log
from citystream.metrics import Metrics
from citystream.process import cpu_seconds, resident_bytes
from citystream.rate import Rate
from citystream.roles import RoleHealth
from citystream.servers.connections import redis_client
from citystream.servers.redis_memory import RedisMemory, redis_memory
from citystream.settings import Settings
from citystream.stalls import waiting_tasks
from citystream.stream import Stream

log = logging.getLogger(__name__)

STATUS_EVERY_S = 5.0
# Half of Kafka's retention is left to bring S3 back, or to raise it.
RETENTION_ALARM = 0.5
State = Literal["starting", "up", "degraded"]


class StreamHealth:
    """The stream role's state."""

    role = "stream"

    def __init__(self, stream: Stream, metrics: Metrics) -> None:
        self._stream = stream
        self._metrics = metrics
        self._rate = Rate()

    @property
    def stuck(self) -> bool:
        """Records wait, and none was folded for too long; without Kafka there is nothing to fold."""
        if not self._stream.log.probe.up:
            return False
        now = time.monotonic()
        for number, part in list(self._stream.parts.items()):
            end = self._stream.log.end(number)
            if (
                number not in self._stream.pauses.paused
                and end is not None
                and part.fold.next_offset < end
                and now - max(part.progressed_at, self._stream.started_at) > self._stream.settings.stuck_s
            ):
                return True
        return False

    def status(self, instance: str, port: int) -> ProcessStatus:
        stream, totals = self._stream, self._stream.metrics.totals
        stream.account_wait()
        events = totals["folded"]
        lag = sum(stream.lags().values())
        sinks = {sink.name: sink.status() for sink in (stream.redis, stream.elasticsearch)}
        show_kafka(self._metrics, self.role, stream.log)
        paused = {str(number): str(notice) for number, notice in stream.pauses.paused.items()}
        self._metrics.show("paused_partitions", len(paused), role=self.role, cause="dead_letters")
        freshness = statistics.median(stream.ages_ms) if stream.ages_ms else None
        self._metrics.show("lag_records", lag, role=self.role)
        self._metrics.show("partitions", len(stream.parts), role=self.role)
        folds = [part.fold for part in stream.parts.values()]
        watermark_ms = min((fold.watermark_ms for fold in folds), default=0)
        self._metrics.show("states", sum(1 for fold in folds for _ in fold.all_slots()))
        # Without partitions, or before their first event, there is none.
        self._metrics.show("watermark_timestamp_seconds", watermark_ms / 1000 if watermark_ms > 0 else None)
        self._metrics.show("freshness_seconds", None if freshness is None else freshness / 1000)
        self._metrics.show("table_bytes", stream.table_bytes, role=self.role)
        return ProcessStatus(
            process=stream.service.name,
            role=self.role,
            instance=instance,
            at_ms=round(time.time() * 1000),
            health_port=port,
            state=state_of_role(
                stream.ready,
                not paused and stream.log.probe.up and all(sink.state == "up" for sink in sinks.values()),
            ),
            partitions=len(stream.parts),
            events=events,
            events_per_s=self._rate.per_s(events),
            lag=lag,
            freshness_ms=freshness,
            late=totals["late"],
            duplicates=totals["duplicate"],
            dead_letters=totals["refused"],
            sinks=sinks,
            kafka_error=stream.log.probe.error,
            paused=paused,
        )


class ArchiveHealth:
    """The archive role's state. Without S3 it waits, which is not being stuck."""

    role = "archive"
    stuck = False

    def __init__(self, archive: Archive, metrics: Metrics) -> None:
        self._archive = archive
        self._metrics = metrics
        self._rate = Rate()

    def status(self, instance: str, port: int) -> ProcessStatus:
        archive = self._archive
        events = archive.archived
        sink, lag = archive.status(), archive.lag
        self._metrics.show("lag_records", lag, role=self.role)
        self._metrics.show("partitions", len(archive.buffers), role=self.role)
        self._metrics.show("sink_up", float(sink.state == "up"), sink="s3")
        self._metrics.show("sink_pending", sink.pending, sink="s3")
        self._metrics.follow("sink_written_total", archive.archived, sink="s3")
        lag_s = archive.lag_s
        used = archive.retention.used(lag_s)
        show_kafka(self._metrics, self.role, archive.log)
        self._metrics.show("archive_lag_seconds", lag_s)
        self._metrics.show("archive_retention_used_ratio", used or 0.0)
        full = sum(buffer.paused for buffer in archive.buffers.values())
        self._metrics.show("paused_partitions", full, role=self.role, cause="buffer_full")
        return ProcessStatus(
            process=archive.service.name,
            role=self.role,
            instance=instance,
            at_ms=round(time.time() * 1000),
            health_port=port,
            state=state_of_role(
                archive.ready,
                sink.state == "up" and archive.log.probe.up and (used or 0.0) < RETENTION_ALARM,
            ),
            partitions=len(archive.buffers),
            events=events,
            events_per_s=self._rate.per_s(events),
            lag=lag,
            sinks={"s3": sink},
            kafka_error=archive.log.probe.error,
            archive_lag_s=lag_s,
            retention_used=used,
        )


def show_kafka(metrics: Metrics, role: str, source: Log) -> None:
    """Whether a role's Kafka answers."""
    metrics.show("kafka_up", float(source.probe.up), role=role)
    metrics.show("kafka_answer_seconds", source.probe.answer_s, role=role)


def state_of_role(ready: bool, whole: bool) -> State:
    """What a role says that is ready, and has all that it needs."""
    if not ready:
        return "starting"
    return "up" if whole else "degraded"


class Health:
    """One worker process: its roles, over HTTP and in Redis."""

    def __init__(self, settings: Settings, metrics: Metrics, roles: Sequence[RoleHealth]) -> None:
        self._settings = settings
        self._metrics = metrics
        self._roles = roles
        self._instance = f"{socket.gethostname()}-{os.getpid()}"
        self._redis = redis_client(settings)
        self._statuses: dict[str, ProcessStatus] = {}
        self._stuck: list[str] = []
        self._server: HttpServer | None = None
        self._port = settings.health_port

    async def serve(self, on_bound: Callable[[int], None]) -> None:
        """Answer until the process ends."""
        app = Starlette(
            routes=[
                Route("/healthz", self._healthz),
                Route("/readyz", self._readyz),
                Route("/metrics", self._scrape),
            ]
        )
        listener = socket.create_server((self._settings.health_host, self._settings.health_port))
        self._port = listener.getsockname()[1]
        on_bound(self._port)
        config = uvicorn.Config(app, log_config=None, log_level="warning", access_log=False, lifespan="off")
        self._server = HttpServer(config)
        await self._server.serve(sockets=[listener])

    async def report(self) -> None:
        """Write the statuses, best effort; whoever misses them knows that something is wrong.

        On the way Redis is asked how full it is.
        """
        self.refresh()
        memory: RedisMemory | None = None
        try:
            pipe = self._redis.pipeline(transaction=False)
            for role, status in self._statuses.items():
                name = redis_keys.status(self._settings.namespace, f"{status.process}-{role}", self._instance)
                pipe.set(name, msgspec.json.encode(status), ex=redis_keys.STATUS_TTL_S)
            await pipe.execute()
            memory = redis_memory(await self._redis.info("memory"))
        except (RedisError, OSError) as error:
            log.debug("status not written: %s", error)
        self._metrics.show("redis_memory_used_bytes", memory and memory.used_bytes)
        self._metrics.show("redis_memory_used_ratio", memory and memory.used_ratio)

    async def close(self) -> None:
        if self._server:
            self._server.should_exit = True
        await self._redis.aclose()

    def refresh(self) -> None:
        """Look at every role again."""
        for role in self._roles:
            self._statuses[role.role] = role.status(self._instance, self._port)
        self._metrics.show("process_resident_bytes", resident_bytes())
        self._metrics.follow("process_cpu_seconds_total", cpu_seconds())
        stuck = [role.role for role in self._roles if role.stuck]
        if stuck and not self._stuck:
            log.error("stuck: %s; what is awaited:\n%s", ", ".join(stuck), waiting_tasks())
        self._stuck = stuck

    async def _healthz(self, request: Request) -> Response:
        self.refresh()
        body = {"stuck": self._stuck, "roles": msgspec.to_builtins(self._statuses)}
        return JSONResponse(body, status_code=503 if self._stuck else 200)

    async def _readyz(self, request: Request) -> Response:
        self.refresh()
        starting = [role for role, status in self._statuses.items() if status.state == "starting"]
        return JSONResponse({"starting": starting}, status_code=503 if starting else 200)

    async def _scrape(self, request: Request) -> Response:
        self.refresh()
        return Response(
            generate_latest(self._metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST}
        )

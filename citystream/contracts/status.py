"""What every process says of itself, twice in `STATUS_TTL_S`, under `redis_keys.status`."""

from typing import Literal

import msgspec


class SinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a process writes to."""

    state: Literal["up", "down"]
    pending: int = 0
    """Values waiting for it."""
    dropped: int = 0
    """Values given up because more than the bound were waiting."""
    error: str | None = None


class ProcessStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One process, as of `at_ms`."""

    process: str
    """gps, traffic, …, gateway"""
    role: str
    """stream, archive, forecast or gateway"""
    instance: str
    """host and process id"""
    at_ms: int
    health_port: int
    state: Literal["starting", "up", "degraded"]
    partitions: int = 0
    events: int = 0
    """Since its start."""
    events_per_s: float = 0.0
    lag: int = 0
    """Records between what it has folded (or archived) and the log's end."""
    freshness_ms: float | None = None
    """Median age, since their Kafka timestamp, of the last events published; None while there are none."""
    late: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    sinks: dict[str, SinkStatus] = {}
    kafka_error: str | None = None
    """Why Kafka does not answer; None while it does."""
    archive_lag_s: float | None = None
    """Age of the oldest record that is not in S3; only the archive has it."""
    retention_used: float | None = None
    """That age as a part of Kafka's retention: at 1 records are lost; None where they are kept for ever."""
    paused: dict[str, str] = {}
    """Partitions that fold nothing until an operator resumes them, and why."""

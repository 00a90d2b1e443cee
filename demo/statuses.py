"""What the processes say of themselves in Redis, put together as one row a process."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from redis.asyncio import Redis

from citystream.contracts import redis_keys, topics
from citystream.contracts.status import ProcessStatus
from demo.supervision import Child


async def read_statuses(redis: Redis, namespace: str) -> list[ProcessStatus]:
    """Every process's last word, as far as it is still current."""
    keys = [key async for key in redis.scan_iter(redis_keys.status_pattern(namespace), count=500)]
    values = await redis.mget(keys) if keys else []
    return [msgspec.json.decode(value, type=ProcessStatus) for value in values if value is not None]


@dataclass(frozen=True)
class Row:
    """One process of the city, as its operator sees it."""

    name: str
    state: str
    events_per_s: float | None
    lag: int | None
    archive_lag: int | None
    freshness_ms: float | None
    dead_letters: int
    sinks: str
    restarts: int


def rows(children: Iterable[Child], statuses: Iterable[ProcessStatus]) -> list[Row]:
    """A row for each child, with what its roles said."""
    said = list(statuses)
    return [_row(child, [one for one in said if _process(one) == child.name]) for child in children]


def _process(status: ProcessStatus) -> str:
    """The child that it is of: a role that one process has is a child of its own."""
    return status.role if status.role in topics.OUTPUTS.get(status.process, ()) else status.process


def _row(child: Child, said: list[ProcessStatus]) -> Row:
    folding = [one for one in said if one.role != "archive"]
    archiving = [one for one in said if one.role == "archive"]
    ages = [one.freshness_ms for one in folding if one.freshness_ms is not None]
    return Row(
        name=child.name,
        state=_state(child, said),
        events_per_s=sum(one.events_per_s for one in folding) if folding else None,
        lag=sum(one.lag for one in folding) if folding else None,
        archive_lag=sum(one.lag for one in archiving) if archiving else None,
        freshness_ms=max(ages, default=None),
        dead_letters=sum(one.dead_letters for one in folding),
        sinks=_sinks(said),
        restarts=child.restarts,
    )


def _state(child: Child, said: list[ProcessStatus]) -> str:
    if child.due_at is not None:
        return "crashed"
    if child.process.exit_code is not None:
        return "stopped"
    states = {one.state for one in said}
    for worst in ("degraded", "starting", "up"):
        if worst in states:
            return worst
    return "running" if child.process.running else "waiting"


def _sinks(said: list[ProcessStatus]) -> str:
    """Names of the sinks, those that are down with what waits for them."""
    found: dict[str, str] = {}
    for status in said:
        for name, sink in status.sinks.items():
            down = f"{name} DOWN ({sink.pending} waiting)"
            if sink.state == "down" or name not in found:
                found[name] = down if sink.state == "down" else name
    return " ".join(found[name] for name in sorted(found))


def lag(statuses: Iterable[ProcessStatus], services: Iterable[str], since_ms: int) -> int | None:
    """Records that are in Kafka and not yet folded or archived.

    None until both roles of every service have spoken since that moment.
    """
    current = {(one.process, one.role): one for one in statuses if one.at_ms >= since_ms}
    expected = [(service, role) for service in services for role in ("stream", "archive")]
    if not all(one in current for one in expected):
        return None
    return sum(current[one].lag for one in expected)

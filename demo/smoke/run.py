"""The smoke run: start the city, let it live, stop the sender, wait until all is drained, check."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from citystream.contracts import city_model
from citystream.servers.connections import redis_client
from demo.api import Api
from demo.city import City, claim
from demo.plan import SERVICES, Plan
from demo.session import found, live
from demo.smoke.archived import Archived, read_archive
from demo.smoke.dead_letters import count_dead_letters
from demo.smoke.freshness import Ages, percentile, sample
from demo.smoke.refused import refused
from demo.smoke.report import Check, Result, below, equal
from demo.smoke.time_to_live import keys_without_ttl
from demo.statuses import lag, read_statuses
from demo.supervision import CityDown, Say

VEHICLES, ROADS, HOSPITALS = 1_000, 100, 10
FRESHNESS_P99_MS = 2_000
SIMULATOR_STOP_S = 20.0
# A cut of the archive comes at the latest after CITY_ARCHIVE_S (5 s here), an idle partition's too;
# the rest is for a busy machine.
DRAIN_TIMEOUT_S = 60.0
DRAIN_POLL_S = 0.5
# The first positions meet processes that have just started; a city that lives is what is judged.
WARM_UP_S = 5.0


class Sent(msgspec.Struct, frozen=True):
    """The simulator's count file: what Kafka acknowledged."""

    finished: bool
    records_total: int
    distinct_total: int
    distinct: dict[str, int]
    malformed_sent: int
    malformed: dict[str, int]
    produced_total: int


@dataclass
class Seen:
    """What was measured while the city lived and after it had drained."""

    lived_s: float = 0.0
    ages: Ages = field(default_factory=Ages)
    vehicles: int = 0
    roads: int = 0
    hospitals: int = 0
    lag: int | None = None
    archived: Mapping[str, Archived] = field(default_factory=dict)
    dead_letters: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    keys: int = 0
    bare_keys: list[str] = field(default_factory=list)
    restarts: list[str] = field(default_factory=list)
    first_data_s: float | None = None


async def smoke(plan: Plan, duration_s: float, say: Say, *, speed: bool = True) -> Result:
    """Run the whole of it.

    Args:
        speed: judge how fresh the answers were; on a machine with other work that says nothing.

    Raises:
        ServerError, CityDown, SettingsError, TopicsError, BucketError: the city could not start or go on.
    """
    seen = Seen()
    finished = asyncio.Event()

    async def work(city: City) -> None:
        await _live(city, duration_s, seen, say)
        await _drain(city, sent(plan.count_file), seen, say)
        await _look(city, seen)
        finished.set()

    with claim(plan):
        city = found(plan, say)
        await live(city, work, say)
        if not finished.is_set():
            raise CityDown("stopped before it had finished")
        return judge(city.backends.broker, sent(plan.count_file), seen, speed=speed)


def sent(count_file: Path) -> Sent:
    """What the simulator says it sent.

    Raises:
        CityDown: it has not said it.
    """
    try:
        return msgspec.json.decode(count_file.read_bytes(), type=Sent)
    except (OSError, msgspec.DecodeError) as error:
        raise CityDown(f"the simulator left no count: {error}; see its log") from error


async def _live(city: City, duration_s: float, seen: Seen, say: Say) -> None:
    began = time.monotonic()
    await city.start_services()
    async with Api(city) as api:
        city.start_simulator()
        await api.until_it_has_vehicles()
        started = time.monotonic()
        seen.first_data_s = started - began
        say(f"first data; the city lives for {duration_s:.0f} s")
        await asyncio.sleep(min(WARM_UP_S, duration_s / 2))
        sampling = asyncio.create_task(sample(api, seen.ages))
        try:
            await asyncio.sleep(started + duration_s - time.monotonic())
        finally:
            sampling.cancel()
    say("stopping the simulator")
    await city.stop_simulator(SIMULATOR_STOP_S)
    seen.lived_s = time.monotonic() - started


async def _drain(city: City, goal: Sent, seen: Seen, say: Say) -> None:
    """Wait until nothing lags and the archive is complete, or time is up: the checks will tell."""
    say(f"{goal.records_total} records sent; waiting until all are folded and archived")
    stopped_ms = time.time_ns() // 1_000_000
    deadline = time.monotonic() + DRAIN_TIMEOUT_S
    async with redis_client(city.settings) as redis:
        while time.monotonic() < deadline:
            statuses = await read_statuses(redis, city.settings.namespace)
            seen.lag = lag(statuses, SERVICES, stopped_ms)
            if seen.lag == 0:
                seen.archived = await read_archive(city.settings, SERVICES)
                if sum(one.places for one in seen.archived.values()) >= goal.records_total:
                    say("all folded and archived")
                    return
            await asyncio.sleep(DRAIN_POLL_S)
    say(f"not drained within {DRAIN_TIMEOUT_S:.0f} s")


async def _look(city: City, seen: Seen) -> None:
    settings = city.settings
    async with Api(city) as api:
        seen.vehicles = len(await api.vehicles())
        seen.roads = await api.roads_with_data()
    seen.refused = await refused(city.gateway_metrics_url)
    if settings.model is not None:
        seen.hospitals = len(city_model.load(settings.model).hospitals)
    seen.dead_letters = await count_dead_letters(settings, SERVICES)
    seen.archived = await read_archive(settings, SERVICES)
    # On a server of the user's own, other keys are none of ours.
    pattern = f"*{settings.namespace}:*" if "redis" in city.backends.own else "*"
    async with redis_client(settings) as redis:
        seen.keys, seen.bare_keys = await keys_without_ttl(redis, pattern)
    seen.restarts = [child.name for child in city.children if child.restarts or child.due_at is not None]


def judge(broker: str, goal: Sent, seen: Seen, *, speed: bool = True) -> Result:
    """The verdict over what was sent and what was seen."""
    p50, p99 = percentile(seen.ages.ages_ms, 0.50), percentile(seen.ages.ages_ms, 0.99)
    places = {type_: one.places for type_, one in seen.archived.items()}
    distinct = {type_: one.distinct for type_, one in seen.archived.items()}
    rows = sum(one.rows for one in seen.archived.values())
    checks = (
        equal("vehicles answered by the API", seen.vehicles, VEHICLES),
        equal("roads with data answered by the API", seen.roads, ROADS),
        equal("hospitals in the city model", seen.hospitals, HOSPITALS),
        Check("records sent", goal.records_total, "more than 0", goal.records_total > 0),
        equal("the simulator finished its count", goal.finished, True),
        equal("records not yet folded or archived", seen.lag, 0),
        equal(
            "records in the archive, by topic, partition and offset", sum(places.values()), goal.records_total
        ),
        equal("rows in the archive (no record twice)", rows, goal.records_total),
        equal("distinct events in the archive, by type", distinct, goal.distinct),
        equal("dead letters, by type", dict(seen.dead_letters), goal.malformed),
        equal("requests beyond the gateway's rates", seen.refused, 0),
        Check("keys in Redis", seen.keys, "more than 0", seen.keys > 0),
        equal("keys without a time to live", seen.bare_keys[:5], []),
        *([below("age of a position at the API, p99, ms", p99, FRESHNESS_P99_MS)] if speed else []),
        equal("processes that crashed", seen.restarts, []),
    )
    facts: dict[str, Any] = {
        "broker": broker,
        "vehicles": seen.vehicles,
        "roads": seen.roads,
        "hospitals": seen.hospitals,
        "produced": goal.records_total,
        "archived": sum(places.values()),
        "distinct_events": goal.distinct_total,
        "archived_events": sum(distinct.values()),
        "malformed_sent": goal.malformed_sent,
        "dead_letters": sum(seen.dead_letters.values()),
        "keys": seen.keys,
        "keys_without_ttl": len(seen.bare_keys),
        "events_per_s": round(goal.records_total / seen.lived_s, 1) if seen.lived_s else 0.0,
        "freshness_ms": {"p50": p50, "p99": p99, "samples": len(seen.ages.ages_ms)},
        "first_data_s": round(seen.first_data_s, 1) if seen.first_data_s is not None else None,
    }
    return Result(facts, checks)

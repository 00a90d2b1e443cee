"""From an event to Redis, and to a client of the gateway, while events come at a steady rate.

The gps service, the gateway and the sender are processes; Apache Kafka, Valkey and an Elasticsearch
serve them. An event's age counts from the moment at which it was due.
"""

import asyncio
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import redis.asyncio as redis
from aiokafka.errors import KafkaError
from rich.table import Table

from bench.gateway_process import GatewayProcess
from bench.latency import Latencies, latencies
from bench.numbers_option import Numbers
from bench.observers import RedisObserver, Sightings, WebSocketObserver
from bench.offsets import LagSeconds, offset_reader, watch_lag
from bench.paced_gps import LOWEST_RATE, PROBES, Load, Sent, probe_id, send
from bench.report import print_result, progress
from bench.servers import BROKER, bed
from bench.worker import Worker, stop_all, until_live
from citystream.contracts import topics
from citystream.log.admin import TopicsError, create_topics
from citystream.race import race
from citystream.settings import Settings
from demo.servers.server import ServerError

LIVE_S = 60.0
# What is not seen this long after the last event stands with its age by then.
PATIENCE_S = 10.0
# Of the rate asked for. Below it the sender was the bottleneck, and the figures are of another rate.
HELD = 0.98


@dataclass(frozen=True)
class Freshness:
    """What came out at one rate."""

    redis_p50_ms: float
    redis_p99_ms: float
    websocket_p50_ms: float
    websocket_p99_ms: float
    committed_lag_s_max: float
    produced_per_s: float
    sender_late_ms_max: float
    probe_events: int
    unseen_in_redis: int
    unseen_by_websocket: int


@dataclass
class Observed:
    """One rate's raw figures."""

    sent: Sent
    in_redis: Sightings
    by_websocket: Sightings
    lag_s_max: float
    end_ms: float


async def observe(settings: Settings, folder: Path, load: Load, pool: ProcessPoolExecutor) -> Observed:
    """Run service, gateway and sender at one rate.

    Raises:
        ServerError, TopicsError, KafkaError: a part did not start or broke off.
    """
    await create_topics(settings, ["gps"])
    worker, gateway = Worker("gps", settings, folder), GatewayProcess(settings, folder)
    client = redis.Redis.from_url(settings.redis)
    probes = [probe_id(number) for number in range(PROBES)]
    source, group = topics.source(settings.namespace, "gps"), topics.app_id(settings.namespace, "gps")
    try:
        worker.start()
        await gateway.start()
        await until_live([worker], settings.partitions, LIVE_S)
        async with gateway.live() as socket, offset_reader(settings, source, group) as reader:
            in_redis = RedisObserver(client, settings.namespace, probes)
            by_websocket = WebSocketObserver(socket, probes)
            lag = LagSeconds()
            sent = Sent()

            async def drive() -> None:
                nonlocal sent
                sending = asyncio.get_running_loop().run_in_executor(pool, send, load)
                await asyncio.sleep(load.warm_up_s)
                lag.start_over()
                sent = await sending
                await _until_seen(sent, in_redis.seen, by_websocket.seen)

            await race(drive(), in_redis.run(), by_websocket.run(), watch_lag(reader, lag))
            end_ms = time.time() * 1000
            return Observed(sent, in_redis.seen, by_websocket.seen, lag.max_s, end_ms)
    finally:
        await client.aclose()
        gateway.stop()
        stop_all([worker])


async def _until_seen(sent: Sent, *observers: Sightings) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        now_ms = time.time() * 1000
        if not any(latencies(sent.probes, seen, now_ms).unseen for seen in observers):
            return
        await asyncio.sleep(0.1)


def freshness(observed: Observed) -> Freshness:
    """The figures of one rate."""
    sent = observed.sent
    stored = latencies(sent.probes, observed.in_redis, observed.end_ms)
    shown = latencies(sent.probes, observed.by_websocket, observed.end_ms)

    def ms(found: Latencies, percent: float) -> float:
        return round(found.percentile(percent), 1)

    return Freshness(
        redis_p50_ms=ms(stored, 50),
        redis_p99_ms=ms(stored, 99),
        websocket_p50_ms=ms(shown, 50),
        websocket_p99_ms=ms(shown, 99),
        committed_lag_s_max=round(observed.lag_s_max, 2),
        produced_per_s=round(sent.per_s, 1),
        sender_late_ms_max=round(sent.late_ms_max, 1),
        probe_events=len(stored.ms),
        unseen_in_redis=stored.unseen,
        unseen_by_websocket=shown.unseen,
    )


async def _run(
    folder: Path, rates: tuple[int, ...], seconds: float, warm_up: float, vehicles: int, partitions: int
) -> dict[int, Freshness]:
    found: dict[int, Freshness] = {}
    with (
        bed(folder, "redis", "elasticsearch") as servers,
        # Forking a process that has threads and an event loop would copy their locks.
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        for rate in rates:
            own = servers.settings.model_copy(
                update={"namespace": f"freshness-{rate}", "partitions": partitions}
            )
            progress.print(f"{rate:,} events/s for {warm_up:g} s + {seconds:g} s")
            load = Load(own, rate, vehicles, warm_up, seconds)
            found[rate] = freshness(await observe(own, folder, load, pool))
    return found


def _table(found: dict[int, Freshness]) -> Table:
    table = Table(title="Age of an event, ms, and how far commits lag behind the log's end")
    for column in (
        "events/s",
        "sent/s",
        "Redis p50",
        "Redis p99",
        "WebSocket p50",
        "WebSocket p99",
        "commit lag, s, max",
    ):
        table.add_column(column, justify="right")
    for rate, one in found.items():
        table.add_row(
            f"{rate:,}",
            f"{one.produced_per_s:,.0f}",
            f"{one.redis_p50_ms:,.0f}",
            f"{one.redis_p99_ms:,.0f}",
            f"{one.websocket_p50_ms:,.0f}",
            f"{one.websocket_p99_ms:,.0f}",
            f"{one.committed_lag_s_max:.1f}",
        )
    return table


def _complaints(found: dict[int, Freshness]) -> list[str]:
    """Why figures can't be taken for what they are called."""
    said = []
    for rate, one in found.items():
        if one.produced_per_s < HELD * rate:
            said.append(f"{rate:,}/s was not held: {one.produced_per_s:,.0f}/s came; lower --rates")
        if one.unseen_in_redis or one.unseen_by_websocket:
            said.append(
                f"{rate:,}/s: of {one.probe_events} events Redis lacked {one.unseen_in_redis} and the "
                f"WebSocket {one.unseen_by_websocket}; they stand with their age at the end"
            )
    return said


@click.command(epilog="Example: python -m bench.freshness --rates 1000,10000 --seconds 20 --json")
@click.option(
    "--rates",
    type=Numbers(LOWEST_RATE),
    default="1000,10000,50000",
    show_default=True,
    help="Events per second, one run each.",
)
@click.option(
    "--seconds", type=click.FloatRange(1), default=30, show_default=True, help="Measured, per rate."
)
@click.option(
    "--warm-up",
    type=click.FloatRange(0),
    default=40,
    show_default=True,
    help="Seconds before, not measured: a broker that has just started compiles itself for so long.",
)
@click.option("--vehicles", type=click.IntRange(1, 1_000_000), default=1_000, show_default=True)
@click.option("--partitions", type=click.IntRange(1, 100), default=4, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
def main(
    rates: tuple[int, ...], seconds: float, warm_up: float, vehicles: int, partitions: int, as_json: bool
) -> None:
    """Measure how old an event is when Redis has it, and when a WebSocket client hears of it.

    Of the events 100 a second are those of probes, which an observer waits for. Exit code 1 if a rate was
    not held, or an event was never seen.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="bench-freshness-") as folder:
            found = asyncio.run(_run(Path(folder), rates, seconds, warm_up, vehicles, partitions))
    except (ServerError, TopicsError, KafkaError) as error:
        raise click.ClickException(str(error)) from error
    result: dict[str, Any] = {
        "rates": {str(rate): asdict(one) for rate, one in found.items()},
        "vehicles": vehicles,
        "partitions": partitions,
        "seconds": seconds,
        "broker": BROKER,
    }
    print_result(result, _table(found), as_json=as_json)
    complaints = _complaints(found)
    for complaint in complaints:
        click.echo(complaint, err=True)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
